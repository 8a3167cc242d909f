import type { Random } from "../../core/clock.ts";
import type { BucketEvent, FeedCacheTopology, PushedPost } from "../../core/feed/cache/port.ts";
import { feedTopology } from "../../core/feed/cache/topology.ts";
import { takeBatch } from "../../core/feed/fanout/batch.ts";
import type { Spread } from "../../core/feed/fanout/graph.ts";
import type { FanoutMessage, FanoutStrategy } from "../../core/feed/fanout/service.ts";
import { waitingEvents } from "../../core/feed/fanout/state.ts";
import { Fanout } from "../../core/feed/fanout/shard.ts";
import type { Sink } from "../../core/feed/fanout/sinks.ts";
import type { Noted } from "../../core/feed/fanout/work.ts";
import type { SocketEvent } from "../../core/feed/realtime/port.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { err, ok } from "../../core/result.ts";
import { AUDIENCES } from "../../core/tao/registry.ts";
import { SqlFanoutTable } from "../../durable-objects/fanout-table.ts";
import type { SpanEvent, SpanPorts } from "../../core/telemetry/span.ts";
import { ManualClock } from "./manual-clock.ts";
import { endingWith, sqlStorage } from "./sql-storage.ts";

export const REGIONS = ["here", "there"];
const AWAY = err({ code: "unavailable", dependency: "feed", retryAfterMs: 1 } as const);

export interface FanoutFaults {
  /** Chances, 0 to 1: a message is lost, comes twice, or a call to a bucket fails. */
  lost: number;
  twice: number;
  bucketFails: number;
  /** The queue takes nothing. */
  queueIsAway: boolean;
  /** The graph cannot be read. */
  graphIsAway: boolean;
  /** Acknowledgements do not arrive. */
  ackLost: number;
}

