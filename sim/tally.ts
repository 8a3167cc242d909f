import type { StoreKind } from "./faults.ts";

/** What a run must have gone through to mean anything: a counter at zero is a hole in the simulation. */
export const REACHED = [
  "requests lost",
  "replies lost",
  "requests late",
  "duplicates",
  "links cut",
  "regions isolated",
  "lulls",
  "leader crashes",
  "follower crashes",
  "deployments",
  "coordinator crashes",
  "register conflicts",
  "register calls failed",
  "refused without a lease",
  "moved answers",
  "answers held up",
  "epochs begun",
  "hand-overs",
  "hand-overs refused",
  "regions lost",
  "promotions",
  "groups in standbys",
  "records heard",
  "listeners started over",
  "lost suffixes",
  "lost entries",
  "callers cut off",
  "alarms rung",
  "alarms late",
  "alarms failed",
  "store calls failed",
  "store outages",
  "commit replies lost",
  "commits late",
  "commits collided",
  "deposed commits refused",
  "log trimmed",
  "pushes",
  "pushes declined",
  "gaps repaired",
  "fills",
  "fills discarded",
  "fills overtaken",
  "overtaken and cut off",
  "pulls",
  "pulls across epochs",
  "caches dropped",
  "inverses sent",
  "group commits of several",
  "writes acknowledged",
  "writes replayed",
  "writes unknown",
  "preconditions failed",
  "updates of what is gone",
  "reads answered",
  "reads refused",
  "stale answers",
  "hot answers",
] as const;
export type Reached = (typeof REACHED)[number];

/** What only one kind of store can bring about. */
const ONLY: Readonly<Partial<Record<Reached, StoreKind>>> = {
  "hand-overs": "remote",
  "commit replies lost": "remote",
  "commits late": "remote",
  "commits collided": "remote",
  "deposed commits refused": "remote",
  "hand-overs refused": "embedded",
  promotions: "embedded",
  "groups in standbys": "embedded",
  "lost suffixes": "embedded",
  "lost entries": "embedded",
};

/** Plain data: it crosses from one thread to another. */
export type Counts = Readonly<Record<Reached, number>>;

export class Tally {
  readonly #counts = new Map<Reached, number>(REACHED.map((name) => [name, 0]));

  count(name: Reached, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  add(counts: Counts): void {
    for (const name of REACHED) this.count(name, counts[name]);
  }

  counts(): Counts {
    return Object.fromEntries(this.#counts) as Record<Reached, number>;
  }

  entries(): readonly (readonly [Reached, number])[] {
    return [...this.#counts];
  }

  /** What was never reached, over the stores that were simulated. */
  holes(stores: ReadonlySet<StoreKind>): readonly Reached[] {
    return this.entries().flatMap(([name, count]) => {
      const needs = ONLY[name];
      const isReachable = needs === undefined || stores.has(needs);
      return count === 0 && isReachable ? [name] : [];
    });
  }
}
