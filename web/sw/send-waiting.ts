import { createClient } from "../../client/client.ts";
import { L1Cache } from "../../client/l1/l1-cache.ts";
import { indexedDbStore } from "../../client/storage/indexed-db.ts";
import { browserOutbox } from "./browser-outbox.ts";
import { SESSION_KEY, WORKER_DB, type WorkerSession, pagesDb } from "./contract.ts";

const nowMs = (): number => Date.now();

/**
 * Sends what waits, as the app would: also when its last page is closed. Alone among all pages,
 * by the same lock. @throws when something still waits, so that the browser tries again later.
 */
export async function sendWaiting(): Promise<void> {
  const session = await indexedDbStore(WORKER_DB).get<WorkerSession>(SESSION_KEY);
  if (session === undefined || session.expiresAtMs <= nowMs()) return;
  const cache = new L1Cache({ store: indexedDbStore(pagesDb(session.userId)), nowMs });
  const client = createClient({
    baseUrl: "",
    token: () => session.token,
    cache: () => cache,
  });
  // The browser wakes the worker again by itself.
  const own = { later: () => undefined, online: () => true };
  const { outbox, close } = browserOutbox(session.userId, client.transport, own);
  await outbox.kick();
  await close(false);
  if (outbox.items.some((item) => item.state !== "failed")) throw new Error("still waiting");
}