/** One shard's fan-out, a queue that does to messages what its faults say, and buckets that listen. */
export class FanoutWorld {
  readonly clock = new ManualClock(1_800_000_000_000);
  readonly faults: FanoutFaults = {
    lost: 0,
    twice: 0,
    bucketFails: 0,
    queueIsAway: false,
    graphIsAway: false,
    ackLost: 0,
  };
  readonly topology: FeedCacheTopology;
  /** Whom each author is followed by, and who their friends are. */
  readonly followers = new Map<Id, readonly Id[]>();
  readonly friends = new Map<Id, readonly Id[]>();
  /** Audience by post; a post that is not here is gone. */
  readonly audiences = new Map<Id, (typeof AUDIENCES)[number]>();
  /** What buckets were told, by `region/bucket`. */
  readonly told: {
    readonly region: string;
    readonly bucket: number;
    readonly event: BucketEvent;
  }[] = [];
  readonly sockets: { readonly region: string; readonly event: SocketEvent }[] = [];
  readonly noted: Noted[] = [];
  readonly reports: string[] = [];
  readonly spans: SpanEvent[] = [];
  /** On their way. */
  queue: FanoutMessage[] = [];
  alarmMs: number | null = null;
  /** The most that ever was on its way at once, as the table has it. */
  outstandingMax = 0;
  /** Chunks that somebody was told of since they were put aside. */
  putAside = 0;
  calls = 0;
  /** Of each post, from its write to the end of its fan-out. */
  readonly visibleMs: number[] = [];
  /** Times that lists were read by themselves. */
  listReads = 0;
  fewAreKnown = false;
  readonly #storage = sqlStorage();
  table = new SqlFanoutTable(this.#storage);
  fanout: Fanout;
  readonly #random: Random;
  readonly #force: Exclude<FanoutStrategy, "skip"> | null;
  #life = 0;
  #background: Promise<unknown>[] = [];

  constructor(random: Random, force: Exclude<FanoutStrategy, "skip"> | null = null, buckets = 4) {
    this.#random = random;
    this.#force = force;
    this.topology = feedTopology(buckets);
    this.fanout = this.#start();
  }

  /** Another life over the same table and alarm; what the old one still does reaches nothing. */
  restart(): void {
    this.fanout = this.#start();
  }

  #start(): Fanout {
    const life = ++this.#life;
    const isOver = () => life !== this.#life;
    const gone = () => new Error("this life is over");
    this.table = new SqlFanoutTable(endingWith(this.#storage, isOver, gone));
    return new Fanout(0, {
      clock: this.clock,
      random: this.#random,
      table: this.table,
      graph: {
        spread: async (post, author, timeMs) => {
          await Promise.resolve();
          if (isOver()) throw gone();
          if (this.faults.graphIsAway) return AWAY;
          const audience = this.audiences.get(post);
          if (audience === undefined) return ok(null);
          return ok({
            pushed: pushedPost(post, author, timeMs, audience),
            audience: AUDIENCES.indexOf(audience),
            followers: this.followers.get(author)?.length ?? 0,
            friends: this.friends.get(author)?.length ?? 0,
            few: this.#fewOf(author),
          });
        },
        everyone: async (author, lists) => {
          this.listReads++;
          await Promise.resolve();
          if (isOver()) throw gone();
          return this.faults.graphIsAway
            ? AWAY
            : ok([...new Set(lists.flatMap((list) => this[list].get(author) ?? []))]);
        },
      },
      visible: (tookMs) => void this.visibleMs.push(tookMs),
      regions: REGIONS.length,
      topology: this.topology,
      costs: LIMITS.fanoutCosts,
      force: this.#force,
      spans: this.#spanPorts(),
      enqueue: async (messages) => {
        await Promise.resolve();
        if (isOver()) throw gone();
        if (this.faults.queueIsAway) throw new Error("the queue is away");
        this.outstandingMax = Math.max(this.outstandingMax, this.table.chunkCounts().outstanding);
        for (const message of messages) {
          if (this.#random.next() < this.faults.lost) continue;
          this.queue.push(message);
          if (this.#random.next() < this.faults.twice) this.queue.push(message);
        }
      },
      arm: (atMs) => {
        if (!isOver()) this.alarmMs = Math.min(this.alarmMs ?? Infinity, atMs);
      },
      defer: (work) => void this.#background.push(work),
      report: (event) => void this.reports.push(event),
      putAside: (count) => {
        this.putAside += count;
      },
    });
  }

  #spanPorts(): SpanPorts {
    const { clock, spans } = this;
    return { clock, random: this.#random, span: (event) => void spans.push(event) };
  }

  /** Some lists come with the post, and others do not. */
  #fewOf(author: Id): Spread["few"] {
    const [followers, friends] = [this.followers.get(author) ?? [], this.friends.get(author) ?? []];
    return { ...(this.fewAreKnown && { followers }), friends };
  }

  readonly sinks: readonly Sink[] = [
    {
      kind: "cache",
      topology: { buckets: 0, bucketOf: () => 0 },
      sink: {
        apply: async (region, bucket, events) => {
          this.calls++;
          if (this.#random.next() < this.faults.bucketFails) return AWAY;
          for (const event of events) this.told.push({ region, bucket, event });
          const named = events.flatMap((event) => (event.kind === "push" ? event.viewers : []));
          return ok({ named: named.length, active: Math.floor(named.length / 2) });
        },
      },
    },
    {
      kind: "sockets",
      topology: { buckets: 0, bucketOf: () => 0 },
      sink: {
        tell: async (region, _bucket, events) => {
          for (const event of events) this.sockets.push({ region, event });
          return ok("told");
        },
      },
    },
    {
      kind: "notifications",
      sink: {
        note: async (events) => {
          this.noted.push(...events);
          return ok([]);
        },
      },
    },
  ];

  /** Takes up to `size` messages, in any order, as the queue's consumer does. */
  async consume(size = 10): Promise<void> {
    const batch: FanoutMessage[] = [];
    while (batch.length < size && this.queue.length > 0) {
      const index = Math.floor(this.#random.next() * this.queue.length);
      batch.push(...this.queue.splice(index, 1));
    }
    if (batch.length === 0) return;
    await takeBatch(batch, {
      regions: REGIONS,
      sinks: this.sinks.map((sink) =>
        sink.kind === "notifications" ? sink : ({ ...sink, topology: this.topology } as Sink),
      ),
      fanout: () => ({
        settle: async (outcomes) => {
          if (this.#random.next() < this.faults.ackLost) throw new Error("ack lost");
          await this.fanout.settle(outcomes);
        },
      }),
      spans: this.#spanPorts(),
      report: (event) => void this.reports.push(event),
    });
    await this.idle();
  }

  /** Until nothing that was started is still running. */
  async idle(): Promise<void> {
    while (this.#background.length > 0) {
      const work = this.#background;
      this.#background = [];
      await Promise.allSettled(work);
    }
  }

  /** Time passes, alarms ring and messages are taken, until all work is done or set aside. */
  async quiesce(): Promise<void> {
    for (let round = 0; round < 5_000; round++) {
      await this.idle();
      await this.consume();
      const { waiting, outstanding } = this.table.chunkCounts();
      const left = waitingEvents(this.table) + waiting + outstanding;
      if (left === 0 && this.queue.length === 0) return;
      if (this.queue.length > 0) continue;
      if (this.alarmMs === null) throw new Error("work is left, and no alarm is armed");
      this.clock.advance(Math.max(0, this.alarmMs - this.clock.nowMs()));
      this.alarmMs = null;
      await this.fanout.wake();
    }
    throw new Error("it never comes to an end");
  }

  /** Whom buckets were told to give a post, in one region. */
  readersOf(post: Id, region: string): ReadonlySet<Id> {
    return new Set(
      this.told.flatMap(({ region: where, event }) =>
        where === region && event.kind === "push" && event.pushed.cell.id === post
          ? event.viewers
          : [],
      ),
    );
  }
}

function pushedPost(
  post: Id,
  author: Id,
  timeMs: number,
  audience: (typeof AUDIENCES)[number],
): PushedPost {
  const object = {
    authorId: `${author}`,
    text: `post ${post} "quoted"`,
    audience,
    media: [],
    createdAtMs: timeMs,
  };
  const cell = {
    id: post,
    author,
    post: JSON.stringify(object),
    user: "{}",
    reactions: 0,
    comments: 0,
    reposts: 0,
  };
  return { cell, timeMs, original: null };
}
