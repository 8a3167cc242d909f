import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { ok, type Result } from "../result.ts";
import type { ListCursor } from "../tao/types.ts";
import { HiddenTally, type HideRule } from "./visibility.ts";

/** What the rules made of an entry: something to show, or the rule that hides it. */
export type Verdict<T> =
  | { readonly item: T; readonly rule: null }
  | { readonly item: null; readonly rule: HideRule };
export type Ruled<T> = Verdict<T> & { readonly at: ListCursor };

export const show = <T>(item: T): Verdict<T> => ({ item, rule: null });
export const hide = (rule: HideRule): Verdict<never> => ({ item: null, rule });

export interface PageSource<T> {
  readonly limit: number;
  readonly after: ListCursor | null;
  /** Entries strictly after `after` in list order, `more` when others follow the last one. */
  readonly load: (
    after: ListCursor | null,
    count: number,
  ) => Promise<Result<{ readonly entries: readonly Ruled<T>[]; readonly more: boolean }, Failure>>;
  /** Puts a visible item on the page. Default: at its end. */
  readonly place?: (page: T[], item: T, hidden: HiddenTally) => void;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; null exactly when nothing can follow. */
  readonly next: ListCursor | null;
  /** Of the entries above `next` alone: those below are counted by their own page. */
  readonly hidden: HiddenTally;
  /** True when the page is short because the refills ran out, not because the list did. */
  readonly exhausted: boolean;
}

/**
 * Fills a page from a list of which some entries are hidden: rules first, then the cut,
 * refilled a bounded number of times. Every entry is either on the page, hidden, or below
 * `next`, so paging neither repeats nor skips.
 */
export async function fillPage<T>(source: PageSource<T>): Promise<Result<Page<T>, Failure>> {
  const { limit, place = (page, item) => void page.push(item) } = source;
  const items: T[] = [];
  const hidden = new HiddenTally();
  let at = source.after;
  for (let round = 0; round <= LIMITS.feedRefillsMax; round++) {
    const fetched = await source.load(at, limit - items.length + LIMITS.feedSlack);
    if (!fetched.ok) return fetched;
    const { entries, more } = fetched.value;

    for (const [index, entry] of entries.entries()) {
      if (items.length === limit) {
        const isEnd = !more && entries.slice(index).every((rest) => rest.item === null);
        return ok({ items, hidden, next: isEnd ? null : at, exhausted: false });
      }
      if (entry.rule === null) place(items, entry.item, hidden);
      else hidden.add(entry.rule);
      at = entry.at;
    }
    // A source that promises more without an entry to stand on cannot be paged further.
    if (!more || entries.length === 0) return ok({ items, hidden, next: null, exhausted: false });
    if (items.length === limit) return ok({ items, hidden, next: at, exhausted: false });
  }
  return ok({ items, hidden, next: at, exhausted: true });
}
