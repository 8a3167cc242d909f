import { withoutPosts } from "../../../client/l1/withdrawal.ts";
import type { Audience, EmbeddedPost, Post, ReactionKind } from "../../../core/feed/schemas.ts";

/** The part of a paged answer that these functions look at. */
export interface PostPages<P extends { readonly items: Post[] } = { readonly items: Post[] }> {
  readonly pages: P[];
  readonly pageParams: unknown[];
}

/** A post that is shown before the server knows it carries such an id; real ids are decimal. */
export const PENDING = "pending-";
export const isPending = (post: { readonly id: string }): boolean => post.id.startsWith(PENDING);

/** A device's clock may be this far ahead of the server's. */
const CLOCKS_APART_MS = 2 * 60_000;

interface Reactable {
  readonly counts: { readonly reactions: number };
  readonly viewer: { readonly reaction: ReactionKind | null };
}

/** The post as it looks once the viewer's reaction is `kind`. Applying the old kind undoes it. */
export function withReaction<T extends Reactable>(post: T, kind: ReactionKind | null): T {
  const had = post.viewer.reaction === null ? 0 : 1;
  const has = kind === null ? 0 : 1;
  const reactions = Math.max(0, post.counts.reactions + has - had);
  return { ...post, viewer: { reaction: kind }, counts: { ...post.counts, reactions } };
}

type CountedPost = Pick<EmbeddedPost, "counts">;

export const withComments = <T extends CountedPost>(post: T, delta: number): T => ({
  ...post,
  counts: { ...post.counts, comments: Math.max(0, post.counts.comments + delta) },
});

export const withReposts = <T extends CountedPost>(post: T, delta: number): T => ({
  ...post,
  counts: { ...post.counts, reposts: Math.max(0, post.counts.reposts + delta) },
});

/** Counts as the server told them just now. */
export const withCounts = <T extends CountedPost>(
  post: T,
  told: Partial<EmbeddedPost["counts"]>,
): T => {
  const { reactions, comments, reposts } = { ...post.counts, ...told };
  return { ...post, counts: { reactions, comments, reposts } };
};

export const withAudience = <T extends EmbeddedPost>(post: T, audience: Audience): T => ({
  ...post,
  audience,
});

export type Change = <T extends EmbeddedPost>(post: T) => T;

/** Applies `change` wherever the post `id` shows: itself, inside a repost, inside a quote. */
export function changePost(post: Post, id: string, change: Change): Post {
  if (post.id === id) return change(post);
  if (post.repostOf?.id === id) return { ...post, repostOf: change(post.repostOf) };
  if (post.quoteOf?.id === id) return { ...post, quoteOf: change(post.quoteOf) };
  return post;
}

function mapItems<P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  map: (items: Post[], index: number) => Post[],
): PostPages<P> {
  const pages = data.pages.map((page, index) => ({ ...page, items: map(page.items, index) }));
  return { ...data, pages };
}

export const changeInPages = <P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  id: string,
  change: Change,
): PostPages<P> => mapItems(data, (items) => items.map((post) => changePost(post, id, change)));

/** Takes a post out, and every repost of it; a quote of it stays and says that it is gone. */
export const removeFromPages = <P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  id: string,
): PostPages<P> => mapItems(data, (items) => withoutPosts(items, { post: id }));

/** After a block or a mute: nothing of that author stays on screen, on the whole chain. */
export const removeAuthor = <P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  authorId: string,
): PostPages<P> => mapItems(data, (items) => withoutPosts(items, { author: authorId }));

/** An own post comes first, or, when a reading has brought it already, stays where it is. */
export function insertOwn<P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  post: Post,
): PostPages<P> {
  const known = data.pages.some((page) => page.items.some((item) => item.id === post.id));
  return mapItems(data, (items, index) => {
    if (known) return items.map((item) => (item.id === post.id ? { ...item, ...post } : item));
    return index === 0 ? [post, ...items] : items;
  });
}

/** Puts a post back that was taken out: before the first that is older, in lists of its kind. */
export function insertByTime<P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  post: Post,
): PostPages<P> {
  let placed = data.pages.some((page) => page.items.some((item) => item.id === post.id));
  return mapItems(data, (items) => {
    const at = items.findIndex((item) => item.createdAtMs <= post.createdAtMs);
    if (placed || at === -1) return items;
    placed = true;
    return [...items.slice(0, at), post, ...items.slice(at)];
  });
}

/**
 * Own posts that are still on their way, less those that a reading has brought already: the
 * server did them, and only its answer was lost. One written twice shows twice.
 */
export function stillPending<T extends Post>(pending: readonly T[], shown: readonly Post[]): T[] {
  const arrived = shown.map(
    (post) => [post.author.id, post.text, post.createdAtMs, post.repostOf] as const,
  );
  return pending.filter((post) => {
    const at = arrived.findIndex(
      ([author, text, atMs, repostOf]) =>
        author === post.author.id &&
        text === post.text &&
        repostOf === undefined &&
        atMs > post.createdAtMs - CLOCKS_APART_MS,
    );
    if (at !== -1) arrived.splice(at, 1);
    return at === -1;
  });
}

/** Items of all pages in order, each id once: a post may move up between two page reads. */
export function flatten<T extends { readonly id: string }>(
  pages: readonly { readonly items: readonly T[] }[] | undefined,
): T[] {
  const seen = new Set<string>();
  const items: T[] = [];
  for (const page of pages ?? []) {
    for (const item of page.items) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      items.push(item);
    }
  }
  return items;
}
