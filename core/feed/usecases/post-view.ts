import { parseId, type Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import { type Call, notFound, type Outcome } from "../call.ts";
import { readPosts } from "../reader.ts";
import type { Post } from "../schemas.ts";
import { required } from "../stage.ts";
import { hydrate, NO_REACTIONS } from "../stages/hydrate.ts";
import { judge } from "../stages/filter.ts";
import { candidate } from "../stages/sources.ts";
import { type Standing, standingOf } from "../standing.ts";
import type { StoredPost } from "../views.ts";

export interface VisiblePost {
  readonly stored: StoredPost;
  readonly view: Post;
  /** Covers the post's author and the author of what it embeds. */
  readonly standing: Standing;
}

/**
 * A post that the viewer may see, by the rules of the feed. `not_found` for every other,
 * whatever the reason; everything about a post (comments, reactions) goes through here.
 */
export async function visiblePost(call: Call, text: string): Outcome<VisiblePost> {
  const id = parseId(text);
  return id === null ? notFound("post") : visiblePostOf(call, id);
}

export async function visiblePostOf(call: Call, id: Id): Outcome<VisiblePost> {
  const posts = await required(call, () => readPosts(call.tao, [id]));
  if (!posts.ok) return posts;
  const stored = posts.value.get(id);
  if (stored === undefined) return notFound("post");

  const at = { timeMs: stored.payload.createdAtMs, id2: id };
  const entry = candidate(at, stored);
  const known = { standing: standingOf(call.viewer), users: new Map(), reactions: NO_REACTIONS };
  const world = await hydrate(call, [entry], known);
  if (!world.ok) return world;
  const verdict = judge(entry, world.value, "direct");
  return verdict.rule === null
    ? ok({ stored, view: verdict.item, standing: world.value.standing })
    : notFound("post");
}
