import { Leader } from "../core/tao/leader.ts";
import { leaderName } from "../core/tao/names.ts";
import type { LeaderPorts } from "../core/tao/leader.ts";
import type { ShardEntry, ShardMap } from "../core/tao/shard-map.ts";
import { type Host, Life, type SimPorts } from "./network.ts";
import { StorePort, type StoreState } from "./store-port.ts";

/** How a leader reaches others; given by the world. */
export type LeaderWires = (life: Life) => Pick<LeaderPorts, "pushTo" | "sendInverses">;

/** As the platform does: an alarm that throws rings again after this, doubled, at most so often. */
const ALARM_RETRY_MS = 2_000;
const ALARM_RETRIES = 6;
const LATE_MS = 20_000;

/**
 * Where a leader lives: starts it on the first call, over what its store holds, and rings
 * its one durable alarm, which outlives every crash.
 */
export class LeaderHost implements Host<Leader> {
  readonly name: string;
  readonly #entry: ShardEntry;
  readonly #map: ShardMap;
  readonly #state: StoreState;
  readonly #wires: LeaderWires;
  readonly #ports: SimPorts;
  #running: { readonly life: Life; readonly service: Promise<Leader> } | null = null;
  #ringing = 0;
  #alarm: { readonly atMs: number; readonly retries: number } | null = null;

  constructor(
    entry: ShardEntry,
    map: ShardMap,
    state: StoreState,
    wires: LeaderWires,
    ports: SimPorts,
  ) {
    this.name = leaderName(entry.shard, entry.leader);
    this.#entry = entry;
    this.#map = map;
    this.#state = state;
    this.#wires = wires;
    this.#ports = ports;
  }

  async enter(): Promise<{ readonly life: Life; readonly service: Leader }> {
    for (;;) {
      this.#running ??= this.#start();
      const { life, service } = this.#running;
      const leader = await service;
      if (life.isAlive) return { life, service: leader };
    }
  }

  crash(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    this.#ports.tally.count("leader crashes");
    this.#ports.trace.note(`${this.name} crashes`);
    this.#ports.tally.count("callers cut off", running.life.end());
  }

  /** An alarm is set, or what it started is still running. */
  get hasAlarm(): boolean {
    return this.#alarm !== null || this.#ringing > 0;
  }

  #start() {
    const life = new Life(this.name);
    const store = new StorePort(life, this.#state, this.#ports);
    store.onCrash(() => life.isAlive && this.crash());
    const { scheduler, trace } = this.#ports;
    const service = scheduler.sleep(this.#ports.random.int(0, 20)).then(() => {
      trace.note(`${this.name} starts at ${this.#state.tables.head.seq}`);
      return new Leader(this.#entry.shard, this.#map, this.#state.tables.head, {
        clock: scheduler,
        store,
        ...this.#wires(life),
        arm: (atMs) => life.isAlive && this.#arm(atMs, 0),
        defer: (work) => {
          work.catch((error: unknown) => trace.note(`${this.name} background: ${String(error)}`));
        },
        report: (event, error) => trace.note(`${this.name} ${event}: ${String(error)}`),
      });
    });
    return { life, service };
  }

  /** The platform keeps one alarm: a new one replaces it. */
  #arm(atMs: number, retries: number): void {
    const alarm = { atMs, retries };
    this.#alarm = alarm;
    const { scheduler, random, tally } = this.#ports;
    const isLate = random.chance(this.#ports.faults().alarmLate);
    if (isLate) tally.count("alarms late");
    const lateMs = isLate ? random.logInt(1, LATE_MS) : 0;
    scheduler.after(atMs - scheduler.nowMs() + lateMs, () => {
      if (this.#alarm === alarm) this.#ring(alarm.retries);
    });
  }

  async #ring(retries: number): Promise<void> {
    const { scheduler, tally, trace } = this.#ports;
    this.#alarm = null;
    this.#ringing++;
    tally.count("alarms rung");
    const again = (error: unknown) => {
      this.#ringing--;
      tally.count("alarms failed");
      trace.note(`${this.name} alarm failed: ${String(error)}`);
      if (this.#alarm === null && retries < ALARM_RETRIES)
        this.#arm(scheduler.nowMs() + ALARM_RETRY_MS * 2 ** retries, retries + 1);
    };
    const { life, service } = await this.enter();
    const died = () => again(new Error("object reset"));
    life.callers.add(died);
    try {
      await service.tick();
      if (life.callers.delete(died)) this.#ringing--;
    } catch (error) {
      if (life.callers.delete(died)) again(error);
    }
  }
}
