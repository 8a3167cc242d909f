import type { Audience, EmbeddedPost, Post, ReactionKind } from "../../../core/feed/schemas.ts";

/** The part of a paged answer that these functions look at. */
export interface PostPages<P extends { readonly items: Post[] } = { readonly items: Post[] }> {
  readonly pages: P[];
  readonly pageParams: unknown[];
}

/** A post that is shown before the server knows it carries such an id; real ids are decimal. */
export const PENDING = "pending-";
export const isPending = (post: { readonly id: string }): boolean => post.id.startsWith(PENDING);

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
): PostPages<P> =>
  mapItems(data, (items) =>
    items
      .filter((post) => post.id !== id && post.repostOf?.id !== id)
      .map((post) => (post.quoteOf?.id === id ? { ...post, quoteOf: null } : post)),
  );

/** After a block or a mute: nothing of that author stays on screen, on the whole chain. */
export const removeAuthor = <P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  authorId: string,
): PostPages<P> =>
  mapItems(data, (items) =>
    items
      .filter((post) => post.author.id !== authorId && post.repostOf?.author.id !== authorId)
      .map((post) => (post.quoteOf?.author.id === authorId ? { ...post, quoteOf: null } : post)),
  );

/** Puts a post first. A post that is there already is not shown twice. */
export const prependToPages = <P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  post: Post,
): PostPages<P> =>
  mapItems(data, (items, index) => {
    const others = items.filter((item) => item.id !== post.id);
    return index === 0 ? [post, ...others] : others;
  });

/** The server's version of a pending post takes its place. */
export const settlePending = <P extends { readonly items: Post[] }>(
  data: PostPages<P>,
  pendingId: string,
  post: Post,
): PostPages<P> =>
  mapItems(data, (items) => items.map((item) => (item.id === pendingId ? post : item)));

/** How many posts at the top of `head` the reader has not loaded yet, own pending ones aside. */
export function newerCount(head: readonly Post[], shown: readonly Post[]): number {
  const known = new Set(shown.map((post) => post.id));
  const first = head.findIndex((post) => known.has(post.id));
  return first === -1 ? head.length : first;
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
