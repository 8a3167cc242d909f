import type { FeedPage } from "../../core/feed/schemas.ts";
import { chance, pick, stream } from "../../dev/world/random.ts";
import type { RolloutProduct } from "./product.ts";

const PAGE = 10;
const HALF_LIFE_MS = 2 * 86_400_000;
/** Of pages as they are served now, so many are reacted to; a page twice as good, twice as often. */
const REACTS = 0.4;
const REACTS_MAX = 0.9;
const SAMPLE = 60;

/** How much its readers like a page: the newer its posts, the more. */
const worth = ({ items }: FeedPage): number =>
  items.reduce((sum, post) => sum + 2 ** (-(Date.now() - post.createdAtMs) / HALF_LIFE_MS), 0) /
  Math.max(1, items.length);

export interface Crowd {
  /** Pages read, and reads that failed. */
  readonly counts: { pages: number; failed: number; reactions: number };
  /** Called with everybody who reads, before the read. */
  onRead: (user: string) => void;
  /** Half of the reads are theirs, so that a stage of 1 % does not take hours; empty: nobody's. */
  often: readonly string[];
  stop(): Promise<void>;
}

/** People who read through all gateways and react to what they like, until they are stopped. */
export async function gather(
  product: RolloutProduct,
  { inFlight, seed }: { readonly inFlight: number; readonly seed: number },
): Promise<Crowd> {
  const sample = product.users.slice(0, SAMPLE);
  const pages: number[] = [];
  for (const [n, user] of sample.entries())
    pages.push(worth(await product.page(user, n % product.isolates, PAGE)));
  const usual = pages.reduce((sum, value) => sum + value, 0) / pages.length;

  const over = new AbortController();
  const crowd = {
    counts: { pages: 0, failed: 0, reactions: 0 },
    onRead: (_user: string) => {},
    often: [] as readonly string[],
  };
  const reader = async (n: number) => {
    const random = stream(seed, "reader", n);
    while (!over.signal.aborted) {
      const { often } = crowd;
      const isOften = often.length > 0 && chance(random, 0.5);
      const user = pick(random, isOften ? often : product.users);
      const isolate = Math.floor(random.next() * product.isolates);
      crowd.onRead(user);
      try {
        const page = await product.page(user, isolate, PAGE);
        crowd.counts.pages += 1;
        const post = page.items[0];
        const likely = Math.min(REACTS_MAX, (REACTS * worth(page)) / usual);
        if (post === undefined || !chance(random, likely)) continue;
        await product.like(user, isolate, post.id);
        crowd.counts.reactions += 1;
      } catch (error) {
        if (crowd.counts.failed === 0) console.error(String(error));
        crowd.counts.failed += 1;
      }
    }
  };
  const readers = Array.from({ length: inFlight }, (_, n) => reader(n));
  return Object.assign(crowd, {
    stop: async () => {
      over.abort();
      await Promise.all(readers);
    },
  });
}
