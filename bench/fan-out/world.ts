import { setTimeout as delay } from "node:timers/promises";

import { threshold } from "../../core/feed/fanout/decide.ts";
import { followEdge, userWrites } from "../../core/feed/writes.ts";
import { type Id, idRange, LOGICAL_SHARDS, logicalShard, shardOf } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { type Unit, writeUnits } from "../../dev/operator/batches.ts";
import { hash } from "../../dev/world/random.ts";
import { BOUNDS } from "../bounds.ts";
import type { FanOutOptions } from "./options.ts";
import type { FanOutProduct } from "./product.ts";

/** Followers from which on the product announces a post, while no entries are known of. */
export const announcedFrom = ({ buckets }: Pick<FanOutOptions, "buckets">): number =>
  threshold(
    {
      followers: 0,
      friends: 0,
      audience: 0,
      activeShare: 1,
      entries: 0,
      buckets,
      regions: DEFAULT_REGIONS.length,
      readersPerChunk: LIMITS.fanoutChunkReaders,
    },
    LIMITS.fanoutCosts,
  );

/** Long ago: what is loaded is no news, and is not fanned out. */
const JOINED_MS = Date.UTC(2025, 9, 1);

export interface Author {
  readonly id: Id;
  readonly followers: number;
}

export interface World {
  /** Nobody follows them. */
  readonly none: Author;
  /** One follower fewer than the product announces from. */
  readonly below: Author;
  /** With a tenth of the followers, and with all. */
  readonly few: Author;
  readonly many: Author;
  /** Followers of all authors but the first. */
  readonly readers: readonly Id[];
}

/**
 * Three authors and their followers. Only those who read are users; the others are ids that
 * follow, which is all that fan-out asks of a follower.
 */
export async function loadWorld(
  { api, map }: FanOutProduct,
  options: FanOutOptions,
): Promise<World> {
  const user = (n: number): Unit => {
    const home = logicalShard(hash(7, "home", n) % LOGICAL_SHARDS);
    const fields = { handle: `user${n}`, name: `User ${n}`, bio: "", avatar: null };
    return { home, writes: () => userWrites(home, { ...fields, createdAtMs: JOINED_MS }) };
  };
  const { followers } = options;
  const sizes = [
    0,
    Math.min(followers, announcedFrom(options) - 1),
    Math.round(followers / 10),
    followers,
  ] as const;
  const people = Array.from({ length: sizes.length + options.readers }, (_, n) => user(n));
  const ids = await writeUnits(api, map, people, "fan-out:users");
  const readers = ids.slice(sizes.length);
  const author = (n: number): Author => ({ id: ids[n] ?? (0n as Id), followers: sizes[n] ?? 0 });
  const authors = sizes.map((_, n) => author(n));

  const follows = authors.flatMap(({ id, followers: count }) =>
    Array.from({ length: count }, (_, n): Unit => {
      const follower = readers[n] ?? someId(n);
      const edge = followEdge(follower, id, JOINED_MS + n);
      return { home: shardOf(follower), writes: () => [edge] };
    }),
  );
  await writeUnits(api, map, follows, "fan-out:follows");
  await arrived(api, authors);
  return { none: author(0), below: author(1), few: author(2), many: author(3), readers };
}

/** Spread over all shards, and never handed out: below any id of the time that ids count from. */
const someId = (n: number): Id =>
  (idRange(logicalShard(hash(11, "follower", n) % LOGICAL_SHARDS)).from + BigInt(n)) as Id;

/** @throws Error when followers do not arrive in time. */
async function arrived(api: FanOutProduct["api"], authors: readonly Author[]): Promise<void> {
  const reads = authors.map(
    ({ id }) => ({ op: "assocCount", id1: id, atype: ASSOC.followedBy }) as const,
  );
  for (let second = 0; second < BOUNDS.settleSecondsMax; second++) {
    const counts = await api.read(reads, "leader");
    const isWhole = counts.every(
      (answer, n) => answer.op === "assocCount" && answer.count === authors[n]?.followers,
    );
    if (isWhole) return;
    await delay(1_000);
  }
  throw new Error("The product did not deliver every follower in time.");
}
