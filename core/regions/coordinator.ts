import type { FailureName } from "../telemetry/events.ts";
import type { Clock, Sleep } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { Lease } from "../tao/lease.ts";
import type { LeaderService } from "../tao/service.ts";
import type { PhysicalShard, ShardEntry, ShardMap } from "../tao/shard-map.ts";
import {
  coordinate,
  endWait,
  extendLeases,
  isFresh,
  leaseOf,
  mayCoordinate,
  moveLeader,
} from "./coordinator-plan.ts";
import type { CoordinatorService, MapRegister, RegisterContent } from "./coordinator-service.ts";
import type { Region } from "./regions.ts";

export interface CoordinatorPorts {
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly register: MapRegister;
  /** What a register that is still empty begins with: the map of the configuration. */
  readonly initial: ShardMap;
  readonly regions: readonly Region[];
  /** Leaders of all regions open one store; otherwise another region's leader would open an empty one. */
  readonly sharesStore: boolean;
  /** May reject, like every call of another object. */
  readonly coordinator: (region: Region) => Pick<CoordinatorService, "handOver" | "release">;
  /** The leader object of this coordinator's own region. */
  readonly leader: (shard: PhysicalShard) => Pick<LeaderService, "release">;
  readonly report: (event: FailureName, error: unknown) => void;
}

/** Puts that another coordinator overtook, before giving up: each means that somebody got on. */
const TRIES = 5;

/**
 * Grants one region's leaders their leases out of the register, and moves leaders between
 * regions. Holds nothing that is not in the register: what it remembers only spares reads,
 * and it grants no moment that was not written there first.
 */
export class Coordinator implements CoordinatorService {
  readonly #region: Region;
  readonly #ports: CoordinatorPorts;
  /** The newest content seen. */
  #known: RegisterContent | null = null;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #renewing: Promise<void> | null = null;
  #moving: Promise<unknown> = Promise.resolve();
  #looking: Promise<RegisterContent> | null = null;

  constructor(region: Region, ports: CoordinatorPorts) {
    this.#region = region;
    this.#ports = ports;
  }

