import type { Stats } from "../drive/protocol.ts";
import type { Totals } from "../measure/counters.ts";

/** One tier: what was asked of it, and what it answered without the next one. */
export interface Layer {
  readonly name: string;
  readonly asked: number;
  readonly hits: number;
}

export interface Layers {
  /** Reads that clients sent. */
  readonly reads: number;
  readonly layers: readonly Layer[];
  /** Cache entries that had to come from the store. */
  readonly fromStore: number;
  /** Share of reads answered by any memory. */
  readonly hitRate: number;
  readonly storeShare: number;
  /** Null where the leader does not count its queries. */
  readonly storeQueries: number | null;
}

/**
 * Hits per tier, each with its own denominator: a follower is asked what the caller's
 * memory did not have, a leader what a follower missed, the store what a leader missed.
 */
export function layersOf(reads: number, driver: Totals, follower: Totals, leader: Totals): Layers {
  const hot = driver["hotHits"] ?? 0;
  const lookups = follower["reads"] ?? 0;
  const followerHits = follower["hits"] ?? 0;
  const misses = lookups - followerHits;
  const leaderCounts = leader["hits"] !== undefined;
  // Whoever joins another's query reaches the store no more than a hit does.
  const leaderHits = (leader["hits"] ?? 0) + (leader["coalesced"] ?? 0);
  const leaderAsked = leaderCounts ? (leader["hits"] ?? 0) + (leader["misses"] ?? 0) : misses;
  // Groups of writes ask for the rows that they change; those queries are no reads' fault.
  const plansAsked = (leader["plans"] ?? 0) - (leader["plansFromMemory"] ?? 0);
  const fromStore = leaderAsked - leaderHits;
  return {
    reads,
    layers: [
      { name: "caller's memory (hot keys)", asked: reads, hits: hot },
      { name: "follower", asked: lookups, hits: followerHits },
      { name: "leader", asked: leaderAsked, hits: leaderHits },
    ],
    fromStore,
    hitRate: 1 - fromStore / reads,
    storeShare: fromStore / reads,
    storeQueries: leader["queries"] === undefined ? null : leader["queries"] - plansAsked,
  };
}

export const readsOf = ({ ops }: Stats): number =>
  Object.values(ops).reduce((sum, { asked }) => sum + asked, 0);
