import type { Client } from "../../client/client.ts";
import type { EmbeddedPost, FeedItem } from "../../core/feed/schemas.ts";
import type { Change } from "./changes.ts";
import type { Model } from "./model.ts";
import type { Operation } from "./operations.ts";
import { homeOf, pagesOf, ruleOn } from "./oracle.ts";
import { isFor } from "./watch.ts";

const PAGE = 20;
/** Posts that are older than this have reached every follower. */
const SETTLED_MS = 10_000;

/**
 * What is wrong with the feed that somebody sees right after their own write, with the device that
 * wrote; null: nothing. To be asked while nobody else does anything with the people in it.
 */
export async function ownWriteMissing(
  client: Client,
  operation: Operation,
  changes: readonly Change[],
  model: Model,
): Promise<string | null> {
  const { items } = await client.feed({ mode: "latest", limit: PAGE });
  const shown = new Map(items.map((item) => [item.id, item]));
  const tell = (what: string) => `${operation.kind} of ${operation.by}: ${what}`;
  for (const change of changes) {
    if (change.kind === "posted") {
      // One may repost somebody whom one has muted, and does not read it then.
      const row = ruleOn(model, operation.by, model.post(change.post), "home");
      if (typeof row === "string") continue;
      const isShown = shown.has(change.post) || holdsContent(items, change.repostOf);
      if (!isShown) return tell(`${change.post} is missing`);
    }
    if (change.kind === "deleted" && shown.has(change.post)) return tell(`${change.post} is left`);
    if (change.kind === "audience") {
      const found = shown.get(change.post);
      if (found !== undefined && found.audience !== change.audience)
        return tell(`${change.post} is for ${found.audience}`);
    }
  }
  for (const change of changes) {
    if (change.kind !== "reacted") continue;
    const found = contents(items).find(({ id }) => id === change.post);
    const reaction = found?.viewer.reaction;
    if (reaction !== undefined && reaction !== change.reaction)
      return tell(`${change.post} shows ${reaction}, and not ${change.reaction}`);
  }
  if (!("whom" in operation)) return null;
  const { whom, by } = operation;
  // Its other half is written elsewhere, and arrives.
  if (operation.kind === "befriend" || operation.kind === "unfriend") return null;
  for (const item of items) {
    const reason = item.author.id === whom ? isFor(model, by, item, "home") : null;
    if (reason !== null) return tell(`${item.id} of ${whom} is left: ${reason}`);
  }
  const missing = newest(model, by).find(
    ({ post }) =>
      post.author === whom && post.timeMs < Date.now() - SETTLED_MS && !shown.has(post.id),
  );
  return missing === undefined ? null : tell(`${missing.post.id} of ${whom} is missing`);
}

/** All posts that a page shows, embedded ones too. */
const contents = (items: readonly FeedItem[]): EmbeddedPost[] =>
  items.flatMap((item) => [item, item.repostOf, item.quoteOf].flatMap((post) => post ?? []));

const holdsContent = (items: readonly FeedItem[], id: string | undefined): boolean =>
  items.some((item) => item.id === id || (id !== undefined && item.repostOf?.id === id));

/** The first half of a page: others may have posted meanwhile. */
const newest = (model: Model, viewer: string) =>
  (pagesOf(homeOf(model, viewer).rows.slice(0, 3 * PAGE), PAGE).pages[0] ?? []).slice(0, PAGE / 2);
