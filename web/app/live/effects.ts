import type { RealtimeMessage } from "../../../client/realtime.ts";
import type { Profile } from "../../../core/feed/schemas.ts";
import { account } from "../data/account.ts";
import { newerStore } from "../data/feed-query.ts";
import { type Pages, changeEverywhere, updateLists } from "../data/lists.ts";
import { hideAuthor } from "../data/people-writes.ts";
import { removeFromPages, withCounts } from "../data/post-cache.ts";
import { queryClient } from "../data/query-client.ts";
import { noteLevel } from "../state/level.ts";
import { lookForNews, lookForNotifications } from "./news.ts";

/** What a message of the server does to the screen. Nothing is ever put above the reader. */
export function onMessage(message: RealtimeMessage): void {
  switch (message.type) {
    case "new_posts":
      return newerStore.set({ count: message.count, authors: message.authors });
    case "counts":
      return changeEverywhere(message.post, (post) => withCounts(post, message));
    case "revoke":
      return revoke(message.post);
    case "hide_author":
      return hide(message.user);
    case "notifications":
      void lookForNotifications();
      return;
    case "degraded":
      noteLevel(String(message.level));
      // What was not told meanwhile, such as counts, is read again.
      if (message.level === 0) catchUp();
  }
}

/** A post is gone for this reader: from every list at once, its own page, and what is kept for later. */
function revoke(id: string): void {
  updateLists((pages) => removeFromPages(pages, id) as Pages);
  void account()?.cache.withdraw({ post: id });
  void queryClient.invalidateQueries({ queryKey: ["post", id] });
}

function hide(userId: string): void {
  hideAuthor(userId, "block");
  void account()?.cache.withdraw({ author: userId });
  void account()?.cache.expire(["/v1/users/", "/v1/posts/"]);
  // Whom one only follows no more may still be read on their own page.
  void queryClient.invalidateQueries({ queryKey: ["posts-of"] });
  const theirs = queryClient
    .getQueriesData<Profile>({ queryKey: ["profile"] })
    .filter(([, profile]) => profile?.id === userId);
  for (const [queryKey] of theirs) void queryClient.invalidateQueries({ queryKey });
}

/** Something was missed: what is on the screen is read again, but for the feed, which waits. */
export function catchUp(): void {
  void account()?.cache.expire(["/v1/"]);
  for (const root of ["post", "comments", "profile"]) {
    void queryClient.invalidateQueries({ queryKey: [root] });
  }
  void lookForNews();
  void lookForNotifications();
}
