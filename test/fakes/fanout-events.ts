import type { GraphEvent } from "../../core/feed/fanout/events.ts";
import type { Id } from "../../core/ids.ts";

let seq = 0;
/** The next place of the log. */
export const nextAt = () => ({ epoch: 1, seq: ++seq });

export const posted = (post: Id, author: Id, fromMs: number): GraphEvent => ({
  at: nextAt(),
  fromMs,
  kind: "posted",
  post,
  author,
  timeMs: fromMs,
  audience: 0,
  repostOf: null,
  quoteOf: null,
});
