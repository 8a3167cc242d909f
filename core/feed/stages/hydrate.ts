import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Call, Outcome } from "../call.ts";
import { readPosts, readUsers } from "../reader.ts";
import type { ReactionKind, User } from "../schemas.ts";
import { optional, required } from "../stage.ts";
import { extendStanding, type Standing } from "../standing.ts";
import { reactionKind, type StoredPost } from "../views.ts";
import type { RecentReactions } from "./home-viewer.ts";
import type { Candidate } from "./sources.ts";

/** What the rules and the rendering of some candidates need, all of it read. */
export interface World {
  readonly standing: Standing;
  readonly users: ReadonlyMap<Id, User>;
  /** Reposted and quoted posts. */
  readonly originals: ReadonlyMap<Id, StoredPost>;
  readonly reactions: ReadonlyMap<Id, ReactionKind>;
  /** False where older reactions could not be read: the page shows none. */
  readonly knowsReactions: boolean;
}

export interface Known {
  readonly standing: Standing;
  readonly users: ReadonlyMap<Id, User>;
  readonly reactions: RecentReactions;
}

/** For pages that start without the viewer's reactions: each post is asked about. */
export const NO_REACTIONS: RecentReactions = { kinds: new Map(), completeAfterMs: Infinity };

/**
 * Reads what candidates embed: first the originals, beside the viewer's older reactions;
 * then the authors that nobody has read yet and how the viewer stands to them. Nothing is
 * read that is known, so most pages end here at once. Originals, authors and relations
 * fail closed, reactions fail open (the page shows none).
 */
export async function hydrate(
  call: Call,
  candidates: readonly Candidate[],
  known: Known,
): Outcome<World> {
  const originalIds = [...new Set(candidates.flatMap(({ original }) => original ?? []))];
  const [originals, older] = await Promise.all([
    originalIds.length === 0
      ? ok<ReadonlyMap<Id, StoredPost>>(new Map())
      : required(call, () => readPosts(call.tao, originalIds)),
    olderReactions(call, candidates, known.reactions),
  ]);
  if (!originals.ok) return originals;

  const posts = [...candidates.flatMap(({ post }) => post ?? []), ...originals.value.values()];
  const authors = [...new Set(posts.map((post) => post.author))];
  const people = await required(call, () => readPeople(call, authors, known));
  if (!people.ok) return people;
  return ok({
    ...people.value,
    originals: originals.value,
    reactions: new Map([...known.reactions.kinds, ...(older ?? [])]),
    knowsReactions: older !== null,
  });
}

async function readPeople(
  call: Call,
  authors: readonly Id[],
  known: Known,
): Promise<Result<Pick<World, "users" | "standing">, Failure>> {
  const unread = authors.filter((author) => !known.users.has(author));
  const [users, standing] = await Promise.all([
    readUsers(call.tao, unread),
    extendStanding(call.tao, known.standing, authors),
  ]);
  if (!users.ok) return users;
  if (!standing.ok) return standing;
  return ok({ users: new Map([...known.users, ...users.value]), standing: standing.value });
}

/**
 * The viewer's reactions to posts that the newest reactions do not reach back to; null when they
 * could not be read. How old
 * an original is, is not known yet: it is asked about whenever there are older reactions.
 */
async function olderReactions(
  call: Call,
  candidates: readonly Candidate[],
  { completeAfterMs }: RecentReactions,
): Promise<ReadonlyMap<Id, ReactionKind> | null> {
  const { viewer } = call;
  const id2s = candidates.flatMap(({ post, original }) => [
    ...(post !== null && post.payload.createdAtMs <= completeAfterMs ? [post.id] : []),
    ...(original !== null && completeAfterMs > -Infinity ? [original] : []),
  ]);
  if (viewer === null || id2s.length === 0) return new Map();

  const read = { op: "assocGet", id1: viewer, atype: ASSOC.likes, id2s } as const;
  const found = await optional(call, "reactions", LIMITS.feedOptionalBudgetMs, () =>
    call.tao.read([read]),
  );
  return found && new Map(found[0].assocs.map((edge) => [edge.id2, reactionKind(edge.data)]));
}
