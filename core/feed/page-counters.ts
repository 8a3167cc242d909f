import type { Counter } from "../telemetry/region-counts.ts";
import type { FEED_PAGE_MODES } from "./page-modes.ts";
import type { PageText } from "./service.ts";

type Mode = (typeof FEED_PAGE_MODES)[number];

const OF_MODE = {
  latest: "feed_pages_latest",
  ranked: "feed_pages_ranked",
  "cached-scores": "feed_pages_cached_scores",
  "light-model": "feed_pages_light_model",
  "smaller-pool": "feed_pages_smaller_pool",
  chronological: "feed_pages_chronological",
  stale: "feed_pages_stale",
} as const satisfies Record<Mode, Counter>;

/** How a page's text begins that has no post. */
export const EMPTY_PAGE = '{"items":[]';
/** Behind the posts; within one, quotes are escaped. */
const MODE = '"mode":"';
const BY_LEVEL = 'latest","reason":"degraded"';

/** What a home page counts as, read from its text's end: parsing it would cost more than all counting. */
export function pageCounters(page: PageText, isFirst: boolean): readonly Counter[] {
  const at = modeAt(page);
  const mode = modeFrom(page, at);
  const counters: Counter[] = mode === null ? [] : [OF_MODE[mode]];
  if (page.startsWith(BY_LEVEL, at)) counters.push("feed_pages_by_level");
  if (isFirst) counters.push("feed_first_pages");
  if (isFirst && page.startsWith(EMPTY_PAGE)) counters.push("feed_first_pages_empty");
  return counters;
}

/** Whether the ranker was asked for a page's order, and gave it; cached scores may be an older model's. */
export function isByModel(page: PageText): boolean {
  const mode = modeFrom(page, modeAt(page));
  return mode === "ranked" || mode === "smaller-pool";
}

const modeAt = (page: PageText): number => page.lastIndexOf(MODE) + MODE.length;

function modeFrom(page: PageText, at: number): Mode | null {
  const text = page.slice(at, page.indexOf('"', at));
  return isMode(text) ? text : null;
}

const isMode = (text: string): text is Mode => Object.hasOwn(OF_MODE, text);
