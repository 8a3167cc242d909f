import fc from "fast-check";
import { it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { Coordinator } from "../../../core/regions/coordinator.ts";
import type { MapRegister } from "../../../core/regions/coordinator-service.ts";
import type { Region } from "../../../core/regions/regions.ts";
import { ok } from "../../../core/result.ts";
import { LeaseHolder } from "../../../core/tao/lease-holder.ts";
import { evenShardMap } from "../../../core/tao/shard-map.ts";
import { MemoryRegister } from "../../fakes/memory-register.ts";

const REGIONS = ["east", "west", "north"] as const;
const START_MS = 1_000_000;
const EPOCHS = 40;

type Step =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "use" | "restartLeader" | "restartCoordinator"; readonly region: Region }
  | { readonly kind: "cut" | "mend"; readonly region: Region }
  | { readonly kind: "handOver"; readonly region: Region; readonly to: Region };

const region = fc.constantFrom(...REGIONS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.nat(20_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("use", "use", "use", "restartLeader", "restartCoordinator"),
      region,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("cut", "mend"), region }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("handOver"), region, to: region }) },
);

/** One shard, three regions with wrong clocks, a register that loses answers. */
class Regions {
  nowMs = START_MS;
  readonly register = new MemoryRegister();
  readonly #offsets: ReadonlyMap<Region, number>;
  readonly #loses: () => boolean;
  readonly #schedule: <T>(work: Promise<T>) => Promise<T>;
  readonly #coordinators = new Map<Region, Coordinator>();
  readonly #holders = new Map<Region, LeaseHolder>();
  readonly #cut = new Set<Region>();
  epochMax = 0;
  acted = 0;

  constructor(
    offsets: readonly number[],
    loses: () => boolean,
    schedule: <T>(work: Promise<T>) => Promise<T>,
  ) {
    this.#offsets = new Map(REGIONS.map((name, index) => [name, offsets[index] ?? 0]));
    this.#loses = loses;
    this.#schedule = schedule;
    for (const name of REGIONS) {
      this.restartCoordinator(name);
      this.restartLeader(name);
    }
  }

  restartCoordinator(at: Region): void {
    const ports = {
      clock: this.#clock(at),
      sleep: async () => void (await this.#later(null)),
      register: this.#registerFrom(at),
      initial: evenShardMap(1, new Map([["east", 1]])),
      regions: REGIONS,
      sharesStore: true,
      coordinator: (to: Region) => ({
        handOver: async (shard: number, target: Region, isForwarded?: boolean) =>
          this.#call(at, to, () => this.coordinator(to).handOver(shard, target, isForwarded)),
        release: async (shard: number, epoch: number) =>
          this.#call(at, to, () => this.coordinator(to).release(shard, epoch)),
      }),
      leader: () => ({
        release: async (epoch: number) => {
          await this.#later(null);
          this.holder(at).giveUp(epoch);
          return ok(null);
        },
      }),
      report: () => {},
    };
    this.#coordinators.set(at, new Coordinator(at, ports));
  }

  restartLeader(at: Region): void {
    const lease = {
      lease: (shard: number) => this.#later(null).then(() => this.coordinator(at).lease(shard)),
    };
    this.#holders.set(at, new LeaseHolder(0, { clock: this.#clock(at), lease, defer: () => {} }));
  }

  coordinator(at: Region): Coordinator {
    const found = this.#coordinators.get(at);
    if (found === undefined) throw new Error(`no region ${at}`);
    return found;
  }

  holder(at: Region): LeaseHolder {
    const found = this.#holders.get(at);
    if (found === undefined) throw new Error(`no region ${at}`);
    return found;
  }

  /** Cut off, a region goes on by itself: neither the register nor other coordinators reach it. */
  cut(at: Region): void {
    this.#cut.add(at);
  }

  mend(at: Region): void {
    this.#cut.delete(at);
  }

  /** @throws Error when two regions may act, or one in an epoch that is over. */
  check(): void {
    const acting = REGIONS.flatMap((name) => {
      const holder = this.holder(name);
      const epochs = Array.from({ length: EPOCHS }, (_, epoch) => epoch);
      return epochs.filter((epoch) => holder.mayAct(epoch)).map((epoch) => ({ name, epoch }));
    });
    if (acting.length > 1) throw new Error(`two act: ${JSON.stringify(acting)}`);
    const [one] = acting;
    if (one === undefined) return;
    this.acted++;
    if (one.epoch < this.epochMax) throw new Error(`epoch ${one.epoch} after ${this.epochMax}`);
    this.epochMax = one.epoch;
  }

  #clock = (at: Region) => ({ nowMs: () => this.nowMs + (this.#offsets.get(at) ?? 0) });

  #later = <T>(value: T): Promise<T> => this.#schedule(Promise.resolve(value));

  async #call<T>(from: Region, to: Region, act: () => Promise<T>): Promise<T> {
    await this.#later(null);
    if (this.#cut.has(from) || this.#cut.has(to) || this.#loses()) throw new Error("unreachable");
    const answer = await act();
    await this.#later(null);
    if (this.#loses()) throw new Error("answer lost");
    return answer;
  }

  #registerFrom = (at: Region): MapRegister => ({
    read: () => this.#call(at, at, () => this.register.read()),
    put: (map, tag) => this.#call(at, at, () => this.register.put(map, tag)),
  });
}

it(
  "never lets two regions act at once, and epochs only grow",
  { timeout: 120_000 },
  async ({ expect }) => {
    const reached = { acted: 0, moved: 0 };
    const half = LIMITS.clockSkewMaxMs / 2;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { minLength: 30, maxLength: 120 }),
        fc.array(fc.integer({ min: -half, max: half }), { minLength: 3, maxLength: 3 }),
        fc.infiniteStream(fc.nat(9)),
        async (scheduler, steps, offsets, dice) => {
          const loses = () => dice.next().value === 0;
          const schedule = <T>(work: Promise<T>) => scheduler.schedule(work);
          const world = new Regions(offsets, loses, schedule);
          const drain = async (most: number) => {
            for (let n = 0; n < most && scheduler.count() > 0; n++) {
              await scheduler.waitOne();
              world.check();
            }
          };
          for (const one of steps) {
            if (one.kind === "use") void world.holder(one.region).acquire();
            else if (one.kind === "handOver")
              void world.coordinator(one.region).handOver(0, one.to);
            else if (one.kind !== "pass") world[one.kind](one.region);
            else {
              // In small steps: what may act at any moment in between is seen.
              for (const endMs = world.nowMs + one.ms; world.nowMs < endMs; world.nowMs += 250) {
                world.check();
                await drain(1);
              }
            }
            await drain(dice.next().value);
          }
          await drain(500);
          reached.acted += world.acted;
          reached.moved += world.epochMax > 1 ? 1 : 0;
        },
      ),
      { numRuns: 1_000 },
    );
    // Otherwise nothing was shown.
    expect(reached.acted).toBeGreaterThan(1_000);
    expect(reached.moved).toBeGreaterThan(50);
  },
);
