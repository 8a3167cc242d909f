import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import { ASSOC, OBJECT } from "../../tao/registry.ts";
import type { Tao } from "../../tao/tao.ts";
import type { Assoc, ReadResult, TaoObject } from "../../tao/types.ts";
import { readGroups } from "../read-groups.ts";
import { ruleOn } from "../stages/filter.ts";
import type { Audience } from "../schemas.ts";
import { idSet, type Standing } from "../standing.ts";
import { type PostPayload, toId } from "../views.ts";
import { hiddenBy, type Rated } from "../visibility.ts";
import type { AudienceOf } from "./audiences.ts";

/** What a repost shows. */
export interface Original {
  readonly post: Id;
  readonly author: Id;
}

/** A post that fan-out tells of. */
export interface Spreading {
  readonly post: Id;
  readonly author: Id;
  /** By the author's leader the viewers are those whom it is for; otherwise they are whoever is here. */
  readonly isNamed: boolean;
}

export interface Reach {
  /** Those whose home feed shows the post. */
  readonly viewers: ReadonlySet<Id>;
  readonly original: Original | null;
}

const NOBODY: Reach = { viewers: new Set(), original: null };

/**
 * Whose home feed takes a new post, by the rules of that feed. What can be asked at the author's
 * shard is asked there, in one call for all viewers; mutes alone have no inverse, so those are
 * asked at the viewers' shards, of whoever is left.
 */
export async function reach(
  tao: Tao,
  { post, author, isNamed }: Spreading,
  viewers: readonly Id[],
  audienceOf: AudienceOf,
): Promise<Result<Reach, Failure>> {
  if (viewers.length === 0) return ok(NOBODY);
  const first = await readGroups(tao, {
    post: [{ op: "objGet", id: post }],
    edges: edgesAbout(author, viewers),
  });
  if (!first.ok) return first;
  const payload = payloadOf(first.value.post[0]?.object ?? null);
  // One that was named is told of a post that this region's follower lacks, or has as it was before.
  if (payload === null && !isNamed) return ok(NOBODY);
  const audience = isNamed || payload === null ? "public" : payload.audience;
  const own = ratings({ author, audience }, audienceOf(post));
  const facts = new Facts();
  facts.add(author, first.value.edges);
  const near = viewers.filter(
    (viewer) =>
      (isNamed || facts.hasSource(author, viewer)) &&
      own.every((rating) => shows(rating, null, facts.standing(viewer))),
  );
  if (near.length === 0) return ok(NOBODY);

  const reposted = payload?.repostOf === undefined ? null : toId(payload.repostOf);
  const found = reposted === null ? ok(null) : await ratedPost(tao, reposted);
  if (!found.ok) return found;
  const original = found.value;
  if (reposted !== null && original === null) return ok(NOBODY);
  const authors = original === null ? [author] : [...new Set([author, original.author])];
  const rest = await readGroups(tao, {
    edges: original === null ? [] : edgesAbout(original.author, near),
    mutes: near.map(
      (viewer) => ({ op: "assocGet", id1: viewer, atype: ASSOC.mutes, id2s: authors }) as const,
    ),
  });
  if (!rest.ok) return rest;
  if (original !== null) facts.add(original.author, rest.value.edges);
  for (const [index, viewer] of near.entries())
    facts.addMutes(viewer, rest.value.mutes[index]?.assocs ?? []);

  const shown =
    reposted === null || original === null ? [null] : ratings(original, audienceOf(reposted));
  const reached = near.filter((viewer) => {
    const standing = facts.standing(viewer);
    return own.every((rating) => shown.every((inner) => shows(rating, inner, standing)));
  });
  return ok({
    viewers: new Set(reached),
    original:
      reposted === null || original === null ? null : { post: reposted, author: original.author },
  });
}

/**
 * Who may see a post that was just given another audience, by its author's side: two calls of one
 * shard, however many viewers. A follower may have the audience before: both must let them.
 */
