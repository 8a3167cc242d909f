import type { User } from "../../../core/feed/schemas.ts";
import { account } from "../data/account.ts";
import { feedHead, feedPages, newerStore } from "../data/feed-query.ts";
import { queryClient } from "../data/query-client.ts";

/** People who were seen here, to show their faces by id. A few hundred at most: feeds are bounded. */
const faces = new Map<string, User>();
const FACES_MAX = 500;

export function faceOf(id: string): User | undefined {
  for (const page of feedPages()?.pages ?? []) {
    const post = page.items.find((item) => item.author.id === id);
    if (post !== undefined) return post.author;
  }
  return faces.get(id);
}

/** Counts what is newer than the feed on the screen. Failing changes nothing. */
export async function lookForNews(): Promise<void> {
  const since = feedHead();
  const reader = account();
  if (since === null || reader === null) return;
  const news = await reader.client.newPosts(since).catch(() => null);
  const now = feedHead();
  // The feed may have been refreshed meanwhile: then this count is of another feed.
  if (news === null || account() !== reader) return;
  if (now?.id !== since.id || now.timeMs !== since.timeMs) return;
  if (faces.size > FACES_MAX) faces.clear();
  for (const user of news.authors) faces.set(user.id, user);
  newerStore.set({ count: news.count, authors: news.authors.map((user) => user.id) });
}

export const lookForNotifications = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: ["unread"] });
