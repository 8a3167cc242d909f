import type { Comment, EmbeddedPost, Post } from "../../core/feed/schemas.ts";

/** What a reader no longer may see: one post, or whatever somebody wrote. */
export type Withdrawal = { readonly post: string } | { readonly author: string };

/** Takes it out of a list, with reposts of it; a quote of it stays and says that it is gone. */
export const withoutPosts = <P extends Post>(items: readonly P[], gone: Withdrawal): P[] =>
  items
    .filter((post) => !isOf(post, gone))
    .map((post) => (isAny(post.quoteOf, gone) ? { ...post, quoteOf: null } : post));

/** A kept answer without it: the same one when it was not in there, null when nothing is left to keep. */
export function withoutIt(key: string, value: unknown, gone: Withdrawal): unknown {
  const shape = SHAPES.find(([pattern]) => pattern.test(key))?.[1];
  switch (shape) {
    case "posts": {
      const page = value as { readonly items: readonly Post[] };
      return page.items.some((post) => isOf(post, gone) || isAny(post.quoteOf, gone))
        ? { ...page, items: withoutPosts(page.items, gone) }
        : value;
    }
    case "post": {
      const post = value as Post;
      if (isOf(post, gone)) return null;
      return isAny(post.quoteOf, gone) ? { ...post, quoteOf: null } : value;
    }
    case "comments": {
      if ("post" in gone) return key.startsWith(`/v1/posts/${gone.post}/`) ? null : value;
      const page = value as { readonly items: readonly Comment[] };
      const items = page.items.filter(({ author }) => author.id !== gone.author);
      return items.length < page.items.length ? { ...page, items } : value;
    }
    case "profile":
      return "author" in gone && (value as { readonly id: string }).id === gone.author
        ? null
        : value;
    case undefined:
      return value;
  }
}

const SHAPES: readonly (readonly [RegExp, "posts" | "post" | "comments" | "profile"])[] = [
  [/^\/v1\/feed(?:\?|$)/, "posts"],
  [/^\/v1\/users\/[^/?]+\/posts(?:\?|$)/, "posts"],
  [/^\/v1\/posts\/[^/?]+(?:\?|$)/, "post"],
  [/^\/v1\/posts\/[^/?]+\/comments(?:\?|$)/, "comments"],
  [/^\/v1\/users\/(?!suggested)[^/?]+(?:\?|$)/, "profile"],
];

const isAny = (post: EmbeddedPost | null | undefined, gone: Withdrawal): boolean =>
  post !== null &&
  post !== undefined &&
  ("post" in gone ? post.id === gone.post : post.author.id === gone.author);

/** It, or a repost of it. */
const isOf = (post: Post, gone: Withdrawal): boolean =>
  isAny(post, gone) || isAny(post.repostOf, gone);
