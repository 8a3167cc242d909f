import { report } from "./telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import { Bucket } from "../core/feed/cache/bucket.ts";
import type { BucketEvent, FeedCacheSink, FeedCacheTopology } from "../core/feed/cache/port.ts";
import { decodeRecord } from "../core/feed/cache/record.ts";
import {
  activeSlicesAt,
  type BucketKeys,
  bucketKeys,
  ENTRY_TTL_MS,
  sliceOf,
  slicesAt,
  slicesFor,
  sliceTtlMs,
} from "../core/feed/cache/redis-keys.ts";
import { APPLY_SCRIPT, PUT_SCRIPT, READ_SCRIPT } from "../core/feed/cache/redis-scripts.ts";
import { changesOf, indexOf, rowsOf } from "../core/feed/cache/redis-wire.ts";
import type { FeedCache } from "../core/feed/cache/service.ts";
import { formatId, type Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import { err, ok, type Result } from "../core/result.ts";
import { appliedIn, foundIn, keptIn } from "./feed-cache-replies.ts";
import type { FeedCacheStubs } from "./feed-cache-stubs.ts";
import type { RedisReply, RedisSession } from "./upstash.ts";

type ScriptSession = Pick<RedisSession, "evalScript">;

export interface RedisFeedCachePorts {
  /** A session for one request of ours. */
  readonly connect: (budgetMs: () => number) => ScriptSession;
  /** Part of every key's name. */
  readonly run: string;
  readonly topology: FeedCacheTopology;
  readonly clock: Clock;
  /** A name that nobody else comes up with. */
  readonly newName: () => string;
}

/** Before an entry was built, its reader's followers may have been that far behind. */
const BACK_MS = LIMITS.followerTtlMs + LIMITS.feedRedisSkewMs;

/** What this isolate knows of a bucket in Redis. */
interface BucketKnown {
  /** The newest that was acknowledged: a Redis that knows less has lost what it acknowledged. */
  readonly gen: string;
  readonly seq: number;
  /** Since when nothing arrives, Unix ms; null while it does. */
  readonly failingSinceMs: number | null;
}
const NOTHING: BucketKnown = { gen: "", seq: 0, failingSinceMs: null };

/**
 * The feed cache in Redis: one request for each call. A script finds an entry and what concerns it; the
 * page is made of that here, by the same `Bucket` that an object runs over its SQLite. Reads go to the
 * primary as writes do: a replica that was cut off would show for minutes what was taken back. What is no reply
 * of our scripts, or comes too late, is a failure, and never a miss.
 */
export function feedCacheInRedis(ports: RedisFeedCachePorts): FeedCacheStubs {
  const { connect, run, topology, clock, newName } = ports;
  const known = new Map<string, BucketKnown>();
  const keysOf = (region: Region, bucket: number): BucketKeys =>
    bucketKeys(run, region, bucket, topology.buckets);
  const keysFor = (region: Region, viewer: Id) => keysOf(region, topology.bucketOf(viewer));
  const within = (budgetMs: number): ScriptSession => {
    const untilMs = clock.nowMs() + budgetMs;
    return connect(() => untilMs - clock.nowMs());
  };

  const read = async <T>(
    region: Region,
    viewer: Id,
    ask: (bucket: Bucket, nowMs: number) => T,
    ttlFactor = 1,
  ): Promise<Result<T, Failure>> => {
    const { head, entry, follows, events, authors } = keysFor(region, viewer);
    const slices = slicesFor(clock.nowMs(), ttlFactor);
    const reply = await within(LIMITS.feedCacheBudgetMs).evalScript(
      READ_SCRIPT,
      [head, entry(viewer), follows(viewer), ...slices.map(events), ...slices.map(authors)],
      [formatId(viewer), BACK_MS, LIMITS.feedRedisSliceMs, LIMITS.feedRedisArrivedMax, ...slices],
    );
    const found = understood(reply, foundIn);
    if (!found.ok) return found;
    const nowMs = clock.nowMs();
    const eventsKeptMs = LIMITS.feedEventsKeptMs + (ttlFactor - 1) * LIMITS.feedCacheTtlMs;
    return ok(ask(new Bucket(rowsOf(viewer, found.value), nowMs, { eventsKeptMs }), nowMs));
  };

  const put: FeedCache["put"] = async (region, viewer, text) => {
    const nowMs = clock.nowMs();
    const record = decodeRecord(text);
    const tookMs = nowMs - record.builtMs;
    const isInTime = tookMs >= 0 && tookMs <= LIMITS.feedBuildMsMax;
    if (!isInTime || text.length > LIMITS.feedEntryCharsMax) return ok(false);
    const { head, entry, follows, events, authors, active } = keysFor(region, viewer);
    const slices = slicesFor(nowMs, 1);
    const index = indexOf(record);
    const reply = await within(LIMITS.feedRedisWriteMs).evalScript(
      PUT_SCRIPT,
      [
        head,
        entry(viewer),
        follows(viewer),
        active(sliceOf(nowMs)),
        ...slices.map(events),
        ...slices.map(authors),
      ],
      [
        formatId(viewer),
        nowMs,
        BACK_MS,
        record.builtMs,
        newName(),
        ENTRY_TTL_MS - tookMs,
        LIMITS.feedRedisHeadTtlMs,
        sliceTtlMs(sliceOf(nowMs), nowMs),
        index.posts,
        text,
        ...slices,
        ...index.authors,
      ],
    );
    return understood(reply, keptIn);
  };

  const apply: FeedCacheSink["apply"] = async (region, bucket, events) => {
    const nowMs = clock.nowMs();
    const keys = keysOf(region, bucket);
    const { gen, seq, failingSinceMs } = known.get(keys.head) ?? NOTHING;
    const slices = slicesAt(nowMs);
    const slice = sliceOf(nowMs);
    const viewers = readersOf(events);
    const wasAway = failingSinceMs !== null && nowMs - failingSinceMs > LIMITS.feedRedisOutageMs;
    const reply = await within(LIMITS.feedRedisWriteMs).evalScript(
      APPLY_SCRIPT,
      [
        keys.head,
        ...slices.map(keys.events),
        ...slices.map(keys.authors),
        ...activeSlicesAt(nowMs).map(keys.active),
      ],
      [
        nowMs,
        newName(),
        gen,
        seq,
        Number(wasAway),
        LIMITS.feedRedisHeadTtlMs,
        sliceTtlMs(slice, nowMs),
        slices.length,
        ...slices,
        slices.indexOf(slice) + 1,
        viewers.length,
        ...viewers,
        ...changesOf(events, nowMs).flat(),
      ],
    );
    const applied = understood(reply, appliedIn);
    if (!applied.ok) {
      known.set(keys.head, { gen, seq, failingSinceMs: failingSinceMs ?? nowMs });
      return applied;
    }
    const { active, ...newest } = applied.value;
    // Answers of calls that overlap come in any order.
    const before = known.get(keys.head) ?? NOTHING;
    const isNewer = before.gen !== newest.gen || before.seq < newest.seq;
    known.set(keys.head, { ...(isNewer ? newest : before), failingSinceMs: null });
    return ok({ named: viewers.length, active });
  };

  return {
    cache: {
      page: (region, viewer, wish) =>
        read(
          region,
          viewer,
          (bucket, nowMs) => bucket.page(viewer, wish, nowMs),
          wish.ttlFactor ?? 1,
        ),
      newSince: (region, viewer, since, wrote) =>
        read(region, viewer, (bucket, nowMs) => bucket.newSince(viewer, since, wrote, nowMs)),
      scores: (region, viewer, wrote) =>
        read(region, viewer, (bucket, nowMs) => bucket.scores(viewer, wrote, nowMs)),
      put,
      own: (region, write) =>
        apply(region, topology.bucketOf(write.viewer), [{ kind: "own", ...write }]),
    },
    sink: { apply },
  };
}

const readersOf = (events: readonly BucketEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "push" ? event.viewers.map(formatId) : []));

/** A script's answer that is not what the script answers is one of somebody else. */
function understood<T>(
  reply: Result<RedisReply, Failure>,
  parse: (reply: RedisReply) => T | null,
): Result<T, Failure> {
  if (!reply.ok) return reply;
  const value = parse(reply.value);
  if (value !== null) return ok(value);
  report(failed("feed_cache_call_failed", "the answer is not one of the script"));
  const retryAfterMs = LIMITS.overloadRetryMs;
  return err({ code: "unavailable", dependency: "feed_cache", retryAfterMs });
}
