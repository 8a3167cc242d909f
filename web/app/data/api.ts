import { createClient } from "../../../client/client.ts";
import { ApiProblem } from "../../../client/problem.ts";
import type { NewUser, ReactionKind, Session } from "../../../core/feed/schemas.ts";
import type { OwnList, Reactable, Relation } from "../../../core/feed/service.ts";
import { sessionToken, setSession } from "../state/session.ts";
import { readText, writeText } from "../state/storage.ts";
import { showToast } from "../state/toasts.ts";

const TICKET_KEY = "edgewise.ticket";

/** The public API of our own origin, as whoever is signed in. */
export const api = createClient({
  baseUrl: "",
  token: sessionToken,
  fetch: fetchAndWatch,
  ticketStore: {
    load: () => readText("sessionStorage", TICKET_KEY),
    save: (ticket) => writeText("sessionStorage", TICKET_KEY, ticket),
  },
});

/** A token that is no longer good leads back to the way in. */
async function fetchAndWatch(url: string, init: RequestInit): Promise<Response> {
  const token = sessionToken();
  const response = await fetch(url, init);
  // A late answer to somebody who has left must not sign out whoever came after.
  if (response.status === 401 && token !== null && token === sessionToken()) {
    setSession(null);
    showToast("You were signed out. Sign in again.", { tone: "error" });
  }
  return response;
}

/** Without demo sign-in only operators create users, and they get no session back. */
export async function signUp(user: NewUser): Promise<Session> {
  const answer = await api.createUser(user);
  if ("token" in answer) return answer;
  const detail = "Your account exists. Sign in with it.";
  throw new ApiProblem({ code: "no_session", status: 200, detail });
}

const RELATION_CALLS = {
  follow: [api.unfollow, api.follow],
  friend: [api.unfriend, api.befriend],
  block: [api.unblock, api.block],
  mute: [api.unmute, api.mute],
} as const satisfies Record<Relation, unknown>;

export const setRelation = (user: string, relation: Relation, on: boolean) =>
  RELATION_CALLS[relation][on ? 1 : 0](user);

const OWN_LIST_CALLS = {
  blocks: api.blocks,
  mutes: api.mutes,
  "friend-requests": api.friendRequests,
} as const satisfies Record<OwnList, unknown>;

export const ownList = (list: OwnList, cursor: string | undefined) =>
  OWN_LIST_CALLS[list]({ cursor });

/** `kind` null takes the reaction back. */
export function react(on: Reactable, id: string, kind: ReactionKind | null) {
  if (on === "post") return kind === null ? api.unreactToPost(id) : api.reactToPost(id, kind);
  return kind === null ? api.unreactToComment(id) : api.reactToComment(id, kind);
}
