import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { SeededRandom } from "../../sim/random.ts";
import { SHARDS } from "../histories/shape.ts";
import type { Profile } from "../histories/world.ts";
import type { OperatorOptions } from "../operator/api.ts";
import { connect } from "../operator/connect.ts";
import { silent } from "../operator/progress.ts";
import { freePort } from "../server-process.ts";
import { type Backing, startBacking } from "./backing.ts";
import type { Change } from "./changes.ts";
import { checkpoint, type Compared, nothingCompared } from "./checkpoint.ts";
import { Downtime } from "./downtime.ts";
import { FarPages } from "./far-pages.ts";
import { type Fault, FAULTS, faultsOf, inject, planFaults } from "./faults.ts";
import { Findings } from "./findings.ts";
import { loadGenerated } from "./generated-world.ts";
import { loadImported } from "./imported-world.ts";
import { ChangeJournal } from "./journal.ts";
import { Lags } from "./lags.ts";
import { Load } from "./load.ts";
import { Locks } from "./locks.ts";
import { Model } from "./model.ts";
import { type MIXES, type OperationKind, Operations } from "./operations.ts";
import { People } from "./people.ts";
import { Probes } from "./probe.ts";
import { Product } from "./product.ts";
import { untilQuiet } from "./quiet.ts";
import { Readers } from "./readers.ts";
import { Revocations } from "./revocations.ts";
import { Watch } from "./watch.ts";

export interface RunSettings {
  readonly profile: Profile;
  /** Holds the product's data, its log and the journal; what is there already is gone on from. */
  readonly folder: string;
  readonly users: number;
  /** Folder of an LDBC network, in place of generated users; null: those. */
  readonly ldbc: string | null;
  readonly seed: number;
  readonly operations: number;
  readonly mix: keyof typeof MIXES;
  readonly checkpoints: number;
  readonly kills: number;
  readonly withFaults: boolean;
  readonly boundMs: number;
  /** Whether pages of deleted posts are followed where no purge comes, which takes a minute more. */
  readonly withFarPages: boolean;
  readonly mutant: string | null;
  readonly onStep: (text: string) => void;
}

export interface RunResult {
  readonly profile: Profile;
  readonly seed: number;
  readonly seconds: number;
  readonly users: number;
  readonly posts: number;
  readonly operations: number;
  readonly done: Readonly<Partial<Record<OperationKind, number>>>;
  readonly refused: number;
  readonly doubted: number;
  readonly ownReads: number;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly readings: { readonly pages: number; readonly fromCache: number };
  readonly judged: number;
  readonly undecided: number;
  readonly failedReads: number;
  readonly checkpoints: number;
  readonly compared: Compared;
  readonly findings: Findings;
  /** From a revocation to the last answer of others that did not know of it. */
  readonly late: Lags;
  /** From a revocation to the first answer that had let go, for those that were followed. */
  readonly gone: Lags;
}

/** Operations under way at once: each keeps a few people busy, who are not judged meanwhile. */
const WRITERS_MAX = 6;
const USERS_PER_WRITER = 15;
const READERS = 3;
const FAR_PAGES = { followedMax: 20, pauseMs: { min: 250, max: 25_000 } } as const;
/** Each revocation that is followed through all layers holds a lane, and asks some hundred times a second. */
const LANES_PER_PROBE = { all: 3, revoking: 2 } as const;
const READER_PAUSE_MS = 15;

/** The product on data of its own: a world, operations and faults, and everybody's feed at every checkpoint. */
export async function runFeeds(settings: RunSettings): Promise<RunResult> {
  const { folder, mutant } = settings;
  mkdirSync(path.join(folder, "data"), { recursive: true });
  const dataFolder = path.join(folder, "data");
  const backing = await startBacking(settings.profile, dataFolder);
  const { services } = backing;
  const product = new Product(
    { dataFolder, port: await freePort(), shards: SHARDS, replicas: 1, services, mutant },
    path.join(folder, "product.log"),
  );
  try {
    const { url, authSecret: secret } = await product.whenUp();
    const operator: OperatorOptions = { url, secret, issuer: "edgewise" };
    const result = await new Run(settings, { product, backing, operator }).all();
    await product.stop();
    return result;
  } finally {
    await product.kill();
    await backing.stop();
  }
}

interface Running {
  readonly product: Product;
  readonly backing: Backing;
  readonly operator: OperatorOptions;
}

class Run {
  readonly #settings: RunSettings;
  readonly #running: Running;
  readonly #people: People;
  readonly #random: SeededRandom;
  readonly #model = new Model();
  readonly #journal: ChangeJournal;
  readonly #locks = new Locks();
  readonly #revocations = new Revocations();
  readonly #downtime = new Downtime();
  readonly #findings = new Findings();
  readonly #late = new Lags();
  readonly #gone = new Lags();
  readonly #farPages: FarPages;
  readonly #compared = nothingCompared();
  readonly #faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  readonly #startMs = Date.now();
  #ready: Promise<void> = Promise.resolve();

