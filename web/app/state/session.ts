import type { Session, User } from "../../../core/feed/schemas.ts";
import { createStore } from "./store.ts";
import { readJson, writeText } from "./storage.ts";

const KEY = "edgewise.session";

/**
 * The token sits in localStorage, so a script that got into our origin could read it.
 * The content security policy lets no foreign script in and no text becomes markup; for
 * demo users that is enough. A deployment with its own issuer should hand out a cookie.
 */
function load(): Session | null {
  const session = readJson<Session>("localStorage", KEY);
  return session !== null && session.expiresAtMs > Date.now() ? session : null;
}

export const sessionStore = createStore<Session | null>(load());

/** Another tab signed out, or in as somebody else: this one does the same. */
export function followOtherTabs(): void {
  addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) sessionStore.set(load());
  });
}

export function setSession(session: Session | null): void {
  writeText("localStorage", KEY, session === null ? null : JSON.stringify(session));
  sessionStore.set(session);
}

/** Keeps the signed-in user's own face current after an edit, if they are still there. */
export function setSessionUser(user: User): void {
  const session = load();
  if (session?.user.id === user.id) setSession({ ...session, user });
}

/** Ends the session of that token; another tab may have begun one that goes on. */
export function dropSession(token: string): void {
  const session = load();
  if (session === null || session.token === token) setSession(null);
  else sessionStore.set(session);
}
