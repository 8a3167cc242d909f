import type { InfiniteData } from "@tanstack/react-query";

import type { FeedPage, Post } from "../../../core/feed/schemas.ts";
import { type Change, changeInPages, changePost } from "./post-cache.ts";
import { queryClient } from "./query-client.ts";

export type Pages = InfiniteData<FeedPage, string | undefined>;

/** Every cached list of posts: home and profiles. */
export function updateLists(
  update: (pages: Pages) => Pages,
  roots: readonly string[] = ["feed", "posts-of"],
): void {
  for (const root of roots) {
    queryClient.setQueriesData<Pages>({ queryKey: [root] }, (pages) => pages && update(pages));
  }
}

/** The lists in which an author's own new post shows. */
export function updateListsOf(author: string, update: (pages: Pages) => Pages): void {
  for (const queryKey of [["feed"], ["posts-of", author]]) {
    queryClient.setQueryData<Pages>(queryKey, (pages) => pages && update(pages));
  }
}

/** Applies a change wherever the post is cached. */
export function changeEverywhere(id: string, change: Change): void {
  updateLists((pages) => changeInPages(pages, id, change) as Pages);
  queryClient.setQueriesData<Post>(
    { queryKey: ["post"] },
    (post) => post && changePost(post, id, change),
  );
}
