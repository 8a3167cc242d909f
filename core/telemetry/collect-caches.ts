import type { Failure } from "../errors.ts";
import { AGES_MS } from "../feed/cache/bucket-tally.ts";
import type { BucketStats } from "../feed/cache/service.ts";
import { inParallel } from "../in-parallel.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import { ok, type Result } from "../result.ts";
import type { FollowerStats, LeaderStats } from "../tao/service.ts";
import type { PhysicalShard } from "../tao/shard-map.ts";
import { type LayerCounts, type LayerName, NO_COUNTS, sumCounts } from "./cache-counts.ts";
import { type CacheReport, type RegionCounts, reportOf } from "./cache-layers.ts";
import { countsOf, TALLIED, type TallyReading } from "./cache-tally.ts";

type Asked<T> = Promise<Result<T, Failure>>;

/** Who is asked; each call fails in time. */
export interface CacheStatsPorts {
  readonly regions: readonly Region[];
  readonly shards: readonly PhysicalShard[];
  readonly replicas: number;
  /** Where feeds are cached: in so many buckets of each region, in Redis, whose pages the tally has, or nowhere. */
  readonly feeds:
    | { readonly in: "buckets"; readonly buckets: number }
    | { readonly in: "redis" | "nowhere" };
  /** The region that leads each shard; fails when nobody knows. */
  readonly leaders: () => Asked<ReadonlyMap<PhysicalShard, Region>>;
  readonly tally: (region: Region) => Asked<TallyReading>;
  readonly bucket: (region: Region, bucket: number) => Asked<BucketStats>;
  readonly follower: (
    shard: PhysicalShard,
    region: Region,
    replica: number,
  ) => Asked<FollowerStats>;
  readonly leader: (shard: PhysicalShard, region: Region) => Asked<LeaderStats>;
}

/** What one part counted, or why it is not known. */
interface Part {
  readonly part: string;
  readonly region: Region;
  readonly counts: Result<Partial<Record<LayerName, LayerCounts>>, Failure>;
}
interface Question {
  readonly part: string;
  readonly region: Region;
  readonly ask: () => Promise<Part["counts"]>;
}

/** All layers of all regions; a part that does not answer is named, and the others answer all the same. */
export async function cacheReport(ports: CacheStatsPorts, atMs: number): Asked<CacheReport> {
  const leaders = await ports.leaders();
  const away: CacheReport["away"] = [];
  const questions = [
    ...ports.regions.flatMap((region) => [
      tallyOf(ports, region),
      ...bucketsOf(ports, region),
      ...followersOf(ports, region),
    ]),
    ...(leaders.ok ? leadersOf(ports, leaders.value) : []),
  ];
  for (const region of ports.regions) {
    if (!leaders.ok) away.push({ part: "leaders", region, why: leaders.error.code });
    if (ports.feeds.in === "nowhere") away.push({ part: "feed-cache", region, why: "off" });
  }

  const parts = await inParallel(questions, LIMITS.statsInFlight, async ({ ask, ...question }) => ({
    ...question,
    counts: await ask(),
  }));
  for (const { part, region, counts } of parts)
    if (!counts.ok) away.push({ part, region, why: counts.error.code });
  const regions = new Map(ports.regions.map((region) => [region, regionCounts(parts, region)]));
  return ok(reportOf(regions, away, atMs));
}

function regionCounts(parts: readonly Part[], region: Region): RegionCounts {
  const answers = parts.flatMap((part) =>
    part.region === region && part.counts.ok ? [part.counts.value] : [],
  );
  const of = (name: LayerName) => sumCounts(answers.flatMap((counts) => counts[name] ?? []));
  return {
    client: of("client"),
    edge_pages: of("edge_pages"),
    edge_media: of("edge_media"),
    feed: of("feed"),
    follower: of("follower"),
    leader: of("leader"),
  };
}

const tallyOf = ({ tally }: CacheStatsPorts, region: Region): Question => ({
  part: "cache-tally",
  region,
  ask: async () =>
    map(await tally(region), ({ layers }) =>
      Object.fromEntries(TALLIED.map((layer) => [layer, countsOf(layer, layers[layer])])),
    ),
});

const bucketsOf = ({ feeds, bucket }: CacheStatsPorts, region: Region): Question[] =>
  Array.from({ length: feeds.in === "buckets" ? feeds.buckets : 0 }, (_, place) => ({
    part: `feed-bucket:${place}`,
    region,
    ask: async () => map(await bucket(region, place), (stats) => ({ feed: feedCounts(stats) })),
  }));

const followersOf = (ports: CacheStatsPorts, region: Region): Question[] =>
  ports.shards.flatMap((shard) =>
    Array.from({ length: ports.replicas }, (_, replica) => ({
      part: `follower:${shard}:${replica}`,
      region,
      ask: async () =>
        map(await ports.follower(shard, region, replica), (stats) => ({
          follower: followerCounts(stats),
        })),
    })),
  );

const leadersOf = (
  ports: CacheStatsPorts,
  leaders: ReadonlyMap<PhysicalShard, Region>,
): Question[] =>
  [...leaders].map(([shard, region]) => ({
    part: `leader:${shard}`,
    region,
    ask: async () =>
      map(await ports.leader(shard, region), (stats) => ({ leader: leaderCounts(stats) })),
  }));

/** Of its readers, those that it is meant to serve; of all, in its details. */
export function feedCounts(stats: BucketStats): LayerCounts {
  const { active, reads, hits, misses, puts, refused, ages, entries, bytes } = stats;
  return {
    ...NO_COUNTS,
    asked: active.asked,
    hits: active.hits,
    misses: active.asked - active.hits,
    bytesHeld: bytes,
    entries,
    ages: AGES_MS.map((upToMs, place) => ({ upToMs, answers: ages[place] ?? 0 })),
    details: { reads, readHits: hits, ...misses, puts, refused },
  };
}

export function followerCounts(stats: FollowerStats): LayerCounts {
  const { reads, hits, stale, entries, bytes, ageMs, fills, shared, pulls, refused, gaps } = stats;
  return {
    ...NO_COUNTS,
    asked: reads,
    hits,
    misses: reads - hits,
    stale,
    bytesHeld: bytes,
    entries,
    aged: ageMs === null ? 0 : 1,
    ageMsSum: ageMs ?? 0,
    details: { fills, shared, pulls, refused, gaps },
  };
}

export function leaderCounts(stats: LeaderStats): LayerCounts {
  const { hits, misses, coalesced, queries, plans, plansFromMemory, evictions, refused } = stats;
  return {
    ...NO_COUNTS,
    asked: hits + misses,
    // Whoever joins another's query reaches the store no more than a hit does.
    hits: hits + coalesced,
    misses: misses - coalesced,
    bytesHeld: stats.bytes,
    entries: stats.entries,
    details: { coalesced, queries, plans, plansFromMemory, evictions, refused },
  };
}

const map = <T, U>(result: Result<T, Failure>, of: (value: T) => U): Result<U, Failure> =>
  result.ok ? ok(of(result.value)) : result;
