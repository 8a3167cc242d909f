import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { checkWrites } from "./check.ts";
import { Delivery, type DeliveryBacklog, type DeliveryPorts } from "./delivery.ts";
import { planGroup, type GroupRequest } from "./group.ts";
import { fillFromStore, readFromStore } from "./leader-reads.ts";
import { firstWithin } from "./log.ts";
import { planKeys } from "./plan-keys.ts";
import type {
  FillRequest,
  FillResponse,
  InverseWrite,
  LogTail,
  ReadRequest,
  ReadResponse,
  WriteRequest,
  WriteResponse,
} from "./service.ts";
import { type PhysicalShard, physicalShardOf, type ShardMap } from "./shard-map.ts";
import { DeposedError, type GraphStore } from "./store.ts";
import { compareVersions, type Version } from "./version.ts";

export interface TermPorts extends DeliveryPorts {
  readonly clock: Clock;
  /** Opened in this term's epoch. */
  readonly store: GraphStore;
  /** Asked before a commit, and again before every answer. */
  readonly mayAct: () => boolean;
  /** The store has gone on without this term: it is over. */
  readonly deposed: () => void;
  /** Keeps background work alive after the answer. */
  readonly defer: (work: Promise<unknown>) => void;
  /**
   * Lets requests that have already reached this machine be queued, before a group is
   * taken. A store that commits within one turn never waits, so nothing could join otherwise.
   */
  readonly gather?: () => Promise<void>;
  /** Requests that one group may join; absent: `LIMITS.groupRequestsMax`. */
  readonly groupRequestsMax?: number;
}

interface Waiting {
  readonly item: GroupRequest;
  readonly settle: (answer: Result<WriteResponse, Failure>) => void;
  /** When it came, Unix ms. */
  readonly sinceMs: number;
}

/**
 * The one writer of a shard for one epoch, over one opened store: serialises writes,
 * commits those that arrive together as one group, then delivers the log. A write is
 * acknowledged when its group is durable and the lease is still in force.
 * docs/CONCURRENCY.md says what interleaves.
 */
export class LeaderTerm {
  readonly epoch: number;
  readonly #shard: PhysicalShard;
  readonly #map: ShardMap;
  readonly #ports: TermPorts;
  readonly #delivery: Delivery;
  #head: Version;
  #queue: Waiting[] = [];
  #pumping: Promise<void> | null = null;
  #isDraining = false;
  #headIsKnown = true;
  /** Until then, Unix ms, a commit that failed may still become durable: null once that is over, and the head was read. */
  #doubtUntilMs: number | null = null;

  /** @param head what `store.head()` answered when it was opened: of this term's epoch. */
  constructor(shard: PhysicalShard, map: ShardMap, head: Version, ports: TermPorts) {
    this.epoch = head.epoch;
    this.#shard = shard;
    this.#map = map;
    this.#head = head;
    this.#ports = ports;
    this.#delivery = new Delivery(shard, () => this.#head, ports);
  }

