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
