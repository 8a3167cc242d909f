import { keepEventsIn, report } from "../../platform/telemetry.ts";
import { failed, feedReported } from "../../core/telemetry/events.ts";
import type { Call } from "../../core/feed/call.ts";
import { Builds } from "../../core/feed/builds.ts";
import { guardedCache } from "../../core/feed/cache/guarded.ts";
import type { FeedCache } from "../../core/feed/cache/service.ts";
import { guardedRanking } from "../../core/feed/ranked/guarded.ts";
import type { FanoutAdminPorts } from "../../core/feed/fanout/admin.ts";
import type { BatchPorts } from "../../core/feed/fanout/batch.ts";
import type { FanoutRecord } from "../../core/feed/fanout/service.ts";
import { tell } from "../../core/feed/notifications/tell.ts";
import type { ReadPinned } from "../../core/feed/usecases/graph.ts";
import type { CallContext, SweepReport } from "../../core/feed/service.ts";
import { levelledRanking } from "../../core/degradation/levelled-ranking.ts";
import { observedBy } from "../../core/degradation/observed.ts";
import type { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import { type Id, parseId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { Failure } from "../../core/errors.ts";
import type { RankingReport } from "../../core/ranking/stats-schemas.ts";
import type { Result } from "../../core/result.ts";
import { leadersNow, type ShardAdminPorts } from "../../core/regions/shard-admin.ts";
import { FollowedRollouts } from "../../core/rollout/followed.ts";
import { createTao } from "../../core/tao/client.ts";
import { HotCache } from "../../core/tao/hot-cache.ts";
import { readPinned } from "../../core/tao/pinned-read.ts";
import { Admission } from "../../core/resilience/admission.ts";
import { BUILDS_POLICY } from "../../core/resilience/admission-policies.ts";
import { PRIORITIES, type Priority } from "../../core/resilience/priority.ts";
import { CallGuard } from "../../core/resilience/call-guard.ts";
import { Routes } from "../../core/tao/route.ts";
import { tracedCalls } from "../../core/tao/traced-calls.ts";
import { physicalShardOf } from "../../core/tao/shard-map.ts";
import type { CacheStatsPorts } from "../../core/telemetry/collect-caches.ts";
import { CallTiming } from "../../core/telemetry/call-timing.ts";
import type { TallyOutbox } from "../../core/telemetry/tally-outbox.ts";
import { cacheStatsStubs } from "../../platform/cache-stats-stubs.ts";
import { systemClock, systemRandom, systemSleep, systemTimer } from "../../platform/clock.ts";
import { fanoutStubs } from "../../platform/fanout-stubs.ts";
import { countingIn } from "./counting.ts";
import { sweepAll } from "./sweep.ts";
import { feedCacheIn } from "./feed-cache.ts";
import { rankingReportFrom, rankingStubs } from "../../platform/ranking-stubs.ts";
import { type RolloutAdmin, regionExchange, rolloutAdmin } from "../../platform/rollout-stubs.ts";
import { graphStubs } from "../../platform/object-stubs.ts";
import { hmacSigner, rememberingSigner } from "../../platform/signer.ts";
import { spans } from "../../platform/spans.ts";
import { socketSink, socketTopologyFrom } from "../../platform/socket-stubs.ts";
import { within } from "../../platform/time-limit.ts";
import { configFrom, type FeedEnv } from "./env.ts";
import { type Flags, RequestFlags } from "./flags.ts";

/** What every request of one isolate shares. */
export interface FeedDeps {
  readonly callFor: (ctx: CallContext, defer: Call["defer"], flags: Flags) => Call;
  readonly rollouts: FollowedRollouts;
  readonly flags: RequestFlags;
  /** For operators. */
  readonly rolloutAdmin: RolloutAdmin;
  readonly readPinned: ReadPinned;
  /** For the region's operators: its own coordinator first. */
  readonly shardAdmin: (region: Region) => ShardAdminPorts;
  /** Shards that the region leads, so that one sweep per region reaches each leader once. */
  readonly sweep: (region: Region) => Promise<SweepReport>;
  /** For the consumer of fan-out's queue. */
  readonly fanout: BatchPorts;
  readonly fanoutAdmin: FanoutAdminPorts;
  readonly rankingReport: () => Promise<Result<RankingReport, Failure>>;
  /** Of pages that no object counts. */
  readonly counts: TallyOutbox;
  /** What is counted for the regions' levels, and those. */
  readonly levels: IsolateLevels;
  /** For the region's operators, as `shardAdmin`. */
  readonly caches: (region: Region) => CacheStatsPorts;
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
  keepEventsIn(env);
  const {
    map,
    regions,
    replicas,
    feedBuckets,
    feedCache: cacheConfig,
    signingSecret,
    weighing,
    admission,
  } = configFrom(env);
  const { cache, coordinator, follower, leader } = graphStubs(env, { map, regions });
  const ports = {
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    timer: systemTimer,
    signer: rememberingSigner(hmacSigner(signingSecret)),
  };
  const { counts, levels } = countingIn(env, regions);
  const feedCache = feedCacheIn(env, cacheConfig, {
    regions,
    feedBuckets,
    count: (region, delta) => counts.add(region, "feed", delta),
    told: (region, isHit) => {
      levels.count(region, "feed_asked");
      if (isHit) levels.count(region, "feed_hits");
    },
  });
  const { fanout } = fanoutStubs(env, { map, regions });
  const names = regions.map(({ region }) => region);
  const routes = new Routes(names, replicas, report);
  const guard = new CallGuard({
    clock: systemClock,
    random: systemRandom,
    count: (region, event) => levels.count(region, event),
  });
  /** One for each priority: a request makes none. */
  const caches = new Map(
    PRIORITIES.map((priority): [Priority, FeedCache | null] => [
      priority,
      feedCache && guardedCache(feedCache.cache, guard, feedCache.topology.bucketOf, priority),
    ]),
  );
  const builds = new Builds({
    admission: admission
      ? new Admission({
          clock: systemClock,
          random: systemRandom,
          sleep: systemSleep,
          policy: BUILDS_POLICY,
        })
      : null,
    shed: ({ region }) => levels.count(region, "builds_shed"),
  });
  const taoPorts = {
    ...ports,
    ...(admission && { guard }),
    observe: observedBy(levels),
    map,
    follower,
    leader,
    routes,
    hot: new HotCache(),
  };
  const recordOf = async (post: Id): Promise<FanoutRecord | null> => {
    try {
      return await fanout(physicalShardOf(map, post)).record(post);
    } catch (error) {
      report(failed("fanout_record_unknown", error));
      return null;
    }
  };
  /** Nobody waits for it: it reads what is there, and has a batch's time. */
  const graphForFanout = () => {
    const deadlineMs = systemClock.nowMs() + LIMITS.fanoutSinkMs;
    const region = names[0] ?? "";
    return createTao(taoPorts, {
      region,
      ticket: null,
      consistency: "leader",
      deadlineMs,
      priority: "batch",
    });
  };
  const { FEATURE_BUCKET, RANKING } = env;
  const levelled = { effects: (region: Region) => levels.effects(region), levels };
  const ranking = {
    FEATURE_BUCKET,
    RANKING: levelledRanking(RANKING, { ...levelled, random: systemRandom }),
  };
  const shards = map.entries.map(({ shard }) => shard);
  const coordinatorsFrom = (near: Region) =>
    [near, ...names.filter((region) => region !== near)].map(coordinator);
  const rollouts = new FollowedRollouts({
    clock: systemClock,
    sleep: systemSleep,
    exchange: regionExchange(env, regions),
    report: (event, error) => report(failed(event, error)),
  });
  return {
    rollouts,
    flags: new RequestFlags(rollouts),
    rolloutAdmin: rolloutAdmin(env),
    callFor: (
      {
        viewer,
        region,
        ticket,
        consistency,
        allowStale,
        idempotencyKey,
        deadlineMs,
        priority = "interactive",
        trace,
      },
      defer,
      flags,
    ) => ({
      ...ports,
      region,
      effects: levels.effects(region),
      consistency,
      priority,
      asked: ticket,
      builds,
      cache: flags.isCached ? (caches.get(priority) ?? null) : null,
      ranking: guardedRanking(
        rankingStubs(ranking, { regions, feedBuckets }, flags.weighing ?? weighing, {
          model: flags.model,
          ...(trace !== undefined && { trace }),
        }),
        guard,
        priority,
      ),
      told: new Set(),
      timing: new CallTiming(),
      ...(trace !== undefined && { trace }),
      defer,
      tao: createTao(trace === undefined ? taoPorts : tracedCalls(taoPorts, trace), {
        region,
        ticket,
        consistency,
        allowStale,
        deadlineMs,
        priority,
      }),
      viewer: viewer === null ? null : parseId(viewer),
      idempotencyKey,
      deadlineMs,
      fanout: { record: recordOf },
      report: (event) => report(feedReported(event)),
    }),
    readPinned: (pin, reads) =>
      readPinned({ map, regions, replicas, followerAt: follower }, pin, reads),
    shardAdmin: (near) => ({
      coordinators: coordinatorsFrom(near),
      leader: (shard) => ({
        read: (request) => within(LIMITS.statsAnswerMs, "leader", leader({ shard }).read(request)),
      }),
    }),
    sweep: async (region) => {
      const led = cache.entries.filter((entry) => entry.leader === region);
      // Whose alarm was lost goes on; one that is away is asked again in a minute.
      await Promise.allSettled(led.map(({ shard }) => fanout(shard).wake()));
      return sweepAll(led.map((entry) => leader(entry)));
    },
    fanout: {
      regions: names,
      sinks: [
        ...(feedCache === null
          ? []
          : [{ kind: "cache", sink: feedCache.sink, topology: feedCache.topology } as const]),
        { kind: "sockets", sink: socketSink(env, regions), topology: socketTopologyFrom(env) },
        { kind: "notifications", sink: { note: (events) => tell(graphForFanout(), events) } },
      ],
      fanout,
      spans,
      report: (event, error) => report(failed(event, error)),
    },
    fanoutAdmin: {
      shards,
      shardOf: (id) => physicalShardOf(map, id),
      fanout,
      inTime: (call) => within(LIMITS.statsAnswerMs, "feed", call),
    },
    rankingReport: () => rankingReportFrom(env),
    counts,
    levels,
    caches: (near) => ({
      regions: names,
      shards,
      replicas,
      feeds: feedCache === null ? { in: "nowhere" } : feedCache.held,
      leaders: () =>
        within(
          LIMITS.statsAnswerMs,
          "coordinator",
          leadersNow({ coordinators: coordinatorsFrom(near) }),
        ),
      ...cacheStatsStubs(env, { regions }),
    }),
  };
}
