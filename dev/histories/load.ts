import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createGzip } from "node:zlib";

import type { ClientEvent } from "../../sim/history.ts";
import { SeededRandom } from "../../sim/random.ts";
import { Clients, COUNTED, type Counts } from "./clients.ts";
import { type Fault, FAULTS, inject, planFaults } from "./faults.ts";
import type { Product } from "./product.ts";
import { FOLLOWERS, MAP, REGIONS } from "./shape.ts";
import type { Populated } from "./wire.ts";
import type { World } from "./world.ts";

export interface SegmentSettings {
  readonly number: number;
  readonly seed: number;
  readonly operations: number;
  readonly writeShare: number;
  readonly withFaults: boolean;
  /** Runs the objects with this mistake in them. */
  readonly mutant: string | null;
  readonly folder: string;
  readonly onStep: (text: string) => void;
}

const LANES = 4;
const CLIENTS_PER_LANE = 8;
const STEPS_PER_CALL = 250;
/** Of the streams, how many are cut off while they run, and when. */
const CUT_SHARE = 0.15;
const CUT_MS = { from: 5, to: 300 };
/** Kills of each kind in one segment. */
const KILLS = 2;
/** One segment in so many has a spell in which nobody asks for anything. */
const IDLE_EVERY = 8;
/** A stream that takes longer hangs. */
const STREAM_MS_MAX = 120_000;

/** The clients of a segment and the faults that they meet. */
export class Load {
  readonly events: ClientEvent[] = [];
  readonly counts = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
  readonly faults = Object.fromEntries(FAULTS.map((name) => [name, 0])) as Record<Fault, number>;
  readonly #settings: SegmentSettings;
  readonly #product: Product;
  readonly #population: Populated;
  readonly #random: SeededRandom;
  readonly #world: World;
  #faultsLeft = 0;
  #hold: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  constructor(
    settings: SegmentSettings,
    product: Product,
    population: Populated,
    random: SeededRandom,
    world: World,
  ) {
    this.#settings = settings;
    this.#product = product;
    this.#population = population;
    this.#random = random;
    this.#world = world;
  }

  get operations(): number {
    return this.counts.operations;
  }

  async run(): Promise<void> {
    const { folder, number } = this.#settings;
    mkdirSync(folder, { recursive: true });
    const gzip = createGzip({ level: 1 });
    const file = path.join(folder, `segment-${String(number).padStart(4, "0")}.ndjson.gz`);
    const written = once(gzip.pipe(createWriteStream(file)), "finish");
    const record = (event: ClientEvent, line: string) => {
      this.events.push(event);
      gzip.write(`${line}\n`);
    };
    const faults = this.#settings.withFaults ? this.#injectAll() : Promise.resolve();
    const lanes = Array.from({ length: LANES }, (_, lane) => {
      const name = `${String.fromCharCode(97 + lane)}`;
      return this.#lane(
        new Clients(name, CLIENTS_PER_LANE, this.#population, this.counts, record),
        lane,
      );
    });
    const failed = (error: unknown) => {
      this.#failure ??= { error };
    };
    await Promise.all([faults, ...lanes].map((work) => work.catch(failed)));
    gzip.end();
    await written;
    const failure = this.#failure as { readonly error: unknown } | null;
    if (failure !== null) throw failure.error;
  }

  /** The load goes on until the last fault has come. */
  #isOver = () =>
    this.#failure !== null ||
    (this.operations >= this.#settings.operations && this.#faultsLeft === 0);

  async #lane(clients: Clients, lane: number): Promise<void> {
    const random = new SeededRandom(this.#settings.seed * 31 + lane);
    while (!this.#isOver()) {
      await this.#hold;
      await this.#product.whenUp();
      const cut = new AbortController();
      const timer =
        this.#settings.withFaults && random.chance(CUT_SHARE)
          ? setTimeout(
              () => {
                this.faults["stream cut"]++;
                cut.abort();
              },
              random.int(CUT_MS.from, CUT_MS.to),
            )
          : null;
      const { writeShare } = this.#settings;
      const request = { seed: random.int(0, 2 ** 31), steps: STEPS_PER_CALL, writeShare };
      const signal = AbortSignal.any([cut.signal, AbortSignal.timeout(STREAM_MS_MAX)]);
      const isWhole = await clients.drive(this.#product, request, signal);
      if (timer !== null) clearTimeout(timer);
      // The runtime may be gone before anybody has said so.
      if (!isWhole) await delay(20);
    }
  }

  async #injectAll(): Promise<void> {
    const { operations, number } = this.#settings;
    const plan = planFaults(
      operations,
      {
        kills: KILLS,
        isHosted: this.#world.database !== null,
        hasIdleSpell: number % IDLE_EVERY === 0,
      },
      this.#random,
    );
    this.#faultsLeft = plan.length;
    for (const { at, fault } of plan) {
      while (this.operations < at && this.#failure === null) await delay(10);
      if (this.#failure !== null) return;
      await inject(fault, {
        product: this.#product,
        database: this.#world.database,
        map: MAP,
        regions: REGIONS,
        followers: FOLLOWERS,
        random: this.#random,
        count: (name) => {
          this.faults[name]++;
          this.#faultsLeft--;
          this.#settings.onStep(`after ${this.operations} operations: ${name}`);
        },
        holdClients: (until) => {
          this.#hold = until;
        },
      });
    }
  }
}
