import { cacheReporter } from "../../../client/cache-report.ts";
import { L1Cache } from "../../../client/l1/l1-cache.ts";
import { indexedDbStore } from "../../../client/storage/indexed-db.ts";
import { MEDIA_CACHE, pagesDb } from "../../sw/contract.ts";
import { sessionStore } from "../state/session.ts";

interface Current {
  readonly userId: string;
  readonly cache: L1Cache;
  /** What it has answered since it was last told. */
  readonly report: ReturnType<typeof cacheReporter>;
}
let current: Current | null = null;

/** What this device keeps of what the signed-in person read; null while nobody is. */
export function l1(): L1Cache | null {
  const userId = sessionStore.get()?.user.id;
  if (userId === undefined) return null;
  if (current?.userId !== userId) {
    const store = indexedDbStore(pagesDb(userId));
    const cache = new L1Cache({ store, nowMs: () => Date.now() });
    const report = cacheReporter(
      () => cache.totals(),
      () => Date.now(),
    );
    current = { userId, cache, report };
  }
  return current.cache;
}

export const l1Report = () => (l1() === null ? null : (current?.report() ?? null));

/** When somebody leaves: nothing they read stays on the device, pictures included. */
export async function forgetKept(userId: string): Promise<void> {
  const leaving = current?.userId === userId ? current.cache : null;
  current = null;
  const cache =
    leaving ?? new L1Cache({ store: indexedDbStore(pagesDb(userId)), nowMs: () => Date.now() });
  await cache.clear();
  if ("caches" in window) await caches.delete(MEDIA_CACHE).catch(() => false);
}
