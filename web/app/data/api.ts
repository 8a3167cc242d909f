import { type Client, createClient } from "../../../client/client.ts";
import { ApiProblem } from "../../../client/problem.ts";
import type { CallOptions } from "../../../client/transport.ts";
import type { NewUser, Session } from "../../../core/feed/schemas.ts";
import type { OwnList } from "../../../core/feed/service.ts";
import { setSession } from "../state/session.ts";
import { account } from "./account.ts";
import { fetchAndWatch } from "./watched-fetch.ts";

const newGuest = (): Client => createClient({ baseUrl: "", fetch: fetchAndWatch });
const guest = newGuest();

/**
 * The public API of our own origin, as whoever is signed in at this moment, also for what the
 * answer takes: ask for it anew at each call.
 */
export const api = (): Client => account()?.client ?? guest;

export const signIn = (handle: string): Promise<void> => enter((way) => way.signIn(handle));

/** Without demo sign-in only operators create users, and they get no session back. */
export const signUp = (user: NewUser): Promise<void> =>
  enter(async (way) => {
    const answer = await way.createUser(user);
    if ("token" in answer) return answer;
    const detail = "Your account exists. Sign in with it.";
    throw new ApiProblem({ code: "no_session", status: 200, detail });
  });

/** On a client of its own: what it learns on the way is of the person who comes in. */
async function enter(ask: (way: Client) => Promise<Session>): Promise<void> {
  const way = newGuest();
  const session = await ask(way);
  setSession(session);
  const { ticket } = way.transport;
  const entered = account();
  if (ticket !== null && entered?.userId === session.user.id)
    entered.client.transport.acceptTicket(ticket);
}

export function ownList(list: OwnList, cursor: string | undefined, call: CallOptions) {
  const { blocks, mutes, friendRequests } = api();
  const calls = { blocks, mutes, "friend-requests": friendRequests } as const satisfies Record<
    OwnList,
    unknown
  >;
  return calls[list]({ cursor }, call);
}
