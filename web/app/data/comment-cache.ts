import type { Comment } from "../../../core/feed/schemas.ts";

interface Page {
  readonly items: Comment[];
}
interface Pages<P extends Page> {
  readonly pages: P[];
  readonly pageParams: unknown[];
}

function mapItems<P extends Page>(
  data: Pages<P>,
  map: (items: Comment[], last: boolean) => Comment[],
): Pages<P> {
  const end = data.pages.length - 1;
  return {
    ...data,
    pages: data.pages.map((page, i) => ({ ...page, items: map(page.items, i === end) })),
  };
}

/** A thread reads oldest first, so a new comment comes last; one that is there stays. */
export function appendComment<P extends Page>(data: Pages<P>, comment: Comment): Pages<P> {
  const known = data.pages.some((page) => page.items.some((item) => item.id === comment.id));
  return known ? data : mapItems(data, (items, last) => (last ? [...items, comment] : items));
}

export const removeComment = <P extends Page>(data: Pages<P>, id: string): Pages<P> =>
  mapItems(data, (items) => items.filter((item) => item.id !== id));

export const changeComment = <P extends Page>(
  data: Pages<P>,
  id: string,
  change: (comment: Comment) => Comment,
): Pages<P> =>
  mapItems(data, (items) => items.map((item) => (item.id === id ? change(item) : item)));

export interface Thread {
  readonly comment: Comment;
  readonly replies: Comment[];
}

/**
 * Comments with their replies one level deep: a reply to a reply joins the thread of the
 * first. A reply whose parent is not loaded, or gone, stands by itself.
 */
export function threads(comments: readonly Comment[]): Thread[] {
  const rootOf = new Map<string, Thread>();
  const roots: Thread[] = [];
  for (const comment of comments.toSorted((a, b) => a.createdAtMs - b.createdAtMs)) {
    const parent = comment.replyTo === null ? undefined : rootOf.get(comment.replyTo);
    if (parent !== undefined) {
      parent.replies.push(comment);
      rootOf.set(comment.id, parent);
      continue;
    }
    const thread: Thread = { comment, replies: [] };
    roots.push(thread);
    rootOf.set(comment.id, thread);
  }
  return roots;
}
