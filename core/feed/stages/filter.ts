import type { Id } from "../../ids.ts";
import { hide, show, type Verdict } from "../paging.ts";
import type { Post } from "../schemas.ts";
import type { Standing } from "../standing.ts";
import { embeddedView, postView, type StoredPost } from "../views.ts";
import { type HideRule, hiddenBy, type Rated, type Surface } from "../visibility.ts";
import type { World } from "./hydrate.ts";
import type { Candidate } from "./sources.ts";

/** A post and what it embeds, as far as the rules look; null: deleted, or its author is. */
export interface Chain {
  readonly post: Rated | null;
  readonly embeds: "nothing" | "repost" | "quote";
  readonly original: Rated | null;
}

export type Ruling =
  | { readonly rule: HideRule }
  /** `isWhole` false: the post is shown without what it quotes. */
  | { readonly rule: null; readonly isWhole: boolean };

const WHOLE = { rule: null, isWhole: true } as const;
const WITHOUT_QUOTE = { rule: null, isWhole: false } as const;

/**
 * Applies the rules to the whole chain: the post, its author, and what it embeds. A
 * repost of something hidden is hidden; a quote of it stays, without it.
 */
export function ruleOn(chain: Chain, standing: Standing, surface: Surface): Ruling {
  const { post, embeds, original } = chain;
  if (post === null) return { rule: "deleted" };
  const rule = hiddenBy(post, standing, surface);
  if (rule !== null) return { rule };
  if (embeds === "nothing") return WHOLE;
  const hidden = original === null ? "original" : hiddenBy(original, standing, surface);
  if (hidden === null) return WHOLE;
  if (embeds === "quote") return WITHOUT_QUOTE;
  // The viewer's own choices keep their name; others' choices look like a deletion.
  return { rule: hidden === "blocked" || hidden === "muted" ? hidden : "original" };
}

/** The post as the viewer may see it, or the rule that hides it. */
export function judge(candidate: Candidate, world: World, surface: Surface): Verdict<Post> {
  const { users, reactions, standing } = world;
  const post = withAuthor(candidate.post, world);
  const original = withAuthor(originalOf(candidate, world), world);
  const embeds = embedding(candidate);
  const ruling = ruleOn(
    { post: rated(post), embeds, original: rated(original) },
    standing,
    surface,
  );
  if (ruling.rule !== null) return hide(ruling.rule);
  const author = post === null ? undefined : users.get(post.author);
  if (post === null || author === undefined) return hide("deleted");

  const reactionTo = (id: Id) => reactions.get(id) ?? null;
  const parts = { post, author, reaction: reactionTo(post.id) };
  if (embeds === "nothing") return show(postView(parts));
  const inner = ruling.isWhole ? original : null;
  const innerAuthor = inner === null ? undefined : users.get(inner.author);
  const embedded =
    inner === null || innerAuthor === undefined
      ? null
      : embeddedView(inner, innerAuthor, reactionTo(inner.id));
  return show(postView({ ...parts, [embeds === "repost" ? "repostOf" : "quoteOf"]: embedded }));
}

export function embedding({ post, original }: Candidate): Chain["embeds"] {
  if (original === null) return "nothing";
  return post?.payload.repostOf === undefined ? "quote" : "repost";
}

const originalOf = ({ original }: Candidate, { originals }: World): StoredPost | null =>
  original === null ? null : (originals.get(original) ?? null);

/** Without its author a post is as good as deleted. */
const withAuthor = (post: StoredPost | null, { users }: World): StoredPost | null =>
  post !== null && users.has(post.author) ? post : null;

const rated = (post: StoredPost | null): Rated | null =>
  post && { author: post.author, audience: post.payload.audience };
