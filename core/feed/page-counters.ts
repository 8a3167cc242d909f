import type { RankReason } from "../ranking/service.ts";
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
  const at = page.lastIndexOf(MODE) + MODE.length;
  const mode = page.slice(at, page.indexOf('"', at));
  const counters: Counter[] = isMode(mode) ? [OF_MODE[mode]] : [];
  if (page.startsWith(BY_LEVEL, at)) counters.push("feed_pages_by_level");
  if (isFirst) counters.push("feed_first_pages");
  if (isFirst && page.startsWith(EMPTY_PAGE)) counters.push("feed_first_pages_empty");
  return counters;
}

/** What a page says of the ranker: it was not asked, it was and failed, or this model of it gave the order. */
export type RankerPart =
  | { readonly at: "not asked" }
  | { readonly at: "failed" }
  | { readonly at: "scored"; readonly model: string };

/** Of pages by a lower rung: why, where the ranker was asked for a better one. */
const FAILED: ReadonlySet<string> = new Set([
  "timeout",
  "shed",
  "error",
  "bad_answer",
  "schema_mismatch",
  "no_time",
] satisfies RankReason[]);
const END = /^([a-z-]+)","reason":"([a-z_]+)","model":(?:null|"([^"]*)")/;

/** Cached scores may be an older model's, and an empty page is nobody's: neither is taken for an answer. */
export function rankerPartOf(page: PageText): RankerPart {
  const [, mode, reason = "", model] =
    END.exec(page.slice(page.lastIndexOf(MODE) + MODE.length)) ?? [];
  if (mode === "ranked" || mode === "smaller-pool")
    return model === undefined ? { at: "not asked" } : { at: "scored", model };
  return FAILED.has(reason) ? { at: "failed" } : { at: "not asked" };
}

const isMode = (text: string): text is Mode => Object.hasOwn(OF_MODE, text);
