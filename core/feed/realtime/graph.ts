import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import { ASSOC, OBJECT } from "../../tao/registry.ts";
import type { Tao } from "../../tao/tao.ts";
import { readGroups } from "../read-groups.ts";
import { readPosts } from "../reader.ts";
import type { Audience } from "../schemas.ts";
import { idSet, type Standing } from "../standing.ts";
import { type PostCounts, type StoredPost, storedPost, toId } from "../views.ts";
import { hiddenBy } from "../visibility.ts";
import type { AudienceOf } from "./audiences.ts";
import { type Original, ratings, type Reach, reach, type Spreading, within } from "./reach.ts";

export interface SeenPost {
  readonly author: Id;
  readonly counts: PostCounts;
  /** What it reposts: seen only as long as that may be. */
  readonly original: Original | null;
}

/** What a bucket of sockets asks the graph. */
export interface RealtimeGraph {
  /** Those of `viewers` whose feed shows a new post. Fails closed, as a whole. */
  reach(
    post: Spreading,
    viewers: readonly Id[],
    audienceOf: AudienceOf,
  ): Promise<Result<Reach, Failure>>;
  /** Those of `viewers` who may see a post that was just given this audience. */
  within(
    post: Id,
    audience: Audience,
    viewers: readonly Id[],
  ): Promise<Result<ReadonlySet<Id>, Failure>>;
  /** Of each viewer's posts those that they may see. Fails closed, as a whole. */
  visible(
    wanted: ReadonlyMap<Id, ReadonlySet<Id>>,
    audienceOf: AudienceOf,
  ): Promise<Result<ReadonlyMap<Id, ReadonlyMap<Id, SeenPost>>, Failure>>;
}

/** @param taoFor a graph for one question, with a deadline in so many ms. */
export const realtimeGraph = (taoFor: (budgetMs: number) => Tao): RealtimeGraph => ({
  reach: (post, viewers, audienceOf) =>
    reach(taoFor(LIMITS.socketLookupMs), post, viewers, audienceOf),
  within: (post, audience, viewers) =>
    within(taoFor(LIMITS.socketNarrowMs), post, audience, viewers),
  visible: (wanted, audienceOf) => visible(taoFor(LIMITS.socketLookupMs), wanted, audienceOf),
});

/** The rules of a post's own page, on the whole chain: the post, and what it reposts. Three waves at most. */
async function visible(
  tao: Tao,
  wanted: ReadonlyMap<Id, ReadonlySet<Id>>,
  audienceOf: AudienceOf,
): Promise<Result<ReadonlyMap<Id, ReadonlyMap<Id, SeenPost>>, Failure>> {
  const posts = await readPosts(tao, [...new Set([...wanted.values()].flatMap((ids) => [...ids]))]);
  if (!posts.ok) return posts;
  const originals = await originalsOf(tao, [...posts.value.values()]);
  if (!originals.ok) return originals;

  const chainOf = (post: StoredPost): readonly StoredPost[] | null => {
    const original = repostedBy(post);
    if (original === null) return [post];
    const reposted = originals.value.get(original);
    return reposted === undefined ? null : [post, reposted];
  };
  const chains = new Map(
    [...posts.value.values()].flatMap((post) => {
      const chain = chainOf(post);
      return chain === null ? [] : [[post.id, chain] as const];
    }),
  );
  const authorsFor = (ids: ReadonlySet<Id>) => [
    ...new Set([...ids].flatMap((id) => chains.get(id)?.map(({ author }) => author) ?? [])),
  ];
  const standings = await standingsOf(
    tao,
    [...wanted].map(([viewer, ids]) => [viewer, authorsFor(ids)] as const),
  );
  if (!standings.ok) return standings;
  return ok(
    new Map(
      [...wanted].map(([viewer, ids]) => {
        const standing = standings.value.get(viewer);
        const seen = new Map<Id, SeenPost>();
        for (const id of ids) {
          const chain = chains.get(id);
          const post = chain?.[0];
          if (chain === undefined || post === undefined || standing === undefined) continue;
          const isVisible = chain.every((one) =>
            ratings(rated(one), audienceOf(one.id)).every(
              (rating) => hiddenBy(rating, standing, "direct") === null,
            ),
          );
          if (isVisible) seen.set(id, seenPost(post, chain[1]));
        }
        return [viewer, seen] as const;
      }),
    ),
  );
}

const seenPost = ({ author, counts }: StoredPost, original: StoredPost | undefined): SeenPost => ({
  author,
  counts,
  original: original === undefined ? null : { post: original.id, author: original.author },
});

const rated = ({ author, payload }: StoredPost) => ({ author, audience: payload.audience });
const repostedBy = ({ payload }: StoredPost): Id | null =>
  payload.repostOf === undefined ? null : toId(payload.repostOf);

async function originalsOf(
  tao: Tao,
  posts: readonly StoredPost[],
): Promise<Result<ReadonlyMap<Id, StoredPost>, Failure>> {
  const ids = [...new Set(posts.flatMap((post) => repostedBy(post) ?? []))];
  const found = await readGroups(tao, {
    objects: ids.map((id) => ({ op: "objGet", id }) as const),
  });
  if (!found.ok) return found;
  const none = { reactions: 0, comments: 0, reposts: 0 };
  return ok(
    new Map(
      found.value.objects.flatMap(({ object }) =>
        object?.otype === OBJECT.post
          ? [[object.id, storedPost(object.id, object.data, none)] as const]
          : [],
      ),
    ),
  );
}

/** How each viewer stands to these users, all in one wave. */
async function standingsOf(
  tao: Tao,
  asked: readonly (readonly [viewer: Id, users: readonly Id[]])[],
): Promise<Result<ReadonlyMap<Id, Standing>, Failure>> {
  const TYPES = [ASSOC.follows, ASSOC.friends, ASSOC.blocks, ASSOC.blockedBy] as const;
  const found = await readGroups(tao, {
    edges: asked.flatMap(([viewer, id2s]) =>
      TYPES.map((atype) => ({ op: "assocGet", id1: viewer, atype, id2s }) as const),
    ),
  });
  if (!found.ok) return found;
  return ok(
    new Map(
      asked.map(([viewer, users], index) => {
        const sets = TYPES.map((_, place) =>
          idSet(found.value.edges[index * TYPES.length + place]?.assocs ?? []),
        );
        const [follows = NOBODY, friends = NOBODY, blocks = NOBODY, blockedBy = NOBODY] = sets;
        const covers = new Set(users);
        return [viewer, { viewer, follows, friends, blocks, blockedBy, mutes: NOBODY, covers }];
      }),
    ),
  );
}

const NOBODY: ReadonlySet<Id> = new Set();
