import type { InfiniteData } from "@tanstack/react-query";

import type {
  Audience,
  EmbeddedPost,
  FeedPage,
  NewPost,
  Post,
  ReactionKind,
  User,
} from "../../../core/feed/schemas.ts";
import { navigate, placeStore } from "../state/location.ts";
import { postPath } from "../state/routes.ts";
import { showToast } from "../state/toasts.ts";
import { api, react } from "./api.ts";
import {
  type Change,
  PENDING,
  changeInPages,
  changePost,
  prependToPages,
  removeFromPages,
  settlePending,
  withAudience,
  withReaction,
  withReposts,
} from "./post-cache.ts";
import { explain } from "./problem.ts";
import { queryClient } from "./query-client.ts";

type Pages = InfiniteData<FeedPage, string | undefined>;

/** Every cached list of posts: home and profiles. */
export function updateLists(
  update: (pages: Pages) => Pages,
  roots: readonly string[] = ["feed", "posts-of"],
): void {
  for (const root of roots) {
    queryClient.setQueriesData<Pages>({ queryKey: [root] }, (pages) => pages && update(pages));
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

/** Shows the change at once; takes back exactly that change when the server refuses. */
async function optimistic(
  apply: () => void,
  undo: () => void,
  send: () => Promise<unknown>,
): Promise<boolean> {
  apply();
  try {
    await send();
    return true;
  } catch (error) {
    undo();
    showToast(explain(error), { tone: "error" });
    return false;
  }
}

export function reactTo(post: EmbeddedPost, kind: ReactionKind | null): Promise<boolean> {
  const before = post.viewer.reaction;
  return optimistic(
    () => changeEverywhere(post.id, (item) => withReaction(item, kind)),
    () => changeEverywhere(post.id, (item) => withReaction(item, before)),
    () => react("post", post.id, kind),
  );
}

let pendingCount = 0;

/** What the post will look like; the server's version replaces it. */
function pendingPost(author: User, post: NewPost, quoted: EmbeddedPost | null): Post {
  return {
    id: `${PENDING}${++pendingCount}`,
    author,
    text: post.text,
    audience: post.audience ?? "public",
    media: post.media,
    createdAtMs: Date.now(),
    counts: { reactions: 0, comments: 0, reposts: 0 },
    viewer: { reaction: null },
    ...(quoted !== null && { quoteOf: quoted }),
  };
}

/** Inserts the post at the top of the author's lists before the server has answered. */
export async function publish(
  author: User,
  post: NewPost,
  quoted: EmbeddedPost | null,
): Promise<boolean> {
  const pending = pendingPost(author, post, quoted);
  const lists = [["feed"], ["posts-of", author.handle]];
  const update = (change: (pages: Pages) => Pages): void => {
    for (const queryKey of lists) {
      queryClient.setQueryData<Pages>(queryKey, (pages) => pages && change(pages));
    }
  };
  update((pages) => prependToPages(pages, pending) as Pages);
  try {
    const saved = await api.createPost(post);
    update((pages) => settlePending(pages, pending.id, saved) as Pages);
    void queryClient.invalidateQueries({ queryKey: ["profile", author.handle] });
    // Where the new post is not in sight, a line says that it is there.
    if (placeStore.get().path !== "/") {
      const run = (): void => navigate(postPath(saved.id));
      showToast("Posted", { action: { label: "View", run } });
    }
    return true;
  } catch (error) {
    update((pages) => removeFromPages(pages, pending.id) as Pages);
    showToast(`Not posted: ${explain(error)} Your draft is kept.`, { tone: "error" });
    return false;
  }
}

export async function repost(author: User, original: EmbeddedPost): Promise<void> {
  let saved: Post | null = null;
  const done = await optimistic(
    () => changeEverywhere(original.id, (item) => withReposts(item, 1)),
    () => changeEverywhere(original.id, (item) => withReposts(item, -1)),
    async () => {
      saved = await api.createPost({ text: "", media: [], repostOf: original.id });
    },
  );
  if (!done || saved === null) return;
  const own: Post = saved;
  queryClient.setQueryData<Pages>(
    ["posts-of", author.handle],
    (pages) => pages && (prependToPages(pages, own) as Pages),
  );
  showToast("Reposted to your followers", {
    action: { label: "Undo", run: () => void undoRepost(own, original) },
  });
}

async function undoRepost(own: Post, original: EmbeddedPost): Promise<void> {
  await optimistic(
    () => {
      updateLists((pages) => withoutItem(pages, own.id));
      changeEverywhere(original.id, (item) => withReposts(item, -1));
    },
    () => changeEverywhere(original.id, (item) => withReposts(item, 1)),
    () => api.deletePost(own.id),
  );
}

const withoutItem = (pages: Pages, id: string): Pages => removeFromPages(pages, id) as Pages;

/** Restores the lists as they were if the server refuses: nothing else changed in between matters more. */
export async function removePost(post: Post): Promise<boolean> {
  const before = [
    ...queryClient.getQueriesData<Pages>({ queryKey: ["feed"] }),
    ...queryClient.getQueriesData<Pages>({ queryKey: ["posts-of"] }),
  ];
  const done = await optimistic(
    () => updateLists((pages) => withoutItem(pages, post.id)),
    () => {
      for (const [key, pages] of before) queryClient.setQueryData(key, pages);
    },
    () => api.deletePost(post.id),
  );
  if (done) {
    queryClient.removeQueries({ queryKey: ["post", post.id] });
    void queryClient.invalidateQueries({ queryKey: ["profile", post.author.handle] });
    showToast(post.repostOf ? "Repost removed" : "Post deleted");
  }
  return done;
}

export async function changeAudience(post: EmbeddedPost, audience: Audience): Promise<void> {
  const done = await optimistic(
    () => changeEverywhere(post.id, (item) => withAudience(item, audience)),
    () => changeEverywhere(post.id, (item) => withAudience(item, post.audience)),
    () => api.setAudience(post.id, audience),
  );
  if (done) showToast("Audience changed");
}
