import type { PageText } from "./service.ts";

/** How a page's text says its mode and why; the same text inside a post has its quotes escaped. */
const MODE = '"mode":"';
const BY_TIME_FOR_LOAD = '"mode":"latest","reason":"degraded"';
const EMPTY_PAGE = '{"items":[]';

/**
 * Whether a model put a home page in order, from its text's last few hundred characters. null: nobody
 * wanted it ranked, or there was nothing to rank.
 */
export function wasRanked(page: PageText): boolean | null {
  if (page.startsWith(EMPTY_PAGE)) return null;
  const tail = page.slice(page.lastIndexOf(MODE));
  if (tail.startsWith(BY_TIME_FOR_LOAD)) return false;
  if (tail.startsWith(`${MODE}latest"`)) return null;
  return !tail.startsWith(`${MODE}chronological"`);
}
