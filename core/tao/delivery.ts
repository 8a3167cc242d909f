import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Result } from "../result.ts";
import { type Consumed, LogConsumers } from "./log-consumers.ts";
import { InverseOutbox } from "./inverse-outbox.ts";
import { endOf, firstSeq, firstWithin, lastSeq, type LogRecord } from "./log.ts";
import type { InverseWrite, LogPush } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { Commit, GraphStore } from "./store.ts";
import { compareVersions, type Version } from "./version.ts";

export interface DeliveryPorts {
  readonly clock: Clock;
  readonly store: GraphStore;
  /** Is the lease of this epoch in force now? */
  readonly mayAct: () => boolean;
  /** Durable consumers of the store's log; absent when there are none. */
  readonly consumed?: Consumed;
  /** @throws when the follower cannot be reached. */
  readonly pushTo: (follower: string, push: LogPush) => Promise<Version | null>;
  readonly sendInverses: (
    target: PhysicalShard,
    from: PhysicalShard,
    inverses: readonly InverseWrite[],
  ) => Promise<Result<null, Failure>>;
  /** Wakes the shell, which calls `tick`, even if this object dies meanwhile. */
  readonly arm: (atMs: number) => void;
  readonly report: (event: FailureName, error: unknown) => void;
}

/** What still has to be delivered. */
export interface DeliveryBacklog {
  readonly intents: number;
  readonly followersBehind: number;
}

interface FollowerState {
  /** What it last said it has; null before its first answer. */
  acked: Version | null;
  isSending: boolean;
  failingSinceMs: number | null;
  /** Counts registrations: a "stop pushing" that crossed a new one is void. */
  registrations: number;
  /** False when a removal from the store failed: it may have taken effect all the same. */
  isStored: boolean;
}

/**
 * Carries the log to its consumers: pushes it to followers and sends inverse edges to
 * other leaders. Push is a hint and may be lost; a follower detects the gap and pulls.
 * A cursor moves when the consumer says so, never when a message is sent.
 */
export class Delivery {
  readonly #head: () => Version;
  readonly #ports: DeliveryPorts;
  readonly #followers = new Map<string, FollowerState>();
  readonly #outbox: InverseOutbox;
  readonly #consumers: LogConsumers | null;
  #loaded: Promise<void> | null = null;
  #tail: LogRecord[] = [];
  #alarmAtMs: number | null = null;
  #trimmedAtMs = 0;

  constructor(shard: PhysicalShard, head: () => Version, ports: DeliveryPorts) {
    this.#head = head;
    this.#ports = ports;
    this.#outbox = new InverseOutbox(shard, ports, () => this.#arm(LIMITS.inverseRetryMs));
    const { consumed, report } = ports;
    const retryLater = () => this.#arm(LIMITS.pushRetryMs);
    this.#consumers =
      consumed === undefined
        ? null
        : new LogConsumers(head, () => this.#tail, { ...consumed, report }, retryLater);
  }

  /** From now on `follower` gets the log. @returns a failure when there are too many. */
  async register(follower: string): Promise<Failure | null> {
    await this.#loadFollowers();
    const known = this.#followers.get(follower);
    if (known !== undefined) {
      known.registrations++;
      // It is there, and answers within its TTL from what it has just got: it must be told of changes.
      known.failingSinceMs = null;
      if (!known.isStored) await this.#keep(follower, known);
      return null;
    }
    if (this.#followers.size >= LIMITS.followersMax) {
      return { code: "limit_reached", what: "followers of a shard", max: LIMITS.followersMax };
    }
    // The store first: who is known in memory alone would be forgotten with it.
    await this.#ports.store.addFollower(follower);
    if (!this.#followers.has(follower)) this.#followers.set(follower, newFollower());
    return null;
  }

  /** Before a commit, so that the alarm becomes durable with it. */
  expect(): void {
    this.#arm(LIMITS.deliveryAlarmMs);
  }

  /** The store may hold a commit that this leader was not told of. */
  doubt(): void {
    this.#outbox.doubt();
    this.expect();
  }

  /** After a commit: everything that can be sent now, at once. */
  async committed(commit: Commit): Promise<void> {
    const recent = [...this.#joined(commit), ...commit.records].slice(-LIMITS.tailRecordsMax);
    this.#tail = firstWithin(recent.toReversed(), LIMITS.logCharsMax).toReversed();
    this.#outbox.add(commit.intents);
    // A leader that just woke up has followers too: they need not wait for the alarm.
    await this.#loadFollowers();
    await this.#sendAll();
  }

  /** The tail, if `commit` follows it: a group whose reply was lost may lie between. */
  #joined({ records: [first] }: Commit): readonly LogRecord[] {
    const last = this.#tail.at(-1);
    const isGap = last && first && firstSeq(first) !== lastSeq(last) + 1;
    return isGap ? [] : this.#tail;
  }

  /** The alarm has rung: the next one is armed anew. */
  woke(): void {
    this.#alarmAtMs = null;
  }

  /** From the alarm: retries what is pending, forgets what is done, trims. */
  async run(): Promise<void> {
    await this.#loadFollowers();
    for (const [name, state] of this.#followers) {
      if (!state.isStored) await this.#keep(name, state);
    }
    await this.#outbox.reload();
    await this.#sendAll();
    await this.#consumers?.saveCursors();
    await this.#outbox.flush();
    const { intents, followersBehind } = await this.backlog();
    if (intents > 0) this.#arm(LIMITS.inverseRetryMs);
    // Also while somebody is being told: if this object dies meanwhile, only the alarm knows.
    const consumersBehind = this.#consumers?.behind() ?? 0;
    if (followersBehind + consumersBehind > 0) this.#arm(LIMITS.pushRetryMs);
    // Last: a store may refuse to trim for a while, and nobody's delivery waits for that.
    await this.#trim();
  }

  async #trim(): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    if (nowMs - this.#trimmedAtMs < LIMITS.trimEveryMs) return;
    this.#trimmedAtMs = nowMs;
    const { logRetentionMs, consumerRetentionMs, opRetentionMs } = LIMITS;
    const isBehind = (this.#consumers?.behind() ?? 0) > 0;
    const keepMs = isBehind ? consumerRetentionMs : logRetentionMs;
    const entriesMax = isBehind ? LIMITS.consumerEntriesMax : LIMITS.logEntriesMax;
    await this.#ports.store.trim(nowMs - keepMs, nowMs - opRetentionMs, entriesMax);
  }

  async backlog(): Promise<DeliveryBacklog> {
    const behind = [...this.#followers.values()].filter((state) => this.#isBehind(state));
    return { intents: await this.#ports.store.intentCount(), followersBehind: behind.length };
  }

  #isBehind(state: FollowerState): boolean {
    return state.acked === null || compareVersions(state.acked, this.#head()) < 0;
  }

  /** Once: a second answer would bring back whom the store was told to forget after the first. */
  #loadFollowers(): Promise<void> {
    this.#loaded ??= this.#load().catch((error: unknown) => {
      this.#loaded = null;
      throw error;
    });
    return this.#loaded;
  }

  async #load(): Promise<void> {
    const names = await this.#ports.store.followers();
    for (const name of names) this.#followers.set(name, newFollower());
  }

