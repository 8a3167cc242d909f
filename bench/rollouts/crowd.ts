import { setTimeout as delay } from "node:timers/promises";

import type { FeedPage } from "../../core/feed/schemas.ts";
import { chance, pick, stream } from "../../dev/world/random.ts";
import { mean } from "../measure/statistics.ts";
import type { RolloutProduct } from "./product.ts";

const PAGE = 10;
/** Of pages as they are served now, so many are reacted to; a page twice as good, twice as often. */
const REACTS = 0.4;
const REACTS_MAX = 0.9;
const SAMPLE = 60;
const LOOKED_AT = 20;
const LIKED = 3;
const TRIES = 5;
const AGAIN_MS = 2_000;

/** What each person's page showed before anything was rolled out: that is their taste. */
type Tastes = ReadonlyMap<string, ReadonlySet<string>>;

/** How much a reader likes a page: the share of posts that the served order put onto it, too. */
const worth = ({ items }: FeedPage, taste: ReadonlySet<string> | undefined): number =>
  items.filter(({ id }) => taste?.has(id)).length / Math.max(1, items.length);

/** Everybody sees a page and likes some of it, so that ranking has something to go by. */
async function likeSome(product: RolloutProduct, pace: Pace): Promise<void> {
  await forEverybody(product, pace, async (user, isolate) => {
    const page = await product.page(user, isolate, LOOKED_AT);
    await product.shown(user, isolate, page);
    for (const post of page.items.slice(0, LIKED)) await product.like(user, isolate, post.id);
  });
}

async function tastesOf(product: RolloutProduct, pace: Pace): Promise<Tastes> {
  const tastes = new Map<string, ReadonlySet<string>>();
  await forEverybody(product, pace, async (user, isolate) => {
    const { items } = await product.page(user, isolate, PAGE);
    tastes.set(user, new Set(items.map(({ id }) => id)));
  });
  return tastes;
}

interface Pace {
  readonly inFlight: number;
  /** Pages a second. */
  readonly rate: number;
}
/** Between two pages of one reader. */
const pauseMs = ({ inFlight, rate }: Pace): number => (1_000 * inFlight) / rate;

async function forEverybody(
  product: RolloutProduct,
  pace: Pace,
  visit: (user: string, isolate: number) => Promise<void>,
): Promise<void> {
  const left = [...product.users.entries()];
  const walk = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [n, user] = next;
      await Promise.all([delay(pauseMs(pace)), patiently(() => visit(user, n % product.isolates))]);
    }
  };
  await Promise.all(Array.from({ length: pace.inFlight }, walk));
}

/** Nothing is measured yet: on a machine that does other things a first page may come too late. */
async function patiently(act: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === TRIES) throw error;
      await delay(AGAIN_MS);
    }
  }
}

export interface Crowd {
  /** Pages read, and reads that failed. */
  readonly counts: { pages: number; failed: number; reactions: number };
  /** Pages by the rung that made them. */
  readonly rungs: ReadonlyMap<string, number>;
  /** Called with everybody who reads, before the read. */
  onRead: (user: string) => void;
  /** Half of the reads are theirs, so that a stage of 1 % does not take hours; empty: nobody's. */
  often: readonly string[];
  stop(): Promise<void>;
}

/** People who read through all gateways and react to what they like, until they are stopped. */
export async function gather(
  product: RolloutProduct,
  { seed, ...pace }: Pace & { readonly seed: number },
  say: (text: string) => void,
): Promise<Crowd> {
  await likeSome(product, pace);
  const tastes = await tastesOf(product, pace);
  const sample: number[] = [];
  for (const [n, user] of product.users.slice(0, SAMPLE).entries())
    sample.push(worth(await product.page(user, n % product.isolates, PAGE), tastes.get(user)));
  const usual = mean(sample);
  say(`Of a page, ${Math.round(100 * usual)} % is what its reader likes`);

  const over = new AbortController();
  const crowd = {
    counts: { pages: 0, failed: 0, reactions: 0 },
    rungs: new Map<string, number>(),
    onRead: (_user: string) => {},
    often: [] as readonly string[],
  };
  const reader = async (n: number) => {
    const random = stream(seed, "reader", n);
    let pause = delay(0);
    while (!over.signal.aborted) {
      await pause;
      pause = delay(pauseMs(pace));
      const { often } = crowd;
      const isOften = often.length > 0 && chance(random, 0.5);
      const user = pick(random, isOften ? often : product.users);
      const isolate = Math.floor(random.next() * product.isolates);
      crowd.onRead(user);
      try {
        const page = await product.page(user, isolate, PAGE);
        crowd.counts.pages += 1;
        crowd.rungs.set(page.mode, (crowd.rungs.get(page.mode) ?? 0) + 1);
        const post = page.items[0];
        const likely = Math.min(REACTS_MAX, (REACTS * worth(page, tastes.get(user))) / usual);
        if (post === undefined || !chance(random, likely)) continue;
        await product.like(user, isolate, post.id);
        crowd.counts.reactions += 1;
      } catch (error) {
        if (crowd.counts.failed === 0) console.error(String(error));
        crowd.counts.failed += 1;
      }
    }
  };
  const readers = Array.from({ length: pace.inFlight }, (_, n) => reader(n));
  return Object.assign(crowd, {
    stop: async () => {
      over.abort();
      await Promise.all(readers);
    },
  });
}