  async write(request: WriteRequest): Promise<Result<WriteResponse, Failure>> {
    const failure = checkWrites(request.writes, this.#context()) ?? checkOpId(request.opId);
    return failure === null ? this.#enqueue({ kind: "write", request }) : err(failure);
  }

  async applyInverses(
    from: PhysicalShard,
    inverses: readonly InverseWrite[],
  ): Promise<Result<null, Failure>> {
    const answer = await this.#enqueue({ kind: "inverse", batch: { from, inverses } });
    return answer.ok ? ok(null) : answer;
  }

  async read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    if (request.reads.length > LIMITS.readsPerCallMax) return tooManyReads;
    if (this.#isInDoubt()) await this.#learnHead();
    const results = await readFromStore(this.#ports.store, request.reads);
    // Taken afterwards: a group that became durable meanwhile may be in the answer.
    return this.#ports.mayAct() ? ok({ results, at: this.#head }) : lapsed;
  }

  async fill(follower: string, request: FillRequest): Promise<Result<FillResponse, Failure>> {
    const units = request.objects.length + request.lists.length + request.points.length;
    if (units > LIMITS.fillUnitsMax) return tooManyReads;
    const refused = await this.#delivery.register(follower);
    if (refused !== null) return err(refused);
    if (this.#isInDoubt()) await this.#learnHead();
    // Taken before the store is read: a version that is too old costs a refill, one too new a stale entry.
    const at = this.#head;
    const filled = await fillFromStore(this.#ports.store, request);
    // A group that became durable meanwhile may be in it, and tickets have to name it.
    const upTo = this.#head;
    return this.#ports.mayAct() ? ok({ ...filled, at, upTo }) : lapsed;
  }

  async pull(follower: string, after: Version): Promise<Result<LogTail | null, Failure>> {
    const refused = await this.#delivery.register(follower);
    if (refused !== null) return err(refused);
    if (this.#isInDoubt()) await this.#learnHead();
    const tail = await this.#tailAfter(after, this.#head);
    return this.#ports.mayAct() ? ok(tail) : lapsed;
  }

  async #tailAfter(after: Version, head: Version): Promise<LogTail | null> {
    // What another epoch's records were applied to is not known to be what this epoch started from.
    if (after.epoch !== head.epoch) return null;
    if (compareVersions(after, head) >= 0) return { records: [], head };
    const records = await this.#ports.store.logAfter(after, LIMITS.logRecordsMax);
    // Cut short, it ends below the head: the follower starts over.
    return records === null ? null : { records: firstWithin(records, LIMITS.logCharsMax), head };
  }

  async sweep(): Promise<DeliveryBacklog> {
    await this.tick();
    return this.#delivery.backlog();
  }

  /** Sees to what an earlier term may have left undelivered, soon. */
  resume(): void {
    this.#delivery.expect();
  }

  /** Takes no more writes and finishes those it has. @returns where the log of this term ends. */
  async drain(): Promise<Version> {
    this.#isDraining = true;
    await this.#pumping;
    return this.#head;
  }

  /** Resumes deliveries; the shell calls it from the alarm. */
  async tick(): Promise<void> {
    this.#delivery.woke();
    try {
      await this.#learnHead();
      await this.#delivery.run();
      if (this.#isInDoubt()) this.#delivery.expect();
    } catch (error) {
      if (error instanceof DeposedError) this.#ports.deposed();
      // A schedule of our own: the platform repeats an alarm that throws a few times only.
      this.#ports.report("delivery_failed", error);
      this.#delivery.expect();
    }
  }

  /** While in doubt, the store may hold more than `#head` says: an answer must name what it shows. */
  #isInDoubt = (): boolean => this.#doubtUntilMs !== null;

  /** A group whose reply was lost may be durable, now or a little later: its consumers get it all the same. */
  async #learnHead(): Promise<void> {
    const askedMs = this.#ports.clock.nowMs();
    const head = await this.#ports.store.head();
    // However long the store was away: what was in doubt is known only now.
    if (this.#doubtUntilMs !== null && askedMs >= this.#doubtUntilMs) this.#doubtUntilMs = null;
    if (compareVersions(head, this.#head) <= 0) return;
    this.#head = head;
    this.#delivery.doubt();
  }

  #context() {
    return { self: this.#shard, home: (id: Id) => physicalShardOf(this.#map, id) };
  }

  #enqueue(item: GroupRequest): Promise<Result<WriteResponse, Failure>> {
    if (this.#isDraining) return Promise.resolve(lapsed);
    if (this.#queue.length >= LIMITS.writeQueueMax) {
      return Promise.resolve(overloaded);
    }
    const sinceMs = this.#ports.clock.nowMs();
    return new Promise((settle) => {
      this.#queue.push({ item, settle, sinceMs });
      if (this.#pumping !== null) return;
      this.#pumping = this.#pump();
      this.#ports.defer(this.#pumping);
    });
  }

  /** One group after another; what arrives while a group commits is the next group. */
  async #pump(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const { gather, groupRequestsMax = LIMITS.groupRequestsMax } = this.#ports;
        await gather?.();
        this.#refuseOld();
        const group = this.#queue.splice(0, groupRequestsMax);
        try {
          await this.#commit(group);
        } catch (error) {
          if (error instanceof DeposedError) this.#ports.deposed();
          // The store is away: whether the group became durable is unknown, so callers retry with their opId.
          this.#ports.report("group_commit_failed", error);
          this.#headIsKnown = false;
          this.#doubtUntilMs = this.#ports.clock.nowMs() + LIMITS.commitDoubtMs;
          this.#delivery.doubt();
          for (const waiting of group) waiting.settle(storeAway);
        }
      }
    } finally {
      this.#pumping = null;
    }
  }

  /** While the store hangs the queue grows old: its callers are gone, and nothing of theirs was begun. */
  #refuseOld(): void {
    const bornMs = this.#ports.clock.nowMs() - LIMITS.leaderTurnMs;
    while (this.#queue[0] !== undefined && this.#queue[0].sinceMs < bornMs)
      this.#queue.shift()?.settle(overloaded);
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const { store, clock } = this.#ports;
    if (!this.#headIsKnown) {
      await this.#learnHead();
      this.#headIsKnown = true;
    }
    // Taken before the rows are read: whatever becomes durable in between makes the commit collide.
    const head = this.#head;
    const items = group.map((waiting) => waiting.item);
    const keys = planKeys(
      items.flatMap((item) => (item.kind === "write" ? [item.request] : [])),
      items.flatMap((item) => (item.kind === "inverse" ? [item.batch] : [])),
    );
    const rows = await store.planRows(keys);
    const context = { ...this.#context(), nowMs: clock.nowMs() };
    const { answers, commit } = planGroup(head, rows, items, context);
    let mayAct = this.#ports.mayAct();
    if (commit !== null && mayAct) {
      this.#delivery.expect();
      await store.commit(commit);
      this.#head = commit.head;
      const delivered = this.#delivery.committed(commit);
      // The alarm that is armed already tries again.
      this.#ports.defer(delivered.catch((error) => this.#ports.report("delivery_failed", error)));
      // What became durable as the lease ran out is not acknowledged: callers ask again by opId.
      mayAct = this.#ports.mayAct();
    }
    for (const [index, answer] of answers.entries()) group[index]?.settle(mayAct ? answer : lapsed);
    // What was too much for this group is first in the next one.
    this.#queue.unshift(...group.slice(answers.length));
  }
}

/** Whether anything happened is unknown. */
export const storeAway = err({
  code: "unavailable",
  dependency: "store",
  retryAfterMs: LIMITS.overloadRetryMs,
} as const);

const overloaded = err({ code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs } as const);

/** The lease is not in force any more, or not yet again. */
const lapsed = err({
  code: "unavailable",
  dependency: "leader",
  retryAfterMs: LIMITS.overloadRetryMs,
} as const);

const tooManyReads = err({
  code: "limit_reached",
  what: "reads of one call",
  max: LIMITS.readsPerCallMax,
} as const);

function checkOpId(opId: string | null): Failure | null {
  // A store that alters a character would not find the answer again.
  const isPlain = opId === null || /^[\x20-\x7e]+$/.test(opId);
  if (isPlain && (opId?.length ?? 0) <= LIMITS.opIdCharsMax) return null;
  return {
    code: "invalid_request",
    field: "opId",
    reason: `1 to ${LIMITS.opIdCharsMax} printable ASCII characters`,
  };
}
