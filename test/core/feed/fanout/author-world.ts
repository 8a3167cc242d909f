import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import type { Id } from "../../../../core/ids.ts";
import type { Version } from "../../../../core/tao/version.ts";
import { SeededRandom } from "../../../../sim/random.ts";
import { nextAt, posted } from "../../../fakes/fanout-events.ts";
import { FanoutWorld } from "../../../fakes/fanout-world.ts";

export const id = (n: number): Id => (9_007_199_254_740_993n + BigInt(n)) as Id;
export const AUTHOR = id(1);
export const FANS = Array.from({ length: 7 }, (_, n) => id(100 + n));
export const last = (events: readonly GraphEvent[]): Version =>
  events.at(-1)?.at ?? { epoch: 1, seq: 0 };

/** An author with followers, whose posts go out. */
export function newWorld(seed = 1, force: "push" | "announce" | null = null) {
  const world = new FanoutWorld(new SeededRandom(seed), force);
  world.followers.set(AUTHOR, FANS);
  const post = (n: number): GraphEvent => {
    world.audiences.set(id(n), "public");
    return posted(id(n), AUTHOR, world.clock.nowMs());
  };
  const accept = (events: readonly GraphEvent[]) => world.fanout.accept(events, last(events));
  return { world, post, accept };
}

export const counted = (post: Id, count: number): GraphEvent => ({
  at: nextAt(),
  fromMs: 1_800_000_000_000,
  kind: "counted",
  post,
  of: "reactions",
  count,
});

/** Counts as a bucket would have them that heeds their places in the log. */
export function countsIn(world: FanoutWorld, region: string) {
  const known = new Map<string, { seq: number; count: number }>();
  for (const { region: where, bucket, event } of world.told) {
    if (where !== region || event.kind !== "count") continue;
    const key = `${bucket} ${event.post}`;
    if ((known.get(key)?.seq ?? 0) < event.at.seq)
      known.set(key, { seq: event.at.seq, count: event.count });
  }
  return known;
}
