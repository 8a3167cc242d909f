import type { RankerFault } from "../../dev/stub-ranker.ts";

/** What happens to a scenario's rankers while its fault lasts. */
export type Mishap =
  | { readonly do: "fault"; readonly fault: RankerFault; readonly servers: "all" | "first" }
  | { readonly do: "kill"; readonly servers: "all" | "first" };

export interface Scenario {
  readonly name: string;
  readonly mishap: Mishap;
  /** Times of the run's own `--fault` seconds. */
  readonly lasts: number;
  /** Must a breaker open while it lasts, or must none? Null: chance decides. */
  readonly opens: boolean | null;
  /** Some calls go well: isolates whose own do go on for a while when the region's breaker has opened. */
  readonly isPartial?: true;
}

const fault = (one: RankerFault, servers: "all" | "first" = "all"): Mishap => ({
  do: "fault",
  fault: one,
  servers,
});

/** Each runs in a region of its own, over two rankers of its own. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "healthy", mishap: fault({ kind: "none" }), lasts: 1, opens: false },
  { name: "killed, restarted", mishap: { do: "kill", servers: "all" }, lasts: 1, opens: true },
  { name: "hung", mishap: fault({ kind: "hang" }), lasts: 1, opens: true },
  { name: "hung for long", mishap: fault({ kind: "hang" }), lasts: 3, opens: true },
  { name: "slow, 60 ms", mishap: fault({ kind: "slow", ms: 60 }), lasts: 1, opens: true },
  { name: "slow, 200 ms", mishap: fault({ kind: "slow", ms: 200 }), lasts: 1, opens: true },
  { name: "errors, 1 %", mishap: fault({ kind: "errors", share: 0.01 }), lasts: 1, opens: null },
  { name: "errors, 5 %", mishap: fault({ kind: "errors", share: 0.05 }), lasts: 1, opens: null },
  {
    name: "errors, 50 %",
    mishap: fault({ kind: "errors", share: 0.5 }),
    lasts: 1,
    opens: true,
    isPartial: true,
  },
  { name: "garbage", mishap: fault({ kind: "garbage" }), lasts: 1, opens: true },
  { name: "shedding", mishap: fault({ kind: "shed" }), lasts: 1, opens: false },
  { name: "drained", mishap: fault({ kind: "drain" }), lasts: 1, opens: false },
  { name: "one of two killed", mishap: { do: "kill", servers: "first" }, lasts: 1, opens: true },
  { name: "one of two drained", mishap: fault({ kind: "drain" }, "first"), lasts: 1, opens: false },
  {
    name: "one of two slow",
    mishap: fault({ kind: "slow", ms: 200 }, "first"),
    lasts: 1,
    opens: true,
  },
];
