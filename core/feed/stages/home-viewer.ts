import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Tao } from "../../tao/tao.ts";
import type { Assoc, AssocType, ListCursor } from "../../tao/types.ts";
import type { Call, Outcome } from "../call.ts";
import { type RankContext, rankContext } from "../ranked/context.ts";
import type { ReactionKind, Settings } from "../schemas.ts";
import { required } from "../stage.ts";
import { idSet, type Standing } from "../standing.ts";
import { DEFAULT_SETTINGS, parseSettings, reactionKind } from "../views.ts";

/** The viewer's newest reactions. */
export interface RecentReactions {
  readonly kinds: ReadonlyMap<Id, ReactionKind>;
  /** They are complete for posts newer than this, Unix ms: nobody reacts before there is a post. */
  readonly completeAfterMs: number;
}

export interface HomeViewer {
  readonly standing: Standing;
  readonly settings: Settings;
  readonly reactions: RecentReactions;
  /** What scores need to know. */
  readonly ranking: RankContext;
  /** Whose posts the home feed merges. */
  readonly authors: readonly Id[];
}

/**
 * Everything about the viewer that a home page needs: one call, on the viewer's shard.
 * Fails closed: without the blocks a page could show what it must not.
 */
export const loadHomeViewer = (call: Call, viewer: Id): Outcome<HomeViewer> =>
  required(call, () => load(call.tao, viewer, call.clock.nowMs()));

async function load(tao: Tao, viewer: Id, nowMs: number): Outcome<HomeViewer> {
  const list = (atype: AssocType, limit: number = LIMITS.listEntriesMax) =>
    ({ op: "assocRange", id1: viewer, atype, after: null, limit }) as const;
  const lists = await tao.read([
    list(ASSOC.follows),
    list(ASSOC.friends),
    list(ASSOC.blocks),
    list(ASSOC.blockedBy),
    list(ASSOC.mutes),
    list(ASSOC.likes, LIMITS.viewerReactionsMax),
    { op: "assocGet", id1: viewer, atype: ASSOC.settings, id2s: [viewer] },
    { op: "assocGet", id1: viewer, atype: ASSOC.seen, id2s: [viewer] },
    list(ASSOC.feedback, LIMITS.feedbackRead),
  ]);
  if (!lists.ok) return lists;
  const [follows, friends, blocks, blockedBy, mutes, likes, settings, seen, feedback] = lists.value;

  const allFollows = await restOf(tao, viewer, ASSOC.follows, follows);
  if (!allFollows.ok) return allFollows;
  const partial = {
    viewer,
    follows: idSet(allFollows.value),
    friends: idSet(friends.assocs),
    blocks: idSet(blocks.assocs),
    blockedBy: idSet(blockedBy.assocs),
    mutes: idSet(mutes.assocs),
    covers: null,
  };
  const standing = blockedBy.more ? await askBlockedBy(tao, partial) : ok(partial);
  if (!standing.ok) return standing;

  const saved = settings.assocs[0];
  return ok({
    standing: standing.value,
    settings: saved === undefined ? DEFAULT_SETTINGS : parseSettings(saved.data),
    reactions: recentReactions(likes),
    ranking: rankContext(seen.assocs, feedback.assocs, nowMs),
    authors: authorsOf(viewer, standing.value),
  });
}

/** Follows and friends and the viewer, without whom a block or a mute takes out. */
export function authorsOf(viewer: Id, standing: Standing): readonly Id[] {
  const { follows, friends, blocks, blockedBy, mutes } = standing;
  const others = [...new Set([...follows, ...friends])].filter(
    (id) => !blocks.has(id) && !blockedBy.has(id) && !mutes.has(id) && id !== viewer,
  );
  return [viewer, ...others];
}

/** A list's first page and, for the few whose list is longer than one, the others. */
async function restOf(
  tao: Tao,
  id1: Id,
  atype: AssocType,
  first: { readonly assocs: readonly Assoc[]; readonly more: boolean },
): Promise<Result<readonly Assoc[], Failure>> {
  const assocs = [...first.assocs];
  let { more } = first;
  while (more) {
    const last: ListCursor | null = assocs.at(-1) ?? null;
    const page = await tao.read([
      { op: "assocRange", id1, atype, after: last, limit: LIMITS.listEntriesMax },
    ]);
    if (!page.ok) return page;
    const [next] = page.value;
    assocs.push(...next.assocs);
    more = next.more && next.assocs.length > 0;
  }
  return ok(assocs);
}

/**
 * Being blocked has no bound, so a list longer than a page is not fetched but asked, about
 * everybody who may be in this feed. Others who turn up in it are asked about as they do.
 */
async function askBlockedBy(tao: Tao, standing: Standing): Promise<Result<Standing, Failure>> {
  const { viewer } = standing;
  if (viewer === null) return ok(standing);
  const id2s = [...new Set([...standing.follows, ...standing.friends])];
  const asked = await tao.read([{ op: "assocGet", id1: viewer, atype: ASSOC.blockedBy, id2s }]);
  if (!asked.ok) return asked;
  return ok({ ...standing, blockedBy: idSet(asked.value[0].assocs), covers: new Set(id2s) });
}

function recentReactions(likes: {
  readonly assocs: readonly Assoc[];
  readonly more: boolean;
}): RecentReactions {
  return {
    kinds: new Map(likes.assocs.map((edge) => [edge.id2, reactionKind(edge.data)])),
    completeAfterMs: likes.more ? (likes.assocs.at(-1)?.timeMs ?? Infinity) : -Infinity,
  };
}
