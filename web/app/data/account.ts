import { Account } from "../../../client/account.ts";
import { indexedDbStore } from "../../../client/storage/indexed-db.ts";
import type { Session } from "../../../core/feed/schemas.ts";
import { MEDIA_CACHE, pagesDb } from "../../sw/contract.ts";
import { dropSession, sessionStore } from "../state/session.ts";
import { readText, writeText } from "../state/storage.ts";
import { showToast } from "../state/toasts.ts";
import { fetchAndWatch } from "./watched-fetch.ts";

let current: Account | null = null;

/**
 * Whoever is signed in at this moment; null while nobody is. What goes on for longer than a moment
 * holds on to it, and looks again before it changes a screen: that may be another's by then.
 */
export function account(): Account | null {
  follow();
  return current;
}

/** First of all who hear of a session: whoever comes after finds the account of now. */
sessionStore.subscribe(follow);

function follow(): void {
  const session = sessionStore.get();
  if (session !== null && session.user.id === current?.userId) return current.renew(session.token);
  const leaving = current;
  current = session === null ? null : open(session);
  if (leaving !== null) void forget(leaving);
}

function open({ user, token }: Session): Account {
  const ticketKey = `edgewise.ticket.${user.id}`;
  const opened: Account = new Account({
    baseUrl: "",
    userId: user.id,
    token,
    pages: indexedDbStore(pagesDb(user.id)),
    tickets: {
      load: () => readText("sessionStorage", ticketKey),
      save: (ticket) => writeText("sessionStorage", ticketKey, ticket),
    },
    nowMs: () => Date.now(),
    fetch: async (url, init) => {
      const sentWith = opened.token;
      const response = await fetchAndWatch(url, init);
      // A late answer to somebody who has left must not sign out whoever came after.
      if (response.status === 401 && opened === current && sentWith === opened.token) {
        dropSession(sentWith);
        showToast("You were signed out. Sign in again.", { tone: "error" });
      }
      return response;
    },
  });
  return opened;
}

/** When somebody leaves: nothing they read stays on the device, pictures included. */
async function forget(leaving: Account): Promise<void> {
  await leaving.leave();
  if ("caches" in window) await caches.delete(MEDIA_CACHE).catch(() => false);
}
