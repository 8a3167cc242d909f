import type { Id } from "../../ids.ts";
import { AUDIENCES } from "../../tao/registry.ts";
import { storedPost, userView } from "../views.ts";
import type { Arrival } from "./entry.ts";
import type { Cell, PushedPost } from "./port.ts";
import {
  laterAudience,
  laterCount,
  type NewAudience,
  type NewCount,
  type PostChange,
} from "./recent.ts";
import type { CellContent } from "./record.ts";

/** What became of posts lately. */
export interface Corrections {
  /** What is older was known to whoever read the post. */
  readonly sinceMs: number;
  readonly changesOf: (post: Id) => readonly PostChange[];
}

/** A post as it is now, going by what was told since it was read; null: nobody may see it any more. */
export function corrected(
  content: CellContent,
  { changesOf, sinceMs }: Corrections,
): CellContent | null {
  const changes = changesOf(content.post.id);
  if (changes.length === 0) return content;
  // The latest of all that is known: one that it has overtaken may have been told after the post was read.
  const told = changes
    .flatMap(({ audience }) => audience ?? [])
    .reduce<NewAudience | null>((known, one) => (known ? laterAudience(known, one) : one), null);
  let { counts } = content.post;
  for (const of of ["reactions", "comments", "reposts"] as const) {
    const newest = changes
      .flatMap((change) => change.counts[of] ?? [])
      .reduce<NewCount | null>((known, one) => (known ? laterCount(known, one) : one), null);
    if (newest !== null && newest.atMs >= sinceMs) counts = { ...counts, [of]: newest.count };
  }
  const { payload } = content.post;
  const isNews = told !== null && told.atMs >= sinceMs;
  const audience = isNews ? AUDIENCES[told.rank ?? -1] : payload.audience;
  if (audience === undefined) return null;
  return { ...content, post: { ...content.post, payload: { ...payload, audience }, counts } };
}

/** The same, still on its way: itself when nothing was told of it. */
export function pushedNow(pushed: PushedPost, corrections: Corrections): PushedPost | null {
  const cell = cellNow(pushed.cell, corrections);
  if (cell === null) return null;
  const original = pushed.original && cellNow(pushed.original, corrections);
  return cell === pushed.cell && original === pushed.original
    ? pushed
    : { ...pushed, cell, original };
}

function cellNow(cell: Cell, corrections: Corrections): Cell | null {
  // Most posts are new to everybody: their text stays as it is, unread.
  if (corrections.changesOf(cell.id).length === 0) return cell;
  const now = corrected(contentOf(cell), corrections);
  if (now === null) return null;
  const { payload, counts } = now.post;
  return { ...cell, post: JSON.stringify(payload), ...counts };
}

/** null when the post is gone already. */
export function arrivalOf(
  { cell, timeMs, original }: PushedPost,
  corrections: Corrections,
): Arrival | null {
  const content = corrected(contentOf(cell), corrections);
  if (content === null) return null;
  const inner = original === null ? null : corrected(contentOf(original), corrections);
  return { timeMs, content, original: inner };
}

const contentOf = ({ id, author, post, user, ...counts }: Cell): CellContent => ({
  post: storedPost(id, post, counts),
  user: userView(author, user),
});
