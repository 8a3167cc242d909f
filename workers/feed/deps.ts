import type { Call } from "../../core/feed/call.ts";
import type { ReadPinned } from "../../core/feed/usecases/graph.ts";
import type { CallContext, SweepReport } from "../../core/feed/service.ts";
import { parseId } from "../../core/ids.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { ShardAdminPorts } from "../../core/regions/shard-admin.ts";
import { createTao } from "../../core/tao/client.ts";
import { HotCache } from "../../core/tao/hot-cache.ts";
import type { RoutedLeader } from "../../core/tao/leader-route.ts";
import { readPinned } from "../../core/tao/pinned-read.ts";
import { Routes } from "../../core/tao/route.ts";
import { systemClock, systemRandom, systemSleep } from "../../platform/clock.ts";
import { feedCacheStubs } from "../../platform/feed-cache-stubs.ts";
import { graphStubs } from "../../platform/object-stubs.ts";
import { hmacSigner, rememberingSigner } from "../../platform/signer.ts";
import { configFrom, type FeedEnv } from "./env.ts";

/** What every request of one isolate shares. */
export interface FeedDeps {
  readonly callFor: (ctx: CallContext, defer: Call["defer"]) => Call;
  readonly readPinned: ReadPinned;
  /** For the region's operators: its own coordinator first. */
  readonly shardAdmin: (region: Region) => ShardAdminPorts;
  /** Shards that the region leads, so that one sweep per region reaches each leader once. */
  readonly sweep: (region: Region) => Promise<SweepReport>;
}

const wired = new WeakMap<FeedEnv, FeedDeps>();

/** The composition root. Once per isolate: the configuration cannot change under a running one. */
export function depsFor(env: FeedEnv): FeedDeps {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const deps = wire(env);
  wired.set(env, deps);
  return deps;
}

function wire(env: FeedEnv): FeedDeps {
  const { map, regions, replicas, feedBuckets, cachesFeeds, signingSecret } = configFrom(env);
  const { cache, coordinator, follower, leader } = graphStubs(env, { map, regions });
  const ports = {
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    signer: rememberingSigner(hmacSigner(signingSecret)),
  };
  const feedCache = cachesFeeds ? feedCacheStubs(env, { regions, feedBuckets }).cache : null;
  const names = regions.map(({ region }) => region);
  const routes = new Routes(names, replicas, (event) => console.warn(event));
  const taoPorts = { ...ports, map, follower, leader, routes, hot: new HotCache() };
  return {
    callFor: (
      { viewer, region, ticket, consistency, allowStale, idempotencyKey, deadlineMs },
      defer,
    ) => ({
      ...ports,
      region,
      consistency,
      cache: feedCache,
      defer,
      tao: createTao(taoPorts, { region, ticket, consistency, allowStale, deadlineMs }),
      viewer: viewer === null ? null : parseId(viewer),
      idempotencyKey,
      deadlineMs,
      ranker: env.RANKER,
      report: (event) => console.warn(event),
    }),
    readPinned: (pin, reads) =>
      readPinned({ map, regions, replicas, followerAt: follower }, pin, reads),
    shardAdmin: (near) => ({
      coordinators: [near, ...names.filter((region) => region !== near)].map(coordinator),
      leader: (shard) => leader({ shard }),
    }),
    sweep: (region) =>
      sweepAll(
        cache.entries.filter((entry) => entry.leader === region).map((entry) => leader(entry)),
      ),
  };
}

/** Asks every leader to resume what it still has to deliver. One that is away is counted and asked next time. */
async function sweepAll(leaders: readonly Pick<RoutedLeader, "sweep">[]): Promise<SweepReport> {
  const swept = await Promise.all(leaders.map((leader) => leader.sweep()));
  const reports = swept.flatMap((result) => (result.ok ? result.value : []));
  const sum = (of: (report: (typeof reports)[number]) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    shards: leaders.length,
    intents: sum((report) => report.intents),
    followersBehind: sum((report) => report.followersBehind),
    unreachable: leaders.length - reports.length,
  };
}
