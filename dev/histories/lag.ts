import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { History, Seen } from "../../sim/history.ts";
import type { Position } from "../../sim/position.ts";
import { Truth } from "../../sim/truth.ts";

/** How old unmarked answers of followers were when they were asked for. */
export interface Lag {
  answers: number;
  over100Ms: number;
  over1S: number;
  over2S: number;
  maxMs: number;
}

export const NO_LAG: Lag = { answers: 0, over100Ms: 0, over1S: 0, over2S: 0, maxMs: 0 };

/**
 * An answer's age: from when the entry that it lacks became durable, by its leader's clock, to
 * when the answer was asked for. Leader reads are left out: G5 judges them by themselves.
 */
export function lagOf({ events, shards }: History): Lag {
  const truth = new Truth(shards);
  const times = new Map<PhysicalShard, Map<Position, number>>();
  for (const shard of truth.shards())
    times.set(shard, new Map(truth.entries(shard).map(({ at, atMs }) => [at, atMs])));
  const lag = { ...NO_LAG };
  for (const event of events) {
    if (event.kind === "write" || event.consistency === "leader" || event.staleMs !== null)
      continue;
    for (const seen of event.seen) {
      const ageMs = ageOf(seen, event.invokeMs, truth, times.get(seen.shard));
      lag.answers++;
      if (ageMs > 100) lag.over100Ms++;
      if (ageMs > 1_000) lag.over1S++;
      if (ageMs > 2_000) lag.over2S++;
      lag.maxMs = Math.max(lag.maxMs, ageMs);
    }
  }
  return lag;
}

function ageOf(
  { observation }: Seen,
  invokeMs: number,
  truth: Truth,
  times: ReadonlyMap<Position, number> | undefined,
): number {
  // The newest state that explains the answer; none at all is for the checkers to say.
  const until = truth.spellsOf(observation).at(-1)?.until ?? Number.POSITIVE_INFINITY;
  return Math.max(0, invokeMs - (times?.get(until) ?? invokeMs));
}

export const addLag = (a: Lag, b: Lag): Lag => ({
  answers: a.answers + b.answers,
  over100Ms: a.over100Ms + b.over100Ms,
  over1S: a.over1S + b.over1S,
  over2S: a.over2S + b.over2S,
  maxMs: Math.max(a.maxMs, b.maxMs),
});
