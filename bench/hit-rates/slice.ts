import { setTimeout as delay } from "node:timers/promises";

import { createClient } from "../../client/client.ts";
import type { Kind } from "../../client/l1/kinds.ts";
import { ApiProblem } from "../../client/problem.ts";
import { cachesBetween } from "../../core/telemetry/cache-difference.ts";
import type { CacheReport } from "../../core/telemetry/cache-layers.ts";
import { between, stream, weighted, zipfRank } from "../../dev/world/random.ts";
import type { Product } from "../feed-read/product.ts";
import { DAY, REGION_SHARES } from "./day.ts";
import { earlierHours, type EarlierReader } from "./earlier-hours.ts";
import { fetchFrom, type From } from "./http.ts";
import { type HitRatesOptions, WARM_MINUTES } from "./options.ts";
import { Person } from "./person.ts";
import { lastVisits, scheduleOf, type Visit } from "./schedule.ts";
import { Tally } from "./tally.ts";
import { visit } from "./visit.ts";
import type { World } from "./world.ts";

const HOUR_MS = 3_600_000;
/** How far back visits are known; whoever was not here since then was here some time that day. */
const BEFORE_MS = 8 * HOUR_MS;
/** Looked at this often, no object is idle for as long as the local runtime takes to forget it. */
const LOOK_MS = 5_000;
/** Zipf's law of whom visitors look at, as of whom people follow. */
const POPULARITY = 0.85;

export const KINDS: readonly Kind[] = ["feed", "profile", "settings", "page"];
/** Reads of what L1 may keep. */
export interface KindCounts {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
}

export interface Slice {
  readonly measuredMs: number;
  readonly caches: CacheReport;
  readonly tally: Tally;
  /** L1 as the clients counted it, by kind of answer. */
  readonly device: Readonly<Record<Kind, KindCounts>>;
}

/** Warms the caches as earlier hours would have, lets visits begin, then measures. */
export class SliceRun {
  readonly #product: Product;
  readonly #world: World;
  readonly #options: HitRatesOptions;
  readonly #say: (text: string) => void;
  readonly #tally = new Tally();
  readonly #people = new Map<number, Person>();
  readonly #stop = new AbortController();

  constructor(
    product: Product,
    world: World,
    options: HitRatesOptions,
    say: (text: string) => void,
  ) {
    this.#product = product;
    this.#world = world;
    this.#options = options;
    this.#say = say;
  }

