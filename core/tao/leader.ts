import { type Failure, FailureError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { DeliveryBacklog } from "./delivery.ts";
import { NO_MEMORY, RememberingStore } from "./leader-memory.ts";
import { LeaderTerm, storeAway, type TermPorts } from "./leader-term.ts";
import type { Consumed } from "./log-consumers.ts";
import { LeaseHolder, type LeaseHolderPorts } from "./lease-holder.ts";
import type {
  FillRequest,
  FillResponse,
  InverseWrite,
  LeaderInspection,
  LeaderService,
  LeaderStats,
  LogTail,
  ReadRequest,
  ReadResponse,
  WriteRequest,
  WriteResponse,
} from "./service.ts";
import type { PhysicalShard, ShardMap } from "./shard-map.ts";
import { DeposedError, type GraphStore } from "./store.ts";
import type { Version } from "./version.ts";

export interface LeaderPorts
  extends LeaseHolderPorts, Omit<TermPorts, "store" | "consumed" | "mayAct" | "deposed"> {
  /**
   * The shard's truth, marked with `epoch`: an older leader can commit no more.
   *
   * @throws DeposedError when a newer epoch has begun there; anything else when it is away.
   */
  readonly openStore: (epoch: number) => Promise<GraphStore>;
  /** Memory over that store, bytes; absent: `LIMITS.leaderBytesMax`. */
  readonly memoryBytes?: number;
  /** Has the shard's leader, wherever it is now, see to its deliveries. Answers failures, does not reject. */
  readonly wakeLeader: () => Promise<Result<unknown, Failure>>;
  /** Durable consumers of the log of a store that was just opened; absent when there are none. */
  readonly consumersOf?: (store: GraphStore) => Consumed;
}

/**
 * Leads a shard from one region while that region has the lease: gets it, opens the store
 * in its epoch, and lets a `LeaderTerm` answer. Without a lease it answers `moved`, or
 * `unavailable` when it cannot know.
 */
export class Leader implements LeaderService, LeaderInspection {
  readonly #shard: PhysicalShard;
  readonly #map: ShardMap;
  readonly #ports: LeaderPorts;
  readonly #holder: LeaseHolder;
  /** Outlives a lapse: while its epoch is the shard's, nobody else has written. */
  #term: LeaderTerm | null = null;
  #opening: Promise<Result<LeaderTerm, Failure>> | null = null;
  /** Of the latest term: for its counters alone. */
  #memory: RememberingStore | null = null;
  #reading = 0;
  #refused = 0;

  /** @param map for the ranges alone, which never change: who leads is the lease's business. */
  constructor(shard: PhysicalShard, map: ShardMap, ports: LeaderPorts) {
    this.#shard = shard;
    this.#map = map;
    this.#ports = ports;
    this.#holder = new LeaseHolder(shard, ports);
  }

  write(request: WriteRequest): Promise<Result<WriteResponse, Failure>> {
    return this.#lead((term) => term.write(request));
  }

  read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    return this.#answer((term) => term.read(request));
  }

  fill(follower: string, request: FillRequest): Promise<Result<FillResponse, Failure>> {
    return this.#answer((term) => term.fill(follower, request));
  }

  pull(follower: string, after: Version): Promise<Result<LogTail | null, Failure>> {
    return this.#answer((term) => term.pull(follower, after));
  }

  applyInverses(
    from: PhysicalShard,
    inverses: readonly InverseWrite[],
  ): Promise<Result<null, Failure>> {
    return this.#lead((term) => term.applyInverses(from, inverses));
  }

  sweep(): Promise<Result<DeliveryBacklog, Failure>> {
    return this.#lead(async (term) => ok(await term.sweep()));
  }

  async release(epoch: number): Promise<Result<Version | null, Failure>> {
    const term = this.#term;
    if (term === null || term.epoch > epoch) {
      this.#holder.giveUp(epoch);
      return ok(null);
    }
    const end = await term.drain();
    this.#holder.giveUp(epoch);
    this.#drop(term);
    return ok(end);
  }

  async stats(): Promise<LeaderStats> {
    const memory = this.#memory?.stats() ?? NO_MEMORY;
    return { ...memory, reading: this.#reading, refused: this.#refused };
  }

  /** Resumes deliveries; the shell calls it from the alarm. */
  async tick(): Promise<void> {
    const begun = await this.#begin();
    if (begun.ok) return begun.value.tick();
    // Another region's leader finds what is left in the store they share, once somebody wakes it.
    if (begun.error.code === "moved" && (await this.#ports.wakeLeader()).ok) return;
    this.#ports.arm(this.#ports.clock.nowMs() + LIMITS.deliveryAlarmMs);
  }

  /** One of many reads: who would only wait behind too many others is told so at once. */
  async #answer<T>(
    act: (term: LeaderTerm) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    if (this.#reading >= LIMITS.leaderReadsMax) {
      this.#refused++;
      return err({ code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs });
    }
    this.#reading++;
    try {
      return await this.#lead(act);
    } finally {
      this.#reading--;
    }
  }

  async #lead<T>(
    act: (term: LeaderTerm) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    let term = this.#current();
    if (term === null) {
      const begun = await this.#begin();
      if (!begun.ok) return begun;
      term = begun.value;
    }
    try {
      return await act(term);
    } catch (error) {
      if (error instanceof FailureError) return err(error.failure);
      if (error instanceof DeposedError) this.#drop(term);
      this.#ports.report("store_failed", error);
      return storeAway;
    }
  }

  #current(): LeaderTerm | null {
    return this.#term !== null && this.#holder.mayAct(this.#term.epoch) ? this.#term : null;
  }

  async #begin(): Promise<Result<LeaderTerm, Failure>> {
    const lease = await this.#holder.acquire();
    if (!lease.ok) return lease;
    const { epoch } = lease.value;
    if (this.#term?.epoch === epoch) return ok(this.#term);
    this.#opening ??= this.#open(epoch).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(epoch: number): Promise<Result<LeaderTerm, Failure>> {
    this.#term = null;
    try {
      const { clock, openStore, consumersOf, memoryBytes = LIMITS.leaderBytesMax } = this.#ports;
      const opened = await openStore(epoch);
      const store = new RememberingStore(opened, { clock, bytesMax: memoryBytes });
      const term: LeaderTerm = new LeaderTerm(this.#shard, this.#map, await store.head(), {
        ...this.#ports,
        store,
        ...(consumersOf && { consumed: consumersOf(opened) }),
        mayAct: () => this.#term === term && this.#holder.mayAct(epoch),
        deposed: () => this.#drop(term),
      });
      this.#term = term;
      this.#memory = store;
      term.resume();
      return ok(term);
    } catch (error) {
      this.#ports.report("store_not_opened", error);
      return storeAway;
    }
  }

  /** Its store has gone on without it, or its lease was given back: whoever asks next starts over. */
  #drop(term: LeaderTerm): void {
    if (this.#term === term) this.#term = null;
  }
}
