import type { FeedEvents } from "../../../core/feed/explain/event-schemas.ts";
import type { FeedPage } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";

type Event = FeedEvents["slates"][number]["events"][number];

/** Something about a post of a slate that waits to be told. */
export interface Told {
  readonly slate: string;
  readonly event: Event;
}

/** Which slate a post of the feed is of, and where it stands in the feed; null where nobody wants to know. */
export function slatePlace(
  pages: readonly FeedPage[],
  post: string,
): { readonly slate: string; readonly place: number } | null {
  let before = 0;
  for (const { items, slate } of pages) {
    const index = items.findIndex(({ id }) => id === post);
    if (index >= 0) {
      const place = Math.min(before + index, LIMITS.eventPlaceMax);
      // A page that was kept by an older version says nothing of slates.
      return slate ? { slate, place } : null;
    }
    before += items.length;
  }
  return null;
}

/** Posts of slates of which the ranker heard that they were shown: those of an hour's reading. */
const SHOWN_MAX = 1_000;

/**
 * What is told of `post` in the slate that it is of now: that it was shown there, once, and `event`. After a refresh
 * a post is of another slate, where what is done with it counts only if it was shown, too.
 *
 * @param shown what was told so far; grows, up to a bound.
 */
export function toTell(
  pages: readonly FeedPage[],
  shown: Set<string>,
  post: string,
  event: Event | null,
): readonly Told[] {
  const found = slatePlace(pages, post);
  if (found === null) return [];
  const { slate, place } = found;
  const key = `${slate} ${post}`;
  const isNew = !shown.has(key);
  shown.add(key);
  for (const oldest of shown) {
    if (shown.size <= SHOWN_MAX) break;
    shown.delete(oldest);
  }
  const events: readonly (Event | null)[] = [isNew ? { kind: "shown", post, place } : null, event];
  return events.flatMap((one) => (one === null ? [] : [{ slate, event: one }]));
}

/** As much as one report may hold, by slate; and the rest. */
export function takeBatch(waiting: readonly Told[]): readonly [FeedEvents, Told[]] {
  const bySlate = new Map<string, Event[]>();
  const rest: Told[] = [];
  for (const told of waiting) {
    const known = bySlate.get(told.slate);
    if (known !== undefined) known.push(told.event);
    else if (bySlate.size < LIMITS.eventSlatesMax) bySlate.set(told.slate, [told.event]);
    else rest.push(told);
  }
  return [{ slates: [...bySlate].map(([slate, events]) => ({ slate, events })) }, rest];
}
