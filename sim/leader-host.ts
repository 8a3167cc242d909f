import type { Clock } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { Leader, type LeaderPorts } from "../core/tao/leader.ts";
import { leaderName } from "../core/tao/names.ts";
import type { Consumed } from "../core/tao/log-consumers.ts";
import type { LeaderService } from "../core/tao/service.ts";
import type { PhysicalShard, ShardMap } from "../core/tao/shard-map.ts";
import type { Region } from "../core/regions/regions.ts";
import type { GraphStore } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { Database } from "./database.ts";
import type { StoreKind } from "./faults.ts";
import { type Host, Life, type SimPorts } from "./network.ts";
import { openStore } from "./open-store.ts";
import { witness } from "./witness.ts";

/** How a leader reaches others; given by the world. */
export type LeaderWires = (life: Life) => Pick<
  LeaderPorts,
  "pushTo" | "sendInverses" | "lease" | "wakeLeader"
> & {
  /** Of the log of the store that was opened last. */
  readonly consumersOf: (store: GraphStore) => Consumed;
  readonly acted: (at: Version, what: string) => void;
};

export interface LeaderPlace {
  readonly shard: PhysicalShard;
  readonly region: Region;
  readonly database: Database;
  readonly kind: StoreKind;
  readonly clock: Clock;
}

/** As the platform does: an alarm that throws rings again after this, doubled, at most so often. */
const ALARM_RETRY_MS = 2_000;
const ALARM_RETRIES = 6;
const LATE_MS = 20_000;
/** How long a leader lets writes come together, at most: each life of it another. */
const GATHER_MS = [0, 0, 30, 500];

/**
 * Where a leader of one region lives: starts it on the first call, and rings its one durable
 * alarm, which outlives every crash.
 */
export class LeaderHost implements Host<LeaderService> {
  readonly name: string;
  readonly place: LeaderPlace;
  readonly #map: ShardMap;
  readonly #wires: LeaderWires;
  readonly #ports: SimPorts;
  #running: {
    readonly life: Life;
    readonly service: LeaderService;
    readonly leader: Leader;
  } | null = null;
  #isStopped = false;
  #ringing = 0;
  #alarm: { readonly atMs: number; readonly retries: number } | null = null;

  constructor(place: LeaderPlace, map: ShardMap, wires: LeaderWires, ports: SimPorts) {
    this.name = leaderName(place.shard, place.region);
    this.place = place;
    this.#map = map;
    this.#wires = wires;
    this.#ports = ports;
  }

  async enter() {
    this.#running ??= this.#start();
    return this.#running;
  }

  crash(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    this.#ports.tally.count("leader crashes");
    this.#ports.trace.note(`${this.name} crashes`);
    this.#ports.tally.count("callers cut off", running.life.end());
  }

  /** Its region is lost: nothing of it runs again. */
  stop(): void {
    this.crash();
    this.#alarm = null;
    this.#isStopped = true;
  }

  /** An alarm is set, or what it started is still running. */
  get hasAlarm(): boolean {
    return !this.#isStopped && (this.#alarm !== null || this.#ringing > 0);
  }

  #start() {
    const life = new Life(this.name);
    const { trace, scheduler, random } = this.#ports;
    const gatherMs = random.pick(GATHER_MS);
    const { shard, database, kind, clock } = this.place;
    const crash = () => life.isAlive && this.crash();
    const { acted, consumersOf, ...wires } = this.#wires(life);
    let opened: GraphStore | null = null;
    const leader = new Leader(shard, this.#map, {
      clock,
      openStore: async (epoch) =>
        (opened = await openStore(life, database, kind, epoch, { ...this.#ports, crash })),
      // What its term sees is a layer over it.
      consumersOf: (seen) => consumersOf(opened ?? seen),
      ...wires,
      arm: (atMs) => life.isAlive && this.#arm(atMs, 0),
      defer: (work) => {
        work.catch((error: unknown) => trace.note(`${this.name} background: ${String(error)}`));
      },
      gather: () =>
        new Promise((resolve) => {
          // What a dead object waited for never comes.
          scheduler.after(random.int(0, gatherMs), () => life.isAlive && resolve());
        }),
      report: (event, error) => trace.note(`${this.name} ${event}: ${String(error)}`),
    });
    trace.note(`${this.name} starts`);
    const note: typeof acted = (at, what) => life.isAlive && acted(at, what);
    const service = witness(leader, this.#ports.tally, this.#gate(), note);
    return { life, leader, service };
  }

  /**
   * An answer may be held up after its lease was looked at, for as long as the skew's bound
   * allows. Answers of one life leave in their order: none overtakes one that is held up.
   */
  #gate(): () => Promise<void> | null {
    const { scheduler, random, tally, faults } = this.#ports;
    let leavesMs = 0;
    return () => {
      const nowMs = scheduler.nowMs();
      if (random.chance(faults().answerLate)) {
        tally.count("answers held up");
        leavesMs = Math.max(leavesMs, nowMs + random.int(1, LIMITS.clockSkewMaxMs));
      }
      return leavesMs > nowMs ? scheduler.sleep(leavesMs - nowMs) : null;
    };
  }

  /** The platform keeps one alarm: a new one replaces it. */
  #arm(atMs: number, retries: number): void {
    if (this.#isStopped) return;
    const alarm = { atMs, retries };
    this.#alarm = alarm;
    const { scheduler, random, tally } = this.#ports;
    const isLate = random.chance(this.#ports.faults().alarmLate);
    if (isLate) tally.count("alarms late");
    const lateMs = isLate ? random.logInt(1, LATE_MS) : 0;
    scheduler.after(atMs - this.place.clock.nowMs() + lateMs, () => {
      if (this.#alarm === alarm) void this.#ring(alarm.retries);
    });
  }

  async #ring(retries: number): Promise<void> {
    const { tally, trace } = this.#ports;
    this.#alarm = null;
    this.#ringing++;
    tally.count("alarms rung");
    const again = (error: unknown) => {
      this.#ringing--;
      tally.count("alarms failed");
      trace.note(`${this.name} alarm failed: ${String(error)}`);
      if (this.#alarm === null && retries < ALARM_RETRIES)
        this.#arm(this.place.clock.nowMs() + ALARM_RETRY_MS * 2 ** retries, retries + 1);
    };
    const { life, leader } = await this.enter();
    const died = () => again(new Error("object reset"));
    life.callers.add(died);
    try {
      await leader.tick();
      if (life.callers.delete(died)) this.#ringing--;
    } catch (error) {
      if (life.callers.delete(died)) again(error);
    }
  }
}
