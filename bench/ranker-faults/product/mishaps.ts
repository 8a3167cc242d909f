import { type RankerProcess, startRanker, untilReady } from "../../../dev/ranker.ts";
import type { RankerShim, ShimFault } from "../../../dev/ranking/shim.ts";

/** A region's only ranker, and what stands in front of it. */
export interface Place {
  readonly region: string;
  readonly shim: RankerShim;
  ranker: RankerProcess;
  /** Of logs. */
  readonly folder: string;
}

export interface ProductScenario {
  readonly name: string;
  /** Must a breaker open while it lasts, or must none? Null: chance decides. */
  readonly opens: boolean | null;
  /** Some calls go well. */
  readonly isPartial?: true;
  readonly strike: (place: Place) => Promise<void>;
  readonly heal: (place: Place) => Promise<void>;
}

export const startPlaceRanker = (folder: string, port = 0): Promise<RankerProcess> =>
  startRanker({ folder, port, env: { RANKER_DRAIN_NOTICE_MS: "3000", RANKER_THREADS: "1" } });

async function startAgain(place: Place): Promise<void> {
  place.ranker = await startPlaceRanker(place.folder, place.ranker.port);
  await untilReady(place.ranker.url);
}

const between = (name: string, fault: ShimFault, opens: boolean | null): ProductScenario => ({
  name,
  opens,
  strike: async ({ shim }) => void (shim.fault = fault),
  heal: async ({ shim }) => void (shim.fault = { kind: "none" }),
});

/** What befalls the ranker's own process, and what befalls its answers on the way. */
export const PRODUCT_SCENARIOS: readonly ProductScenario[] = [
  between("healthy", { kind: "none" }, false),
  {
    name: "killed, started again",
    opens: true,
    strike: async ({ ranker, shim }) => {
      await ranker.kill();
      await shim.close();
    },
    heal: async (place) => {
      await startAgain(place);
      await place.shim.open();
    },
  },
  {
    name: "hung (SIGSTOP)",
    opens: true,
    strike: async ({ ranker }) => void process.kill(ranker.pid, "SIGSTOP"),
    heal: async ({ ranker }) => void process.kill(ranker.pid, "SIGCONT"),
  },
  between("slow, 60 ms", { kind: "slow", ms: 60 }, true),
  between("slow, 200 ms", { kind: "slow", ms: 200 }, true),
  between("errors, 1 %", { kind: "errors", share: 0.01 }, null),
  between("errors, 5 %", { kind: "errors", share: 0.05 }, null),
  { ...between("errors, 50 %", { kind: "errors", share: 0.5 }, true), isPartial: true },
  between("garbage", { kind: "garbage" }, true),
  {
    name: "restarted",
    opens: null,
    strike: async (place) => {
      await place.ranker.kill();
      await startAgain(place);
    },
    heal: async () => {},
  },
  {
    name: "drained, started again",
    opens: null,
    strike: async ({ ranker }) => void process.kill(ranker.pid, "SIGTERM"),
    heal: async (place) => {
      await place.ranker.kill();
      await startAgain(place);
    },
  },
];
