import type { FailureName } from "../../telemetry/events.ts";
import type { Clock, Random } from "../../clock.ts";
import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import { compareVersions, maxVersion, type Version } from "../../tao/version.ts";
import type { GraphEvent } from "./events.ts";
import { chunkBeside, isToSpread, type PlanPorts, planPosts } from "./plan.ts";
import { Sender, type SenderPorts } from "./sender.ts";
import type {
  ChunkOutcome,
  DeadLetter,
  FanoutRecord,
  FanoutShardService,
  FanoutState,
} from "./service.ts";
import { afterOutcome, learned, withDone } from "./outcomes.ts";
import { stateOf, waitingEvents } from "./state.ts";
import type { FanoutTable } from "./table.ts";
import { encodeEvent, encodeWork, NO_WORK } from "./work.ts";

export interface FanoutPorts extends PlanPorts, Omit<SenderPorts, "shard"> {
  readonly clock: Clock;
  readonly random: Random;
  readonly table: FanoutTable;
  /** Wakes the shell, which calls `wake`, even if this object dies meanwhile. */
  readonly arm: (atMs: number) => void;
  /** A post is wherever it was to go, so long after it was written. */
  readonly visible: (tookMs: number) => void;
  /** Keeps background work alive after the answer. */
  readonly defer: (work: Promise<unknown>) => void;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * Spreads one shard's events: keeps them until they are planned, their chunks until they are
 * acknowledged. Everything that is under way is in the table, so that a life of this object
 * may end at any await.
 */
export class Fanout implements FanoutShardService {
  readonly #shard: PhysicalShard;
  readonly #ports: FanoutPorts;
  readonly #sender: Sender;
  #running: Promise<void> | null = null;
  #again = false;
  #armedMs: number | null = null;
  /** Until then, Unix ms, nothing is planned: a leader could not be read. */
  #planAfterMs = 0;
  /** When something beside posts was sent last, Unix ms. */
  #besideMs = 0;

  constructor(shard: PhysicalShard, ports: FanoutPorts) {
    this.#shard = shard;
    this.#ports = ports;
    this.#sender = new Sender({ ...ports, shard });
  }

  /** What does not fit stays in the log: the leader's cursor waits, and comes again. */
  async accept(events: readonly GraphEvent[], upTo: Version): Promise<Version> {
    const { table } = this.#ports;
    const head = table.head();
    const { position } = head;
    const fresh = events.filter(({ at }) => compareVersions(at, position) > 0);
    const room = LIMITS.fanoutEventsMax - waitingEvents(table);
    const taken = firstWhole(fresh, room);
    const last = taken.at(-1)?.at ?? position ?? upTo;
    const reached = taken.length < fresh.length ? last : maxVersion(position ?? upTo, upTo);
    table.transaction(() => {
      for (const event of taken) this.#keep(event);
      table.saveHead({ ...head, position: reached });
    });
    if (taken.length > 0) {
      // Durable with the events: should this life end now, the next one goes on.
      this.#arm(this.#ports.clock.nowMs() + LIMITS.fanoutAlarmMs);
      this.#kick();
    }
    return reached;
  }

  async settle(outcomes: readonly ChunkOutcome[]): Promise<void> {
    const { table, clock, random, visible } = this.#ports;
    const nowMs = clock.nowMs();
    let dead = 0;
    table.transaction(() => {
      for (const outcome of outcomes) {
        const chunk = table.chunk(outcome.chunk);
        // It was acknowledged before: messages may come twice.
        if (chunk === null) continue;
        const next = afterOutcome(chunk, outcome, nowMs, random);
        if (next !== null) {
          table.move(next);
          if (next.place === "dead") dead++;
          continue;
        }
        table.dropChunk(chunk.number);
        table.saveHead(learned(table.head(), chunk, outcome));
        const record = chunk.post === null ? null : table.record(chunk.post);
        if (record === null) continue;
        const done = withDone(record, outcome, nowMs);
        table.putRecord(done, LIMITS.fanoutRecordsMax);
        if (record.doneMs === null && done.doneMs !== null) visible(nowMs - done.postedMs);
      }
    });
    if (dead > 0) this.#ports.putAside(dead);
    this.#kick();
  }

  /** From the alarm, and from whoever doubts it. */
  async wake(): Promise<void> {
    this.#armedMs = null;
    this.#kick();
    await this.#running;
  }

  async record(post: Id): Promise<FanoutRecord | null> {
    return this.#ports.table.record(post);
  }

  async records(limit: number): Promise<readonly FanoutRecord[]> {
    return this.#ports.table.records(Math.min(limit, LIMITS.fanoutRecordsMax));
  }

