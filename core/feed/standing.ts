import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { ok, type Result } from "../result.ts";
import { ASSOC } from "../tao/registry.ts";
import type { Tao } from "../tao/tao.ts";
import type { Assoc, AssocType, ReadResult } from "../tao/types.ts";
import { readGroups } from "./read-groups.ts";
import type { FeedSource } from "./schemas.ts";

/** How the viewer stands to other users: the facts behind every visibility rule. */
export interface Standing {
  /** null for a visitor, who has no relations and sees public posts. */
  readonly viewer: Id | null;
  readonly follows: ReadonlySet<Id>;
  readonly friends: ReadonlySet<Id>;
  readonly blocks: ReadonlySet<Id>;
  readonly blockedBy: ReadonlySet<Id>;
  readonly mutes: ReadonlySet<Id>;
  /** The users these facts are complete for; null means everybody. */
  readonly covers: ReadonlySet<Id> | null;
}

const NOBODY: ReadonlySet<Id> = new Set();

export const VISITOR: Standing = {
  viewer: null,
  follows: NOBODY,
  friends: NOBODY,
  blocks: NOBODY,
  blockedBy: NOBODY,
  mutes: NOBODY,
  covers: null,
};

/** Why a post of `author` is in the viewer's home feed: of two reasons the closer one. */
export function sourceOf(author: Id, { viewer, friends, follows }: Standing): FeedSource {
  if (author === viewer) return "own";
  if (friends.has(author)) return "friend";
  return follows.has(author) ? "followed" : "popular";
}

/** Facts about nobody yet: `extendStanding` adds them as users turn up. */
export const standingOf = (viewer: Id | null): Standing =>
  viewer === null ? VISITOR : { ...VISITOR, viewer, covers: NOBODY };

export const idSet = (assocs: readonly Assoc[]): ReadonlySet<Id> =>
  new Set(assocs.map((assoc) => assoc.id2));

/** Facts about `users` alone: one call, on the viewer's shard. */
export async function loadStanding(
  tao: Tao,
  viewer: Id | null,
  users: readonly Id[],
): Promise<Result<Standing, Failure>> {
  const id2s = [...new Set(users)].filter((user) => user !== viewer);
  if (viewer === null || id2s.length === 0) return ok(standingOf(viewer));

  const edges = (atype: AssocType) => ({ op: "assocGet", id1: viewer, atype, id2s }) as const;
  const found = await readGroups(tao, {
    follows: [edges(ASSOC.follows)],
    friends: [edges(ASSOC.friends)],
    blocks: [edges(ASSOC.blocks)],
    blockedBy: [edges(ASSOC.blockedBy)],
    mutes: [edges(ASSOC.mutes)],
  });
  if (!found.ok) return found;
  const { follows, friends, blocks, blockedBy, mutes } = found.value;
  return ok({
    viewer,
    follows: set(follows),
    friends: set(friends),
    blocks: set(blocks),
    blockedBy: set(blockedBy),
    mutes: set(mutes),
    covers: new Set(id2s),
  });
}

/** `standing`, made to cover `users` too; costs nothing when it does already. */
export async function extendStanding(
  tao: Tao,
  standing: Standing,
  users: readonly Id[],
): Promise<Result<Standing, Failure>> {
  const { covers, viewer } = standing;
  const missing =
    covers === null ? [] : users.filter((user) => user !== viewer && !covers.has(user));
  if (missing.length === 0) return ok(standing);

  const more = await loadStanding(tao, viewer, missing);
  return more.ok ? ok(union(standing, more.value)) : more;
}

function union(a: Standing, b: Standing): Standing {
  const both = (of: (standing: Standing) => ReadonlySet<Id>) => new Set([...of(a), ...of(b)]);
  return {
    viewer: a.viewer,
    follows: both((standing) => standing.follows),
    friends: both((standing) => standing.friends),
    blocks: both((standing) => standing.blocks),
    blockedBy: both((standing) => standing.blockedBy),
    mutes: both((standing) => standing.mutes),
    covers: both((standing) => standing.covers ?? NOBODY),
  };
}

const set = (results: readonly Extract<ReadResult, { op: "assocGet" }>[]): ReadonlySet<Id> =>
  idSet(results.flatMap((result) => result.assocs));
