import { DENSE_COUNT, ID_COUNT, SCHEMA } from "../../core/ranking/features.ts";
import type { FeedEvents } from "../../core/feed/explain/event-schemas.ts";
import type { Slate } from "../../core/ranking/slate.ts";

/** A slate of these posts; a post's author is its first digit, as text. Each feature names its row and column. */
export const slateOf = (fields: Partial<Slate>, posts: readonly string[]): Slate => ({
  id: "slate-1",
  viewer: "7",
  atMs: 1_800_000_000_000,
  schema: SCHEMA,
  mode: "ranked",
  model: "model-1",
  items: posts.map((post) => ({
    post,
    content: post,
    author: post[0] ?? "",
    contentAuthor: post[0] ?? "",
    topic: "",
  })),
  dense: Float32Array.from({ length: posts.length * DENSE_COUNT }, (_, n) => n),
  ids: Int32Array.from({ length: posts.length * ID_COUNT }, (_, n) => n % 200),
  ...fields,
});

/** A client's report. */
export const openedIn = (slate: string): FeedEvents => ({
  slates: [{ slate, events: [{ kind: "open", post: "11" }] }],
});
