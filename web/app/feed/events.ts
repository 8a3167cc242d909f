import type { FeedEvents } from "../../../core/feed/explain/event-schemas.ts";
import type { FeedPage } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { account } from "../data/account.ts";
import { api } from "../data/api.ts";
import { feedPages } from "../data/feed-query.ts";
import { placeStore } from "../state/location.ts";
import { onlineStore } from "../state/online.ts";
import { matchRoute } from "../state/routes.ts";
import { takeBatch, type Told, toTell } from "./event-batch.ts";

const REPORT_EVERY_MS = 10_000;

let waiting: Told[] = [];
const shownIn = new Set<string>();
let reporting: ReturnType<typeof setTimeout> | undefined;

/** A post of the feed was on the screen for long enough to be noticed. */
export const noteShown = (post: string): void => note(post, null);

/** It was on the screen for this long without a break. */
export function noteDwell(post: string, ms: number): void {
  const atMost = Math.min(Math.round(ms), LIMITS.eventDwellMsMax);
  if (atMost >= LIMITS.eventDwellMs) note(post, { kind: "dwell", post, ms: atMost });
}

let path = placeStore.get().path;
placeStore.subscribe(() => {
  const [from, to] = [matchRoute(path), matchRoute(placeStore.get().path)];
  path = placeStore.get().path;
  // Posts are opened from elsewhere too, which says nothing of the feed.
  if (from.at === "home" && to.at === "post") noteOpen(to.id);
});

/** Its page was opened from the feed; of a repost, the original's. */
function noteOpen(content: string): void {
  const shown = (feedPages()?.pages ?? [])
    .flatMap(({ items }: FeedPage) => items)
    .find((item) => (item.repostOf ?? item).id === content);
  if (shown !== undefined) note(shown.id, { kind: "open", post: shown.id });
}

function note(post: string, event: Told["event"] | null): void {
  if (waiting.length >= LIMITS.featureEventsMax) return;
  const told = toTell(feedPages()?.pages ?? [], shownIn, post, event);
  if (told.length === 0) return;
  waiting = [...waiting, ...told].slice(0, LIMITS.featureEventsMax);
  reporting ??= setTimeout(() => void reportEvents(false), REPORT_EVERY_MS);
}

/** @param leaving the page closes: the request outlives it. */
export async function reportEvents(leaving: boolean): Promise<void> {
  clearTimeout(reporting);
  reporting = undefined;
  if (waiting.length === 0 || account() === null || !onlineStore.get()) return;
  const [batch, rest] = takeBatch(waiting);
  waiting = rest;
  try {
    await api().reportEvents(batch satisfies FeedEvents, { keepalive: leaving });
  } catch {
    // Of no use to anybody but the ranker: what is lost here is lost.
    return;
  }
  if (waiting.length > 0) reporting ??= setTimeout(() => void reportEvents(false), REPORT_EVERY_MS);
}

/** On sign-out. */
export function forgetEvents(): void {
  clearTimeout(reporting);
  reporting = undefined;
  waiting = [];
  shownIn.clear();
}