  async state(): Promise<FanoutState> {
    const { table, clock } = this.#ports;
    return stateOf(this.#shard, table, clock.nowMs());
  }

  async deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    return this.#ports.table.dead(limit).map(({ number, post, tries, lastError, fromMs }) => ({
      shard: this.#shard,
      chunk: number,
      post,
      tries,
      lastError: lastError ?? "",
      sinceMs: fromMs,
    }));
  }

  async replay(chunks: readonly number[] | null): Promise<Result<number, Failure>> {
    const { table, clock } = this.#ports;
    const wanted = chunks === null ? null : new Set(chunks);
    const dead = table
      .dead(Number.MAX_SAFE_INTEGER)
      .filter(({ number }) => wanted === null || wanted.has(number));
    const dueMs = clock.nowMs();
    table.transaction(() => {
      for (const { number, lastError } of dead)
        table.move({ number, place: "waiting", dueMs, tries: 0, lastError });
    });
    this.#kick();
    return ok(dead.length);
  }

  #keep(event: GraphEvent): void {
    const { table } = this.#ports;
    if (event.kind === "counted") {
      const { at, post, of, count, fromMs } = event;
      table.putCount({ at, post, of, count }, fromMs);
      return;
    }
    const queue = isToSpread(event) ? "posts" : "beside";
    table.addEvent(queue, encodeEvent(event), event.fromMs);
  }

  #kick(): void {
    this.#again = true;
    if (this.#running !== null) return;
    this.#running = this.#run()
      .catch((error: unknown) => {
        this.#ports.report("fanout_failed", error);
        this.#arm(this.#ports.clock.nowMs() + LIMITS.fanoutRetryMs);
      })
      .finally(() => {
        this.#running = null;
      });
    this.#ports.defer(this.#running);
  }

  /** One at a time: plans a batch and sends what may go, until there is nothing to do now. */
  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const planned = await this.#planPosts();
      const cut = [this.#cutBeside(), this.#cutCounts()].includes(true);
      await this.#sender.send();
      if (planned || cut) this.#again = true;
    }
    const nextMs = this.#nextMs();
    if (nextMs !== null) this.#arm(nextMs);
  }

  /** @returns whether more may be planned at once. */
  async #planPosts(): Promise<boolean> {
    const { table, clock, report } = this.#ports;
    const nowMs = clock.nowMs();
    if (nowMs < this.#planAfterMs || this.#isFull()) return false;
    const rows = table.events("posts", LIMITS.fanoutPlanMax);
    if (rows.length === 0) return false;
    const plan = await planPosts(rows, table.head(), this.#ports, nowMs);
    table.transaction(() => {
      for (const number of plan.planned) table.dropEvent("posts", number);
      for (const record of plan.records) table.putRecord(record, LIMITS.fanoutRecordsMax);
      for (const chunk of plan.chunks) table.addChunk(chunk, nowMs);
    });
    if (plan.failure !== null) {
      report("fanout_not_planned", plan.failure.code);
      this.#planAfterMs = clock.nowMs() + LIMITS.fanoutRetryMs;
    }
    return plan.failure === null;
  }

  #isFull(): boolean {
    const { waiting, outstanding } = this.#ports.table.chunkCounts();
    return waiting + outstanding >= LIMITS.fanoutChunksMax;
  }

  /** What came beside posts: at once after a lull, else a few times a second. @returns whether it made a chunk. */
  #cutBeside(): boolean {
    const { table, clock } = this.#ports;
    const nowMs = clock.nowMs();
    if (nowMs < this.#besideDueMs() || this.#isFull()) return false;
    const rows = table.events("beside", LIMITS.fanoutBesideMax);
    if (rows.length === 0) return false;
    table.transaction(() => {
      for (const { number } of rows) table.dropEvent("beside", number);
      table.addChunk(chunkBeside(rows), nowMs);
    });
    this.#besideMs = nowMs;
    return true;
  }

  /** A full chunk need not wait for more. */
  #besideDueMs(): number {
    const isMany = this.#ports.table.eventCount("beside") >= LIMITS.fanoutBesideMax;
    return isMany ? this.#besideMs : this.#besideMs + LIMITS.fanoutBesideEveryMs;
  }

  /** One chunk of counts at a time: two could arrive in the wrong order. @returns whether it made one. */
  #cutCounts(): boolean {
    const { table, clock } = this.#ports;
    const nowMs = clock.nowMs();
    const head = table.head();
    if (nowMs < this.#countsDueMs(head.countsMs) || table.hasChunkOf("counts")) return false;
    const { counts, fromMs } = table.counts(LIMITS.fanoutCountsMax);
    if (counts.length === 0) return false;
    const work = encodeWork({ ...NO_WORK, counts });
    table.transaction(() => {
      for (const count of counts) table.dropCount(count);
      table.addChunk({ kind: "counts", post: null, work, fromMs }, nowMs);
      table.saveHead({ ...head, countsMs: nowMs });
    });
    return true;
  }

  /** A full message need not wait for more. */
  #countsDueMs(lastMs: number): number {
    const isFull = this.#ports.table.countCount() >= LIMITS.fanoutCountsMax;
    return isFull ? lastMs : lastMs + LIMITS.fanoutCountsEveryMs;
  }

  #nextMs(): number | null {
    const { table } = this.#ports;
    const times = [
      table.nextDueMs(),
      table.countCount() > 0 ? this.#countsDueMs(table.head().countsMs) : null,
      table.eventCount("posts") > 0 ? this.#planAfterMs : null,
      table.eventCount("beside") > 0 ? this.#besideDueMs() : null,
    ].filter((time) => time !== null);
    if (times.length === 0) return null;
    const nowMs = this.#ports.clock.nowMs();
    const next = Math.min(...times);
    // What is due and did not go waits for an answer, or for something that failed just now.
    return next > nowMs ? next : nowMs + LIMITS.fanoutRetryMs;
  }

  #arm(atMs: number): void {
    if (this.#armedMs !== null && this.#armedMs <= atMs) return;
    this.#armedMs = atMs;
    this.#ports.arm(atMs);
  }
}

/** The first `room` events, and with the last of them whatever else its log entry meant. */
function firstWhole(events: readonly GraphEvent[], room: number): readonly GraphEvent[] {
  if (events.length <= room) return events;
  if (room <= 0) return [];
  const last = events[room - 1]?.at ?? null;
  const end = events.findIndex(({ at }, place) => place >= room && compareVersions(at, last) > 0);
  return end < 0 ? events : events.slice(0, end);
}
