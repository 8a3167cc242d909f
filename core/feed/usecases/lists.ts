import { formatId, type Id } from "../../ids.ts";
import { LISTED_ROOT } from "../directory.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { AssocType, ListCursor } from "../../tao/types.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import { hide, show } from "../paging.ts";
import { readUsers } from "../reader.ts";
import type { UserPage } from "../schemas.ts";
import type { OwnList, PageRequest, UserList } from "../service.ts";
import { required } from "../stage.ts";
import { loadStanding, type Standing } from "../standing.ts";
import { hiddenUser, type HideRule } from "../visibility.ts";
import { pagedList } from "./paged-list.ts";
import { visibleUser } from "./people.ts";

interface UserSource {
  readonly kind: string;
  readonly id1: Id;
  readonly atype: AssocType;
  /** The rule that keeps a user off this list, for this viewer. */
  readonly rule: (user: Id, standing: Standing) => HideRule | null;
}

const USER_LISTS: Record<UserList, AssocType> = {
  followers: ASSOC.followedBy,
  following: ASSOC.follows,
  friends: ASSOC.friends,
};

/** Followers, followed and friends of a user, newest first, without whom a block hides. */
export async function users(
  call: Call,
  user: string,
  list: UserList,
  page: PageRequest,
): Outcome<UserPage> {
  const owner = await required(call, () => visibleUser(call, user));
  if (!owner.ok) return owner;
  const { id } = owner.value;
  const kind = `${list}-${formatId(id)}`;
  return userPage(call, { kind, id1: id, atype: USER_LISTS[list], rule: hiddenUser }, page);
}

const OWN_LISTS: Record<OwnList, Pick<UserSource, "atype" | "rule">> = {
  // Whom the viewer blocked must stay reachable, to be unblocked.
  blocks: { atype: ASSOC.blocks, rule: () => null },
  mutes: { atype: ASSOC.mutes, rule: hiddenUser },
  // A request that was accepted a moment ago may still lie here.
  "friend-requests": {
    atype: ASSOC.requestedBy,
    rule: (user, standing) =>
      standing.friends.has(user) ? "duplicate" : hiddenUser(user, standing),
  },
};

/** Lists that nobody but their owner sees. */
export async function ownList(call: Call, list: OwnList, page: PageRequest): Outcome<UserPage> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  return userPage(call, { kind: list, id1: viewer.value, ...OWN_LISTS[list] }, page);
}

/** People to meet: listed, and not yet followed by the viewer. One page, newest first. */
export async function suggested(call: Call, limit: number): Outcome<UserPage> {
  const isKnown = (user: Id, standing: Standing) =>
    user === call.viewer || standing.follows.has(user) || standing.friends.has(user);
  const rule = (user: Id, standing: Standing): HideRule | null =>
    isKnown(user, standing) ? "duplicate" : hiddenUser(user, standing);
  const source = { kind: "suggested", id1: LISTED_ROOT, atype: ASSOC.listed, rule };
  const page = await userPage(call, source, { limit, cursor: undefined });
  return page.ok ? ok({ ...page.value, cursor: null }) : page;
}

const userPage = (call: Call, source: UserSource, request: PageRequest): Outcome<UserPage> =>
  pagedList(call, source.kind, request, (after, limit) => fetchUsers(call, source, after, limit));

async function fetchUsers(
  call: Call,
  { id1, atype, rule }: UserSource,
  after: ListCursor | null,
  limit: number,
) {
  const found = await call.tao.read([{ op: "assocRange", id1, atype, after, limit }]);
  if (!found.ok) return found;
  const { assocs, more } = found.value[0];
  const ids = assocs.map((edge) => edge.id2);
  const [people, standing] = await Promise.all([
    readUsers(call.tao, ids),
    loadStanding(call.tao, call.viewer, ids),
  ]);
  if (!people.ok) return people;
  if (!standing.ok) return standing;

  const entries = assocs.map(({ timeMs, id2 }) => {
    const user = people.value.get(id2);
    const at = { timeMs, id2 };
    if (user === undefined) return { at, ...hide("deleted") };
    const hidden = rule(id2, standing.value);
    return { at, ...(hidden === null ? show(user) : hide(hidden)) };
  });
  return ok({ entries, more });
}