  async run(): Promise<Slice> {
    const { minutes, seed, users } = this.#options;
    const warmMs = WARM_MINUTES * 60_000;
    const measuredMs = minutes * 60_000 - warmMs;
    const schedule = scheduleOf({ seed, people: users, fromMs: -BEFORE_MS, untilMs: measuredMs });
    const before = lastVisits(schedule, -warmMs);
    const visits = schedule.filter(({ atMs }) => atMs >= -warmMs);
    this.#say(`${before.size} people were here in the ${BEFORE_MS / HOUR_MS} hours before`);

    const { images } = await earlierHours(this.#product, this.#readersBefore(before));
    this.#say(`They read their feeds and ${images} images`);
    const beginMs = Date.now() + warmMs;
    await this.#makePeople(visits, before, beginMs);
    const visitors = visits.filter(
      (_, n) => stream(seed, "visitor", n).next() < DAY.visitorsPerVisit.value,
    );
    this.#say(
      `${visits.length} visits in ${minutes} minutes, the first ${WARM_MINUTES} to warm up`,
    );
    const all = [this.#drive(visits, beginMs), this.#lookIn(visitors, beginMs)];
    const looking = setInterval(() => void this.#look().catch(() => null), LOOK_MS);
    try {
      await delay(beginMs - Date.now());
      const first = await this.#look();
      this.#tally.reset();
      const deviceBefore = this.#device();
      await delay(beginMs + measuredMs - Date.now());
      const caches = cachesBetween(first, await this.#look());
      const device = differenceOf(deviceBefore, this.#device());
      return { measuredMs, caches, tally: this.#tally, device };
    } finally {
      clearInterval(looking);
      this.#stop.abort();
      await Promise.allSettled(all);
    }
  }

  async #makePeople(
    visits: readonly Visit[],
    before: ReadonlyMap<number, number>,
    beginMs: number,
  ): Promise<void> {
    const { seed } = this.#options;
    for (const person of new Set(visits.map((one) => one.person))) {
      const random = stream(seed, "person", person);
      // Somewhere in the day before, for whoever was not here in the hours that are known.
      const earlierMs = -BEFORE_MS - between(random, 0, 16) * HOUR_MS;
      this.#people.set(
        person,
        new Person({
          ...this.#from(person),
          url: this.#product.directUrl,
          token: await this.#product.token(this.#world.ids[person] ?? ""),
          lastVisitMs: beginMs + (before.get(person) ?? earlierMs),
          random,
          tally: this.#tally,
        }),
      );
    }
  }

  /** Each person's visits one after another; people beside each other. */
  async #drive(visits: readonly Visit[], beginMs: number): Promise<void> {
    const { seed } = this.#options;
    const busy = new Map<number, Promise<void>>();
    for (const { person, atMs } of visits) {
      if (!(await this.#until(beginMs + atMs))) break;
      const who = this.#people.get(person);
      if (who === undefined) continue;
      const turn = (busy.get(person) ?? Promise.resolve()).then(() =>
        this.#guarded(() =>
          visit(who, {
            random: stream(seed, "visit", person, atMs),
            tally: this.#tally,
            signal: this.#stop.signal,
          }),
        ),
      );
      busy.set(person, turn);
    }
    await Promise.all(busy.values());
  }

  /** People without an account, who look at popular profiles. */
  async #lookIn(visitors: readonly Visit[], beginMs: number): Promise<void> {
    const random = stream(this.#options.seed, "visitors");
    for (const { atMs } of visitors) {
      if (!(await this.#until(beginMs + atMs))) return;
      const who = this.#world.ids[zipfRank(random, this.#options.users, POPULARITY)] ?? "";
      const ask = fetchFrom(this.#from(between(random, 0, 1e6)));
      this.#tally.visitors++;
      for (const page of ["", "/posts"])
        await this.#guarded(async () => {
          const { status } = await ask(`${this.#product.directUrl}/v1/users/${who}${page}`);
          if (status !== 200) this.#tally.failed(`visitor ${status}`);
        });
    }
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#tally.failed(error instanceof ApiProblem ? error.code : String(error));
    }
  }

  /** @returns false when the run is over. */
  async #until(atMs: number): Promise<boolean> {
    const signal = this.#stop.signal;
    await delay(Math.max(0, atMs - Date.now()), undefined, { signal }).catch(() => null);
    return !signal.aborted;
  }

  #readersBefore = (before: ReadonlyMap<number, number>): EarlierReader[] =>
    [...before.keys()].map((person) => ({
      id: this.#world.ids[person] ?? "",
      from: this.#from(person),
    }));

  #from(person: number): From {
    const region = weighted(
      stream(this.#options.seed, "region", person),
      REGION_SHARES.map(([, share]) => share),
    );
    const address = `10.${(person >> 16) & 255}.${(person >> 8) & 255}.${person & 255}`;
    return { region: REGION_SHARES[region]?.[0] ?? "us-east", address };
  }

  async #look(): Promise<CacheReport> {
    const token = await this.#product.operatorToken();
    return createClient({ baseUrl: this.#product.directUrl, token: () => token }).caches();
  }

  #device(): Record<Kind, KindCounts> {
    const all = [...this.#people.values()].flatMap((person) => person.counts());
    const sum = (kind: Kind, name: keyof KindCounts) =>
      all.reduce((total, counts) => total + counts[kind][name], 0);
    return byKind((kind) => ({
      hits: sum(kind, "hits"),
      stale: sum(kind, "stale"),
      misses: sum(kind, "misses"),
    }));
  }
}

const byKind = (of: (kind: Kind) => KindCounts): Record<Kind, KindCounts> =>
  Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as Record<Kind, KindCounts>;

const differenceOf = (
  before: Readonly<Record<Kind, KindCounts>>,
  after: Readonly<Record<Kind, KindCounts>>,
): Record<Kind, KindCounts> =>
  byKind((kind) => ({
    hits: after[kind].hits - before[kind].hits,
    stale: after[kind].stale - before[kind].stale,
    misses: after[kind].misses - before[kind].misses,
  }));
