import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { checkWrites } from "./check.ts";
import { Delivery, type DeliveryPorts } from "./delivery.ts";
import { planGroup, type GroupRequest } from "./group.ts";
import { fillFromStore, readFromStore } from "./leader-reads.ts";
import { firstWithin } from "./log.ts";
import { planKeys } from "./plan-keys.ts";
import type {
  FillRequest,
  FillResponse,
  InverseWrite,
  LeaderService,
  LogTail,
  ReadRequest,
  ReadResponse,
  WriteRequest,
  WriteResponse,
} from "./service.ts";
import { type PhysicalShard, physicalShardOf, type ShardMap } from "./shard-map.ts";
import type { GraphStore } from "./store.ts";
import { compareVersions, type Version } from "./version.ts";

export interface LeaderPorts extends DeliveryPorts {
  readonly clock: Clock;
  readonly store: GraphStore;
  /** Keeps background work alive after the answer. */
  readonly defer: (work: Promise<unknown>) => void;
}

interface Waiting {
  readonly item: GroupRequest;
  readonly settle: (answer: Result<WriteResponse, Failure>) => void;
}

/**
 * The one writer of a shard, as protocol code over ports: serialises writes, commits
 * those that arrive together as one group, then delivers the log. A write is
 * acknowledged when its group is durable. docs/CONCURRENCY.md says what interleaves.
 */
export class Leader implements LeaderService {
  readonly #shard: PhysicalShard;
  readonly #map: ShardMap;
  readonly #ports: LeaderPorts;
  readonly #delivery: Delivery;
  #head: Version;
  #queue: Waiting[] = [];
  #pumping = false;
  #headIsKnown = true;
  /** Until then, Unix ms, a commit that failed may still become durable. */
  #doubtUntilMs = 0;

  /** @param head what `store.head()` answered when the object woke up. */
  constructor(shard: PhysicalShard, map: ShardMap, head: Version, ports: LeaderPorts) {
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
    const at = this.#head;
    const results = await readFromStore(this.#ports.store, request.reads);
    return ok({ results, at });
  }

  async fill(follower: string, request: FillRequest): Promise<Result<FillResponse, Failure>> {
    const units = request.objects.length + request.lists.length + request.points.length;
    if (units > LIMITS.fillUnitsMax) return tooManyReads;
    const refused = await this.#delivery.register(follower);
    if (refused !== null) return err(refused);
    if (this.#isInDoubt()) await this.#learnHead();
    // Taken before the store is read: a version that is too old costs a refill, one too new a stale entry.
    const at = this.#head;
    return ok({ ...(await fillFromStore(this.#ports.store, request)), at });
  }

  async pull(follower: string, after: Version): Promise<Result<LogTail | null, Failure>> {
    const refused = await this.#delivery.register(follower);
    if (refused !== null) return err(refused);
    if (this.#isInDoubt()) await this.#learnHead();
    const head = this.#head;
    if (compareVersions(after, head) >= 0) return ok({ records: [], head });
    const records = await this.#ports.store.logAfter(after, LIMITS.logRecordsMax);
    // Cut short, it ends below the head: the follower starts over.
    return ok(
      records === null ? null : { records: firstWithin(records, LIMITS.logCharsMax), head },
    );
  }

  async sweep() {
    await this.tick();
    return this.#delivery.backlog();
  }

  /** Resumes deliveries; the shell calls it from the alarm. */
  async tick(): Promise<void> {
    this.#delivery.woke();
    try {
      await this.#learnHead();
      await this.#delivery.run();
      if (this.#isInDoubt()) this.#delivery.expect();
    } catch (error) {
      // A schedule of our own: the platform repeats an alarm that throws a few times only.
      this.#ports.report("delivery_failed", error);
      this.#delivery.expect();
    }
  }

  /** While in doubt, the store may hold more than `#head` says: an answer must name what it shows. */
  #isInDoubt = (): boolean => this.#ports.clock.nowMs() < this.#doubtUntilMs;

  /** A group whose reply was lost may be durable, now or a little later: its consumers get it all the same. */
  async #learnHead(): Promise<void> {
    const head = await this.#ports.store.head();
    if (compareVersions(head, this.#head) <= 0) return;
    this.#head = head;
    this.#delivery.doubt();
  }

  #context() {
    return { self: this.#shard, home: (id: Id) => physicalShardOf(this.#map, id) };
  }

  #enqueue(item: GroupRequest): Promise<Result<WriteResponse, Failure>> {
    if (this.#queue.length >= LIMITS.writeQueueMax) {
      return Promise.resolve(err({ code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs }));
    }
    return new Promise((settle) => {
      this.#queue.push({ item, settle });
      if (!this.#pumping) this.#ports.defer(this.#pump());
    });
  }

  /** One group after another; what arrives while a group commits is the next group. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#queue.length > 0) {
        const group = this.#queue.splice(0, LIMITS.groupRequestsMax);
        try {
          await this.#commit(group);
        } catch (error) {
          // The store is away: whether the group became durable is unknown, so callers retry with their opId.
          this.#ports.report("group_commit_failed", error);
          this.#headIsKnown = false;
          this.#doubtUntilMs = this.#ports.clock.nowMs() + LIMITS.commitDoubtMs;
          this.#delivery.doubt();
          for (const waiting of group) waiting.settle(storeAway);
        }
      }
    } finally {
      this.#pumping = false;
    }
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
    if (commit !== null) {
      this.#delivery.expect();
      await store.commit(commit);
      this.#head = commit.head;
      const delivered = this.#delivery.committed(commit);
      // The alarm that is armed already tries again.
      this.#ports.defer(delivered.catch((error) => this.#ports.report("delivery_failed", error)));
    }
    for (const [index, waiting] of group.entries()) {
      const answer = answers[index];
      if (answer !== undefined) waiting.settle(answer);
    }
    // What was too much for this group is first in the next one.
    this.#queue.unshift(...group.slice(answers.length));
  }
}

const storeAway = err({
  code: "unavailable",
  dependency: "store",
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
