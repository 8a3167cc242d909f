import { describe, it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import type { BucketStats } from "../../../core/feed/cache/service.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err, ok } from "../../../core/result.ts";
import type { FollowerStats, LeaderStats } from "../../../core/tao/service.ts";
import type { CacheLayer, CacheReport } from "../../../core/telemetry/cache-layers.ts";
import { cacheReport, type CacheStatsPorts } from "../../../core/telemetry/collect-caches.ts";

const BUCKET: BucketStats = {
  reads: 10,
  hits: 6,
  misses: { cold: 2, expired: 1, void: 1, below: 0, unscored: 0 },
  active: { asked: 8, hits: 6 },
  puts: 3,
  refused: 1,
  events: 0,
  entries: 2,
  stored: 3,
  bytes: 1_000,
  ages: [1, 2, 3, 0, 0],
};
const FOLLOWER: FollowerStats = {
  reads: 100,
  hits: 90,
  fills: 5,
  shared: 1,
  pulls: 2,
  stale: 4,
  refused: 0,
  entries: 10,
  bytes: 500,
  gaps: 0,
  applied: { epoch: 1, seq: 7 },
  ageMs: 40,
};
const LEADER: LeaderStats = {
  hits: 15,
  misses: 5,
  coalesced: 2,
  queries: 4,
  plans: 3,
  plansFromMemory: 2,
  entries: 20,
  bytes: 700,
  evictions: 0,
  reading: 0,
  refused: 0,
};
const AWAY: Failure = { code: "unavailable", dependency: "follower", retryAfterMs: 1 };

const worldOf = (ports: Partial<CacheStatsPorts> = {}): CacheStatsPorts => ({
  regions: ["us-east", "apac"],
  shards: [0, 1],
  replicas: 2,
  feeds: { in: "buckets", buckets: 3 },
  leaders: async () =>
    ok(
      new Map([
        [0, "us-east"],
        [1, "us-east"],
      ]),
    ),
  tally: async () =>
    ok({
      sinceMs: 1,
      layers: { client: { hits: 3, stale: 0, misses: 7, bytes: 50, ageMsSum: 0 } },
    }),
  bucket: async () => ok(BUCKET),
  follower: async () => ok(FOLLOWER),
  leader: async () => ok(LEADER),
  ...ports,
});

async function reportFor(ports: CacheStatsPorts): Promise<CacheReport> {
  const report = await cacheReport(ports, 5);
  if (!report.ok) throw new Error(report.error.code);
  return report.value;
}
const rows = (layers: readonly CacheLayer[]) =>
  Object.fromEntries(layers.map(({ name, asked, hits }) => [name, [asked, hits]]));

describe("the report of all caches", () => {
  it("asks every part of every region once", async ({ expect }) => {
    const { layers, regions, away, atMs } = await reportFor(worldOf());
    expect([atMs, away]).toEqual([5, []]);
    expect(rows(layers)).toEqual({
      client: [20, 6],
      edge_pages: [0, 0],
      edge_media: [0, 0],
      feed: [48, 36],
      follower: [800, 720],
      leader: [40, 34],
      store: [800, 6],
    });
    const [east, apac] = regions;
    expect(rows(east?.layers ?? [])).toMatchObject({ follower: [400, 360], leader: [40, 34] });
    expect(rows(apac?.layers ?? [])).toMatchObject({ follower: [400, 360], leader: [0, 0] });
  });

  it("knows ages and what is held", async ({ expect }) => {
    const { layers } = await reportFor(worldOf());
    const of = (name: string) => layers.find((layer) => layer.name === name);
    expect(of("feed")).toMatchObject({
      bytesHeld: 6_000,
      entries: 12,
      ages: expect.arrayContaining([{ upToMs: 60_000, answers: 18 }]),
      details: { reads: 60, cold: 12, refused: 6 },
    });
    expect(of("follower")).toMatchObject({ stale: 32, meanAgeMs: 40, entries: 80 });
  });

  it("leaves out a follower that holds nothing of the mean age", async ({ expect }) => {
    const follower: CacheStatsPorts["follower"] = async (shard) =>
      ok({ ...FOLLOWER, ageMs: shard === 0 ? 40 : null });
    const { layers } = await reportFor(worldOf({ follower }));
    expect(layers.find(({ name }) => name === "follower")?.meanAgeMs).toBe(40);
  });

  it("names what is away, and adds up the rest", async ({ expect }) => {
    const report = await reportFor(
      worldOf({
        follower: async (shard, region, replica) =>
          shard === 1 && region === "apac" && replica === 0 ? err(AWAY) : ok(FOLLOWER),
        leader: async (shard) => (shard === 0 ? err(AWAY) : ok(LEADER)),
      }),
    );
    expect(report.away).toEqual([
      { part: "follower:1:0", region: "apac", why: "unavailable" },
      { part: "leader:0", region: "us-east", why: "unavailable" },
    ]);
    expect(rows(report.layers)).toMatchObject({ follower: [700, 630], leader: [20, 17] });
  });

  it("names leaders that nobody knows, and a cache that is not used", async ({ expect }) => {
    const report = await reportFor(
      worldOf({ leaders: async () => err(AWAY), feeds: { in: "nowhere" } }),
    );
    expect(report.away).toEqual([
      { part: "leaders", region: "us-east", why: "unavailable" },
      { part: "feed-cache", region: "us-east", why: "off" },
      { part: "leaders", region: "apac", why: "unavailable" },
      { part: "feed-cache", region: "apac", why: "off" },
    ]);
  });

  it("takes pages of feeds in Redis from the tally, and asks no bucket", async ({ expect }) => {
    const feed = { hits: 7, stale: 0, misses: 3, bytes: 90, ageMsSum: 700 };
    const report = await reportFor(
      worldOf({
        feeds: { in: "redis" },
        tally: async () => ok({ sinceMs: 1, layers: { feed } }),
        bucket: () => Promise.reject(new Error("no object holds a feed")),
      }),
    );
    expect(report.away).toEqual([]);
    expect(report.layers.find(({ name }) => name === "feed")).toMatchObject({
      asked: 20,
      hits: 14,
      meanAgeMs: 100,
      bytesServed: 180,
    });
  });

  it("asks only so many at once", async ({ expect }) => {
    let [now, most] = [0, 0];
    const follower: CacheStatsPorts["follower"] = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
      return ok(FOLLOWER);
    };
    await reportFor(worldOf({ follower, shards: Array.from({ length: 50 }, (_, shard) => shard) }));
    expect(most).toBe(LIMITS.statsInFlight);
  });
});
