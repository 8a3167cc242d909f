import { createClient } from "../../../client/client.ts";
import { ApiProblem } from "../../../client/problem.ts";
import type { CallOptions } from "../../../client/transport.ts";
import type { NewUser, Session } from "../../../core/feed/schemas.ts";
import type { OwnList } from "../../../core/feed/service.ts";
import { fetchWithProgress, progressOf } from "../composer/upload-fetch.ts";
import { noteAnswer } from "../state/online.ts";
import { sessionToken, setSession } from "../state/session.ts";
import { readText, writeText } from "../state/storage.ts";
import { showToast } from "../state/toasts.ts";
import { l1, l1Report } from "./device.ts";

const TICKET_KEY = "edgewise.ticket";

/** The public API of our own origin, as whoever is signed in. */
export const api = createClient({
  baseUrl: "",
  token: sessionToken,
  fetch: fetchAndWatch,
  cache: l1,
  cacheReport: l1Report,
  ticketStore: {
    load: () => readText("sessionStorage", TICKET_KEY),
    save: (ticket) => writeText("sessionStorage", TICKET_KEY, ticket),
  },
});

/** A token that is no longer good leads back to the way in. */
async function fetchAndWatch(url: string, init: RequestInit): Promise<Response> {
  const token = sessionToken();
  const progress = progressOf(init.body);
  const sent = progress === undefined ? fetch(url, init) : fetchWithProgress(url, init, progress);
  const response = await sent.catch((error: unknown) => {
    // A call that its own page gave up says nothing about the connection.
    if (init.signal?.aborted !== true) noteAnswer(false);
    throw error;
  });
  noteAnswer(true);
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

const OWN_LIST_CALLS = {
  blocks: api.blocks,
  mutes: api.mutes,
  "friend-requests": api.friendRequests,
} as const satisfies Record<OwnList, unknown>;

export const ownList = (list: OwnList, cursor: string | undefined, call: CallOptions) =>
  OWN_LIST_CALLS[list]({ cursor }, call);
