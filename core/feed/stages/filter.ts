import type { Id } from "../../ids.ts";
import { hide, show, type Verdict } from "../paging.ts";
import type { EmbeddedPost, Post } from "../schemas.ts";
import { embeddedView, postView, type StoredPost } from "../views.ts";
import { hiddenBy, type Surface } from "../visibility.ts";
import type { World } from "./hydrate.ts";
import type { Candidate } from "./sources.ts";

/**
 * Applies the rules to the whole chain: the post, its author, and what it embeds. A
 * repost of something hidden is hidden; a quote of it stays, without it.
 */
export function judge(
  { post, original }: Candidate,
  world: World,
  surface: Surface,
): Verdict<Post> {
  const author = post === null ? undefined : world.users.get(post.author);
  if (post === null || author === undefined) return hide("deleted");
  const rule = hiddenBy(rated(post), world.standing, surface);
  if (rule !== null) return hide(rule);

  const reaction = world.reactions.get(post.id) ?? null;
  if (original === null) return show(postView({ post, author, reaction }));
  const embedded = embed(original, world, surface);
  if (post.payload.repostOf === undefined) {
    return show(postView({ post, author, reaction, quoteOf: embedded.item }));
  }
  if (embedded.rule !== null) return embedded;
  return show(postView({ post, author, reaction, repostOf: embedded.item }));
}

function embed(id: Id, world: World, surface: Surface): Verdict<EmbeddedPost> {
  const post = world.originals.get(id);
  const author = post === undefined ? undefined : world.users.get(post.author);
  if (post === undefined || author === undefined) return hide("original");
  const rule = hiddenBy(rated(post), world.standing, surface);
  if (rule === null) return show(embeddedView(post, author, world.reactions.get(id) ?? null));
  // The viewer's own choices keep their name; others' choices look like a deletion.
  return hide(rule === "blocked" || rule === "muted" ? rule : "original");
}

const rated = (post: StoredPost) => ({ author: post.author, audience: post.payload.audience });