export async function within(
  tao: Tao,
  post: Id,
  audience: Audience,
  viewers: readonly Id[],
): Promise<Result<ReadonlySet<Id>, Failure>> {
  const found = await ratedPost(tao, post);
  if (!found.ok) return found;
  const stored = found.value;
  if (stored === null) return ok(NO_IDS);
  const { author } = stored;
  const about = await readGroups(tao, { edges: edgesAbout(author, viewers) });
  if (!about.ok) return about;
  const facts = new Facts();
  facts.add(author, about.value.edges);
  const rated = ratings(stored, audience);
  return ok(
    new Set(
      viewers.filter((viewer) =>
        rated.every((one) => hiddenBy(one, facts.standing(viewer), "direct") === null),
      ),
    ),
  );
}

/** A post as the graph has it, and as fan-out told of it: it is for those who may see both. */
export const ratings = (stored: Rated, told: Audience | null): readonly Rated[] =>
  told === null ? [stored] : [stored, { ...stored, audience: told }];

function shows(post: Rated, original: Rated | null, standing: Standing): boolean {
  const embeds = original === null ? "nothing" : "repost";
  return ruleOn({ post, embeds, original }, standing, "home").rule === null;
}

async function ratedPost(tao: Tao, id: Id): Promise<Result<Rated | null, Failure>> {
  const found = await tao.read([{ op: "objGet", id }]);
  if (!found.ok) return found;
  const payload = payloadOf(found.value[0].object);
  return ok(payload && { author: toId(payload.authorId), audience: payload.audience });
}

const payloadOf = (object: TaoObject | null): PostPayload | null =>
  object?.otype === OBJECT.post ? (JSON.parse(object.data) as PostPayload) : null;

/** From a user's side: who follows them, is their friend, is blocked by them, blocks them. */
const SIDES = [ASSOC.followedBy, ASSOC.friends, ASSOC.blocks, ASSOC.blockedBy] as const;

function edgesAbout(user: Id, viewers: readonly Id[]) {
  const chunks: (readonly Id[])[] = [];
  for (let from = 0; from < viewers.length; from += LIMITS.readsPerCallMax)
    chunks.push(viewers.slice(from, from + LIMITS.readsPerCallMax));
  return SIDES.flatMap((atype) =>
    chunks.map((id2s) => ({ op: "assocGet", id1: user, atype, id2s }) as const),
  );
}

/** How viewers stand to one or two users, as read from those users' side. */
class Facts {
  readonly #sides = new Map<Id, readonly ReadonlySet<Id>[]>();
  readonly #mutes = new Map<Id, ReadonlySet<Id>>();

  /** @param edges answers to `edgesAbout(user, …)`. */
  add(user: Id, edges: readonly Extract<ReadResult, { op: "assocGet" }>[]): void {
    const perSide = edges.length / SIDES.length;
    this.#sides.set(
      user,
      SIDES.map((_, side) =>
        idSet(
          edges.slice(side * perSide, (side + 1) * perSide).flatMap(({ assocs }) => [...assocs]),
        ),
      ),
    );
  }

  addMutes(viewer: Id, mutes: readonly Assoc[]): void {
    if (mutes.length > 0) this.#mutes.set(viewer, idSet(mutes));
  }

  /** Whether the viewer's feed merges the user's posts. */
  hasSource(user: Id, viewer: Id): boolean {
    const [followers, friends] = this.#sides.get(user) ?? [];
    return followers?.has(viewer) === true || friends?.has(viewer) === true;
  }

  standing(viewer: Id): Standing {
    const users = (side: number): ReadonlySet<Id> =>
      new Set(
        [...this.#sides].flatMap(([user, sides]) => (sides[side]?.has(viewer) ? [user] : [])),
      );
    return {
      viewer,
      follows: users(0),
      friends: users(1),
      blockedBy: users(2),
      blocks: users(3),
      mutes: this.#mutes.get(viewer) ?? NO_IDS,
      covers: new Set(this.#sides.keys()),
    };
  }
}

const NO_IDS: ReadonlySet<Id> = new Set();