  async #sendAll(): Promise<void> {
    await Promise.all([
      this.#pushAll(),
      this.#outbox.sendAll(),
      this.#consumers?.deliverAll() ?? null,
    ]);
  }

  async #pushAll(): Promise<void> {
    await Promise.all([...this.#followers].map(([name, state]) => this.#pushOne(name, state)));
  }

  async #pushOne(name: string, state: FollowerState): Promise<void> {
    if (state.isSending) return;
    state.isSending = true;
    try {
      while (this.#followers.get(name) === state && this.#isBehind(state)) {
        const before = state.acked;
        const { registrations } = state;
        const acked = await this.#ports.pushTo(name, await this.#nextPush(state.acked));
        state.failingSinceMs = null;
        if (acked === null) {
          if (registrations !== state.registrations) continue;
          await this.#forget(name, state);
          return;
        }
        state.acked = acked;
        // No progress: the follower is catching up by itself; the alarm looks again.
        if (before !== null && compareVersions(acked, before) <= 0)
          return this.#arm(LIMITS.pushRetryMs);
      }
    } catch (error) {
      await this.#failed(name, state, error);
    } finally {
      state.isSending = false;
    }
  }

  /** The records after `acked`, from memory if they reach back that far, else from the store. */
  async #nextPush(acked: Version | null): Promise<LogPush> {
    const head = this.#head();
    // Unknown, too distant, or of another epoch: naming the head lets the follower see its gap and pull.
    const announce = { after: head, records: [], head };
    if (acked === null || acked.epoch !== head.epoch) return announce;
    const start = this.#tail.findIndex((record) => compareVersions(endOf(record), acked) > 0);
    const first = this.#tail[start]?.entries[0]?.seq;
    const records =
      first === acked.seq + 1
        ? this.#tail.slice(start)
        : await this.#ports.store.logAfter(acked, LIMITS.pushRecordsMax);
    if (records === null || records.length === 0) return announce;
    const sent = firstWithin(records.slice(0, LIMITS.pushRecordsMax), LIMITS.logCharsMax);
    return { after: acked, records: sent, head };
  }

  async #failed(name: string, state: FollowerState, error: unknown): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    this.#ports.report("push_failed", error);
    state.failingSinceMs ??= nowMs;
    state.acked = null;
    if (nowMs - state.failingSinceMs >= LIMITS.followerForgetMs) await this.#forget(name, state);
    else this.#arm(LIMITS.pushRetryMs);
  }

  async #forget(name: string, state: FollowerState): Promise<void> {
    // The next leader has the same list: it pushes to those who have asked it meanwhile.
    if (!this.#ports.mayAct()) return void this.#followers.delete(name);
    const { registrations } = state;
    try {
      await this.#ports.store.dropFollower(name);
    } catch (error) {
      state.isStored = false;
      throw error;
    }
    if (registrations === state.registrations) return void this.#followers.delete(name);
    // It came back while its row went away.
    state.isStored = false;
    await this.#keep(name, state);
  }

  async #keep(name: string, state: FollowerState): Promise<void> {
    await this.#ports.store.addFollower(name);
    state.isStored = true;
  }

  #arm(delayMs: number): void {
    const atMs = this.#ports.clock.nowMs() + delayMs;
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.#ports.arm(atMs);
  }
}

const newFollower = (): FollowerState => ({
  acked: null,
  isSending: false,
  failingSinceMs: null,
  registrations: 0,
  isStored: true,
});
