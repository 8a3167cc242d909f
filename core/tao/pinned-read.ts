import type { Failure } from "../errors.ts";
import type { RegionRow } from "../regions/regions.ts";
import { err, ok, type Result } from "../result.ts";
import type { Replica } from "./route.ts";
import type { FollowerService } from "./service.ts";
import { physicalShardOf, type PhysicalShard, type ShardMap } from "./shard-map.ts";
import type { Read, ReadResult } from "./types.ts";

/** One follower of each shard: the `replica`-th of a region. */
export type FollowerPin = Replica;

export interface PinnedAnswer {
  /** In the order of the reads. */
  readonly results: readonly ReadResult[];
  /** The oldest mark of any follower asked, ms; null while all are within the promised bound. */
  readonly staleMs: number | null;
}

export interface PinnedPorts {
  readonly map: ShardMap;
  readonly regions: readonly RegionRow[];
  /** Followers of a shard in one region. */
  readonly replicas: number;
  readonly followerAt: (shard: PhysicalShard, pin: FollowerPin) => Pick<FollowerService, "read">;
}

/**
 * What the pinned followers say right now, without a ticket. No retry and no other replica
 * steps in: one that is away or behind must show as that. A marked answer counts as one.
 */
export async function readPinned(
  { map, regions, replicas, followerAt }: PinnedPorts,
  pin: FollowerPin,
  reads: readonly Read[],
): Promise<Result<PinnedAnswer, Failure>> {
  // Asked by name, an object that nobody routes to would come to life.
  if (!regions.some(({ region }) => region === pin.region))
    return invalid("follower.region", regions.map(({ region }) => region).join(", "));
  if (pin.replica >= replicas) return invalid("follower.replica", `0 to ${replicas - 1}`);

  const homes = reads.map((read) =>
    physicalShardOf(map, read.op === "objGet" ? read.id : read.id1),
  );
  const results: ReadResult[] = Array.from({ length: reads.length });
  const answers = await Promise.all(
    [...new Set(homes)].map(async (shard) => {
      const places = homes.flatMap((home, place) => (home === shard ? [place] : []));
      const answer = await followerAt(shard, pin).read({
        reads: places.flatMap((place) => reads[place] ?? []),
        atLeast: null,
        allowStale: true,
      });
      if (!answer.ok) return answer;
      for (const [index, place] of places.entries()) {
        const result = answer.value.results[index];
        if (result !== undefined) results[place] = result;
      }
      return ok(answer.value.staleMs ?? null);
    }),
  );
  let staleMs: number | null = null;
  for (const answer of answers) {
    if (!answer.ok) return err(answer.error);
    if (answer.value !== null) staleMs = Math.max(staleMs ?? 0, answer.value);
  }
  return ok({ results, staleMs });
}

const invalid = (field: string, known: string): Result<never, Failure> =>
  err({ code: "invalid_request", field, reason: `is one of ${known}` });
