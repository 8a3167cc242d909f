import type { FeedPage } from "../../core/feed/schemas.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { SeededRandom } from "../../sim/random.ts";
import { REGIONS } from "../histories/shape.ts";
import { runPool } from "../operator/pool.ts";
import { comparePage, compareRanked, type Difference, staleIn } from "./compare.ts";
import type { Findings } from "./findings.ts";
import type { Model } from "./model.ts";
import { homeOf, nothingRemoved, pagesOf, type Removed, type Row, RULES } from "./oracle.ts";
import type { People } from "./people.ts";
import { untilQuiet } from "./quiet.ts";
import { isFromCache } from "./readers.ts";

/** What was compared, and where it came from. */
export interface Compared {
  feeds: number;
  pages: number;
  items: number;
  fromCache: number;
  /** Pages of entries that were there before, kept up to date by what was pushed. */
  kept: number;
  /** What the slowest page took, with everything that was asked again for it, ms. */
  slowestMs: number;
  /** Items whose numbers or own reaction were not what they are by now. */
  stale: number;
  staleTold: string | null;
  ranked: number;
  removed: Removed;
}

export const nothingCompared = (): Compared => ({
  feeds: 0,
  pages: 0,
  items: 0,
  fromCache: 0,
  kept: 0,
  slowestMs: 0,
  stale: 0,
  staleTold: null,
  ranked: 0,
  removed: nothingRemoved(),
});

export interface CheckpointPorts {
  readonly model: Model;
  readonly people: People;
  readonly findings: Findings;
  readonly random: SeededRandom;
  readonly compared: Compared;
  readonly onStep: (text: string) => void;
}

const TELL_EVERY_MS = 20_000;
const READERS = 6;
/** An entry of this age was not built by the checkpoint's own first look at it. */
const KEPT_MS = 1_000;
const PAGES_MAX = 10_000;
/** Small pages are read as deep as an entry reaches at least. */
const TOP = 60;
const LARGE = 50;
const SMALL = 10;

/** Everybody's whole feed against the oracle, while nobody does anything. */
export async function checkpoint(ports: CheckpointPorts): Promise<void> {
  const { people, model, compared } = ports;
  await untilQuiet(people);
  compared.removed = nothingRemoved();
  const told = { atMs: Date.now(), feeds: 0 };
  await runPool(
    model.users.length,
    READERS,
    async (index) => {
      await new FeedCheck(ports, model.users[index] ?? "").run();
      told.feeds++;
      if (Date.now() - told.atMs < TELL_EVERY_MS) return;
      told.atMs = Date.now();
      ports.onStep(`${told.feeds} of ${model.users.length} feeds`);
    },
    new AbortController().signal,
  );
}

interface Walk {
  readonly region: Region;
  readonly limit: number;
  /** Stops after so many items; null: at the end. */
  readonly down: number | null;
}

class FeedCheck {
  readonly #ports: CheckpointPorts;
  readonly #viewer: string;
  readonly #rows: readonly Row[];

  constructor(ports: CheckpointPorts, viewer: string) {
    this.#ports = ports;
    this.#viewer = viewer;
    const { rows, removed } = homeOf(ports.model, viewer);
    this.#rows = rows;
    const all = ports.compared.removed;
    for (const rule of RULES) all[rule] += removed[rule];
    all.duplicate += pagesOf(rows, LARGE).duplicates;
  }

  async run(): Promise<void> {
    const { people, random, compared } = this.#ports;
    const region = people.homeOf(this.#viewer);
    compared.feeds++;
    // The first from whatever the cache has kept, the others from what it keeps now.
    await this.#latest({ region, limit: SMALL, down: TOP });
    await this.#latest({ region, limit: LARGE, down: null });
    await this.#latest({ region, limit: SMALL, down: TOP });
    await this.#latest({ region: random.pick(REGIONS), limit: SMALL, down: TOP });
    await this.#ranked(region);
  }

  async #latest(walk: Walk): Promise<void> {
    const { model, compared } = this.#ports;
    const { pages } = pagesOf(this.#rows, walk.limit);
    let shown = 0;
    for (let place = 0, cursor: string | null = null; ; place++) {
      if (place > PAGES_MAX) return this.#report("walk never ends", walk, `page ${place}`);
      const page: FeedPage = await this.#page("latest", walk, cursor);
      const expected = pages[place] ?? [];
      const differences = comparePage(model, this.#viewer, expected, page.items);
      if (differences.length > 0) {
        const leaders = await this.#leadersSay(walk, cursor, expected);
        for (const { kind, what } of differences)
          this.#report(kind, walk, `page ${place} (${originOf(page)}; ${leaders}): ${what}`);
      }
      this.#countStale(expected, page);
      shown += page.items.length;
      compared.items += page.items.length;
      cursor = page.cursor;
      const isDown = walk.down !== null && shown >= walk.down;
      if (differences.length > 0 || isDown) return;
      if (cursor === null) {
        // Pages that were never reached are holes, every one.
        for (const { post } of pages.slice(place + 1).flat()) this.#report("hole", walk, post.id);
        return;
      }
    }
  }

  async #ranked(region: Region): Promise<void> {
    const { compared } = this.#ports;
    const walk = { region, limit: LARGE, down: null };
    const items: FeedPage["items"] = [];
    let cursor: string | null = null;
    do {
      const page: FeedPage = await this.#page("ranked", walk, cursor);
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null && items.length < this.#rows.length * 2 + LARGE);
    compared.ranked += items.length;
    for (const { kind, what } of compareRanked(this.#rows, items))
      this.#report(kind, walk, `ranked: ${what}`);
  }

  /** Whether the graph has it right: then a cache has not. */
  async #leadersSay(
    walk: Walk,
    cursor: string | null,
    expected: readonly Row[],
  ): Promise<"leaders are right" | "leaders differ too"> {
    const after = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await this.#ports.people.read<FeedPage>(
      this.#viewer,
      `/v1/feed?mode=latest&limit=${walk.limit}${after}`,
      { region: walk.region, consistency: "leader" },
    );
    const differences = comparePage(this.#ports.model, this.#viewer, expected, body.items);
    return differences.length === 0 ? "leaders are right" : "leaders differ too";
  }

  async #page(mode: "latest" | "ranked", walk: Walk, cursor: string | null): Promise<FeedPage> {
    const { people, compared } = this.#ports;
    const after = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/v1/feed?mode=${mode}&limit=${walk.limit}${after}`;
    const askedMs = Date.now();
    const { body, status } = await people.read<FeedPage>(this.#viewer, path, walk);
    compared.slowestMs = Math.max(compared.slowestMs, Date.now() - askedMs);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    compared.pages++;
    if (isFromCache(body)) {
      compared.fromCache++;
      if (body.ageMs >= KEPT_MS) compared.kept++;
    }
    return body;
  }

  #countStale(expected: readonly Row[], { items }: FeedPage): void {
    const { model, compared } = this.#ports;
    for (const [index, row] of expected.entries()) {
      const item = items[index];
      const stale = item?.id === row.post.id ? staleIn(model, this.#viewer, row, item) : null;
      if (stale === null) continue;
      compared.stale++;
      compared.staleTold ??= stale;
    }
  }

  #report(kind: Difference["kind"], { region, limit }: Walk, what: string): void {
    const where = `feed of ${this.#viewer} in ${region}, ${limit} a page`;
    this.#ports.findings.add(kind, `${where}, ${what}`);
  }
}

const originOf = (page: FeedPage): string =>
  isFromCache(page) ? `from the cache, ${page.ageMs} ms old` : "from the graph";