  constructor(settings: RunSettings, running: Running) {
    this.#settings = settings;
    this.#running = running;
    this.#people = new People(running.operator);
    this.#random = new SeededRandom(settings.seed);
    this.#journal = new ChangeJournal(path.join(settings.folder, "changes.ndjson"));
    this.#farPages = new FarPages({
      people: this.#people,
      random: this.#random,
      downtime: this.#downtime,
      findings: this.#findings,
      gone: this.#gone,
      boundMs: settings.boundMs,
      ...FAR_PAGES,
      followedMax: settings.withFarPages ? FAR_PAGES.followedMax : 0,
      elsewhereUrl: async () => (await running.product.whenUp()).elsewhereUrl,
    });
  }

  async all(): Promise<RunResult> {
    const { profile, operations, kills, checkpoints } = this.#settings;
    await this.#begin();
    const { watch, load } = this.#parts();
    const readers = { pages: 0, fromCache: 0 };
    const plan = [...planFaults(faultsOf(profile), { operations, kills }, this.#random)];
    for (let n = 1; n <= checkpoints; n++) {
      const until = Math.round((operations * n) / checkpoints);
      const isOver = { value: false };
      const reading = new Readers({
        people: this.#people,
        model: this.#model,
        watch,
        random: new SeededRandom(this.#settings.seed + n),
        isOver: () => isOver.value,
      });
      const background = reading.run(READERS, READER_PAUSE_MS);
      const faults = this.#settings.withFaults ? this.#injectAll(plan, until, load) : null;
      await load.run(until, this.#writers).finally(() => (isOver.value = true));
      await Promise.all([background, faults]);
      readers.pages += reading.pages;
      readers.fromCache += reading.fromCache;
      this.#step(`${load.operations} operations done; checkpoint ${n}`);
      await checkpoint({
        model: this.#model,
        people: this.#people,
        findings: this.#findings,
        random: this.#random,
        compared: this.#compared,
        onStep: (text) => this.#step(text),
      });
      this.#step(`${this.#compared.pages} pages compared, ${this.#findings.total} findings`);
    }
    await this.#farPages.ended();
    return this.#result(load, watch, readers);
  }

  get #writers(): number {
    return Math.min(WRITERS_MAX, Math.ceil(this.#model.users.length / USERS_PER_WRITER));
  }

  /** The world as an earlier run left it, or a new one. */
  async #begin(): Promise<void> {
    const known = this.#journal.read();
    if (known === null) {
      this.#step("loading the world");
      this.#apply(await this.#load(), null);
    } else for (const change of known) this.#model.apply(change);
    // Other halves of edges arrive after the write that they belong to.
    await untilQuiet(this.#people);
    this.#step(`${this.#model.users.length} users, ${this.#model.posts.size} posts`);
  }

  #load(): Promise<readonly Change[]> {
    const { ldbc, folder, users, seed } = this.#settings;
    const api = connect(this.#running.operator);
    const dataFolder = path.join(folder, "data");
    return ldbc === null
      ? loadGenerated(api, { users, seed })
      : loadImported(api, { folder: ldbc, dataFolder, progress: silent });
  }

  #parts(): { readonly watch: Watch; readonly load: Load } {
    const { boundMs } = this.#settings;
    const shared = {
      model: this.#model,
      people: this.#people,
      locks: this.#locks,
      random: this.#random,
      downtime: this.#downtime,
      findings: this.#findings,
      revocations: this.#revocations,
      boundMs,
    };
    const load = new Load({
      ...shared,
      operations: new Operations(this.#model, this.#random, this.#settings.mix),
      probes: new Probes({ ...shared, gone: this.#gone, farPages: this.#farPages }),
      apply: (changes, atMs) => this.#apply(changes, atMs),
      ready: () => this.#ready,
      lanesPerProbe: LANES_PER_PROBE[this.#settings.mix],
    });
    return { load, watch: new Watch({ ...shared, late: this.#late }) };
  }

  async #injectAll(
    plan: { readonly at: number; readonly fault: Fault }[],
    until: number,
    load: Load,
  ): Promise<void> {
    for (let [next] = plan; next !== undefined && next.at < until; [next] = plan) {
      while (load.operations < next.at) await delay(10);
      plan.shift();
      const { fault } = next;
      this.#faults[fault]++;
      const done = inject(fault, {
        ...this.#running,
        downtime: this.#downtime,
        random: this.#random,
      });
      // What is under way meets the fault; what comes later waits for a product that is up.
      this.#ready = done.catch(() => undefined);
      await done;
    }
  }

  /** @param atMs when it was acknowledged; null: it was always so. */
  #apply(changes: readonly Change[], atMs: number | null): void {
    for (const change of changes) {
      if (atMs !== null) this.#revocations.note(change, atMs);
      this.#model.apply(change);
    }
    this.#journal.record(changes, atMs);
  }

  #step(text: string): void {
    this.#settings.onStep(`${((Date.now() - this.#startMs) / 1_000).toFixed(0)} s: ${text}`);
  }

  #result(load: Load, watch: Watch, readings: RunResult["readings"]): RunResult {
    return {
      profile: this.#settings.profile,
      seed: this.#settings.seed,
      seconds: (Date.now() - this.#startMs) / 1_000,
      users: this.#model.users.length,
      posts: this.#model.posts.size,
      operations: load.operations,
      done: Object.fromEntries(load.done),
      refused: load.refused,
      doubted: load.doubted,
      ownReads: load.ownReads,
      faults: this.#faults,
      readings,
      judged: watch.judged,
      undecided: watch.undecided,
      failedReads: this.#people.failures,
      checkpoints: this.#settings.checkpoints,
      compared: this.#compared,
      findings: this.#findings,
      late: this.#late,
      gone: this.#gone,
    };
  }
}