  async lease(shard: PhysicalShard): Promise<Result<Lease, Failure>> {
    const { clock, report } = this.#ports;
    const entry = this.#entry(shard);
    const nowMs = clock.nowMs();
    if (this.#leads(entry) && isFresh(entry, nowMs) && entry.notBeforeMs <= nowMs)
      return ok(leaseOf(entry));
    try {
      if (!this.#leads(entry)) await this.#lookAgain(LIMITS.leaseRetryMs);
      else if (entry.notBeforeMs > nowMs) await this.#lookAgain(LIMITS.overloadRetryMs);
      const found = this.#entry(shard);
      if (this.#leads(found) && !isFresh(found, clock.nowMs())) await this.#renew();
    } catch (error) {
      report("register_failed", error);
    }
    // With the register away, what was granted goes on to its end.
    return this.#answer(shard);
  }

  async map(): Promise<Result<ShardMap, Failure>> {
    try {
      return ok((await this.#look()).map);
    } catch (error) {
      this.#ports.report("register_failed", error);
      return away;
    }
  }

  async handOver(
    shard: PhysicalShard,
    to: Region,
    isForwarded = false,
    epoch?: number,
  ): Promise<Result<ShardEntry, Failure>> {
    const { regions, sharesStore } = this.#ports;
    if (!regions.includes(to)) {
      return err({
        code: "invalid_request",
        field: "region",
        reason: `one of ${regions.join(", ")}`,
      });
    }
    if (!sharesStore) return err(oneStoreEach);
    // One after another: together they would only take the register out of each other's hands.
    const move = () => this.#handOver(shard, to, isForwarded, epoch);
    // What is forwarded does not stand in line: two that take each other for the coordinating one
    // would wait for each other for ever.
    const moved = isForwarded ? move() : this.#moving.then(move, move);
    if (!isForwarded) this.#moving = moved.catch(() => null);
    try {
      return await moved;
    } catch (error) {
      // Whether the register was changed is unknown; asked again, it answers what is there.
      this.#ports.report("hand_over_failed", error);
      return away;
    }
  }

  async release(shard: PhysicalShard, epoch: number): Promise<Result<null, Failure>> {
    try {
      // First of all this coordinator must not grant the lease again, to a leader that restarts.
      await this.#look();
    } catch (error) {
      this.#ports.report("register_failed", error);
      return away;
    }
    const entry = this.#entry(shard);
    if (entry === undefined || entry.epoch <= epoch)
      return err({ code: "conflict", reason: `epoch ${epoch} of shard ${shard} is not over` });
    const answer = await this.#ports.leader(shard).release(epoch);
    return answer.ok ? ok(null) : answer;
  }

  async #handOver(
    shard: PhysicalShard,
    to: Region,
    isForwarded: boolean,
    epoch: number | undefined,
  ): Promise<Result<ShardEntry, Failure>> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { map, tag } = await this.#look();
      const before = map.entries[shard];
      if (before === undefined) return err({ code: "not_found", what: `shard ${shard}` });
      if (before.leader === to) return ok(before);
      if (epoch !== undefined && epoch !== before.epoch) return err(overtaken(before));
      const nowMs = this.#ports.clock.nowMs();
      if (map.coordinator !== null && !mayCoordinate(map, this.#region, nowMs))
        return isForwarded
          ? err(contended)
          : this.#ports.coordinator(map.coordinator.region).handOver(shard, to, true, epoch);
      const moved = moveLeader(coordinate(map, this.#region, nowMs), shard, to);
      if (!(await this.#put(moved, tag))) continue;
      await this.#endWait(before);
      return ok(this.#entry(shard) ?? before);
    }
    return err(contended);
  }

  /** Once the old leader has let go, says so in the register; otherwise its lease runs out. */
  async #endWait(before: ShardEntry): Promise<void> {
    try {
      const released = await this.#released(before);
      if (!released.ok) return this.#ports.report("leader_not_released", released.error.code);
      for (let tries = 0; tries < TRIES; tries++) {
        const { map, tag } = await this.#look();
        if (await this.#put(endWait(map, before), tag)) return;
      }
    } catch (error) {
      this.#ports.report("leader_not_released", error);
    }
  }

  #released({ shard, leader, epoch }: ShardEntry): Promise<Result<null, Failure>> {
    const own = leader === this.#region;
    const asked = (own ? this : this.#ports.coordinator(leader)).release(shard, epoch);
    return Promise.race([asked, this.#ports.sleep(LIMITS.releaseWaitMs).then(() => away)]);
  }

  #leads = (entry: ShardEntry | undefined): entry is ShardEntry => entry?.leader === this.#region;

  #entry = (shard: PhysicalShard): ShardEntry | undefined => this.#known?.map.entries[shard];

  #answer(shard: PhysicalShard): Result<Lease, Failure> {
    const entry = this.#entry(shard);
    if (entry === undefined) return away;
    if (entry.leader !== this.#region) return err({ code: "moved", shard, entry });
    return entry.leaseUntilMs > this.#ports.clock.nowMs() ? ok(leaseOf(entry)) : away;
  }

  /** What this region does not lead, or not yet, it asks about now and then only. */
  async #lookAgain(everyMs: number): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#looking === null) {
      if (this.#known !== null && nowMs - this.#lookedMs < everyMs) return;
      this.#lookedMs = nowMs;
    }
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /** Reads the register; an empty one is given the map of the configuration. */
  async #look(): Promise<RegisterContent> {
    const { register, initial } = this.#ports;
    for (let tries = 0; tries < TRIES; tries++) {
      const found = await register.read();
      if (found !== null) return this.#learn(found);
      const tag = await register.put(initial, null);
      if (tag !== null) return this.#learn({ map: initial, tag });
    }
    throw new Error("the register is neither empty nor readable");
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#extend().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #extend(): Promise<void> {
    let base = this.#known ?? (await this.#look());
    for (let tries = 0; tries < TRIES; tries++) {
      const nowMs = this.#ports.clock.nowMs();
      if (await this.#put(extendLeases(base.map, this.#region, nowMs), base.tag)) return;
      base = await this.#look();
    }
  }

  async #put(map: ShardMap, tag: string): Promise<boolean> {
    const next = await this.#ports.register.put(map, tag);
    if (next !== null) this.#learn({ map, tag: next });
    return next !== null;
  }

  /** @throws Error when the register belongs to another number of shards. */
  #learn(content: RegisterContent): RegisterContent {
    const { length } = this.#ports.initial.entries;
    if (content.map.entries.length !== length)
      throw new Error(`the register has ${content.map.entries.length} shards, SHARDS is ${length}`);
    // Answers may arrive out of order; the register itself only moves on.
    if (this.#known === null || content.map.revision > this.#known.map.revision)
      this.#known = content;
    return content;
  }
}

const away = err({
  code: "unavailable",
  dependency: "coordinator",
  retryAfterMs: LIMITS.leaseRetryMs,
} as const);

const contended: Failure = { code: "overloaded", retryAfterMs: LIMITS.leaseRetryMs };

const overtaken = ({ shard, leader, epoch }: ShardEntry): Failure => ({
  code: "conflict",
  field: "epoch",
  revision: epoch,
  reason: `shard ${shard} has moved since: ${leader} leads it, in epoch ${epoch}`,
});
const oneStoreEach: Failure = {
  code: "conflict",
  reason:
    "each leader keeps its shard inside its own object: only leaders that share a database can change places",
};
