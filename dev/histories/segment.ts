import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createGzip } from "node:zlib";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import type { Failure } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { LIMITS } from "../../core/limits.ts";
import { shardMapOf } from "../operator/connect.ts";
import { check } from "../../sim/check.ts";
import type { ClientEvent, FinalView, History, Violation } from "../../sim/history.ts";
import { SeededRandom } from "../../sim/random.ts";
import { assemble, readsByShard } from "./assemble.ts";
import { Clients, COUNTED, type Counts } from "./clients.ts";
import { type Fault, FAULTS, inject, planFaults } from "./faults.ts";
import { type Lag, lagOf } from "./lag.ts";
import { Product } from "./product.ts";
import type { ShardLog } from "./shard-dump.ts";
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

export interface SegmentResult {
  readonly number: number;
  readonly seed: number;
  readonly seconds: number;
  readonly entries: number;
  /** Epochs that left something in a log, beyond each shard's first. */
  readonly epochs: number;
  readonly finals: number;
  readonly counts: Counts;
  readonly faults: Record<Fault, number>;
  readonly lag: Lag;
  readonly violations: number;
  /** The first ones, told. */
  readonly told: readonly Violation[];
}

const SHARDS = 16;
const REPLICAS = 2;
/** The followers of each shard. */
const FOLLOWERS = DEFAULT_REGIONS.flatMap(({ region }) =>
  Array.from({ length: REPLICAS }, (_, replica) => ({ region, replica })),
);
const USERS_PER_SHARD = 16;
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
const QUIET_TRIES = 90;
const FINALS_AT_ONCE = 4;
const TOLD_MAX = 20;

/** A product of its own: load and faults, quiescence, the last reads, the store's dump, the verdict. */
export async function runSegment(
  settings: SegmentSettings,
  world: World,
): Promise<{ readonly result: SegmentResult; readonly history: History }> {
  const startMs = Date.now();
  const step = (text: string) =>
    settings.onStep(`${((Date.now() - startMs) / 1_000).toFixed(0)} s: ${text}`);
  const random = new SeededRandom(settings.seed);
  const map = shardMapOf(SHARDS);
  const product = new Product(
    {
      dataFolder: world.dataFolder,
      shards: SHARDS,
      replicas: REPLICAS,
      databaseUrl: world.databaseUrl,
      mutant: settings.mutant,
    },
    path.join(settings.folder, "product.log"),
  );
  try {
    await product.whenUp();
    const population = await product.ask<Populated>("/populate", {
      usersPerShard: USERS_PER_SHARD,
    });
    step("load");
    const load = new Load(settings, product, population, random, world);
    await load.run();
    step(`${load.operations} operations made; waiting for deliveries`);
    await quiesce(product);
    step("last reads");
    const finals = await readFinals(product, await world.logs(map), map);
    await product.stop();
    const dumps = await world.dump(map);
    step("checking");
    const history = assemble(dumps, load.events, finals, LIMITS.followerTtlMs + world.commitMsMax);
    const violations = check(history);
    const result: SegmentResult = {
      number: settings.number,
      seed: settings.seed,
      seconds: (Date.now() - startMs) / 1_000,
      entries: dumps.reduce(
        (sum, { log }) => sum + log.flatMap(({ entries }) => entries).length,
        0,
      ),
      epochs: history.shards.filter(({ kind }) => kind === "epoch").length,
      finals: finals.reduce((sum, { seen }) => sum + seen.length, 0),
      counts: load.counts,
      faults: load.faults,
      lag: lagOf(history),
      violations: violations.length,
      told: violations.slice(0, TOLD_MAX),
    };
    return { result, history };
  } finally {
    await product.kill();
  }
}

class Load {
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
        map: shardMapOf(SHARDS),
        regions: DEFAULT_REGIONS.map(({ region }) => region),
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

/** Until nothing is left to deliver, twice. */
async function quiesce(product: Product): Promise<void> {
  let quiet = 0;
  for (let tries = 0; tries < QUIET_TRIES && quiet < 2; tries++) {
    const left = await product.ask<Result<number, Failure>>("/sweep", null);
    quiet = left.ok && left.value === 0 ? quiet + 1 : 0;
    await delay(1_000);
  }
  if (quiet < 2) throw new Error("deliveries never come to an end");
}

/** What every follower says about everything that the logs name. */
async function readFinals(
  product: Product,
  logs: readonly ShardLog[],
  map: ReturnType<typeof shardMapOf>,
): Promise<readonly FinalView[]> {
  const asked = [...readsByShard(logs, map)].flatMap(([shard, reads]) =>
    FOLLOWERS.map((pin) => ({ shard, ...pin, reads })),
  );
  const finals: FinalView[] = [];
  const queue = asked.values();
  const lane = async () => {
    for (const request of queue) {
      const { shard, region, replica } = request;
      finals.push({
        follower: `${shard}:${region}:${replica}`,
        ...(await finalOf(product, request)),
      });
    }
  };
  await Promise.all(Array.from({ length: FINALS_AT_ONCE }, lane));
  return finals;
}

async function finalOf(product: Product, request: unknown): Promise<Pick<FinalView, "seen">> {
  for (let tries = 0; ; tries++) {
    const answer = await product.ask<{ failed: string } | Pick<FinalView, "seen">>(
      "/final",
      request,
    );
    if (!("failed" in answer)) return answer;
    if (tries >= QUIET_TRIES) throw new Error(`no last reads: ${answer.failed}`);
    await delay(500);
  }
}

/** What a clean segment leaves behind is its events alone. */
export const clearData = (folder: string): void => rmSync(folder, { recursive: true, force: true });
