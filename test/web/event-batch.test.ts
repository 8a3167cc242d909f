import { describe, it } from "vitest";

import type { FeedPage } from "../../core/feed/schemas.ts";
import { feedEventsSchema } from "../../core/feed/explain/event-schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import { slatePlace, takeBatch, toTell } from "../../web/app/feed/event-batch.ts";

const page = (slate: string | null, ...ids: readonly string[]): FeedPage =>
  ({ items: ids.map((id) => ({ id })), slate }) as FeedPage;

describe("what a reader did with a post of the feed", () => {
  it("is of the slate of its page, and has its place in the feed", ({ expect }) => {
    const pages = [
      page("one", "11", "12"),
      page("one", "13"),
      page("two", "14", "15"),
      page(null, "16"),
    ];
    expect(slatePlace(pages, "12")).toEqual({ slate: "one", place: 1 });
    expect(slatePlace(pages, "15")).toEqual({ slate: "two", place: 4 });
    expect(slatePlace(pages, "16")).toBe(null);
    expect(slatePlace(pages, "99")).toBe(null);
  });

  it("names no place beyond the bound", ({ expect }) => {
    const ids = Array.from({ length: LIMITS.eventPlaceMax + 9 }, (_, n) => `${n}`);
    expect(slatePlace([page("one", ...ids)], ids.at(-1) ?? "")?.place).toBe(LIMITS.eventPlaceMax);
  });

  it("comes with its having been shown, once in each slate", ({ expect }) => {
    const shown = new Set<string>();
    const open = { kind: "open", post: "12" } as const;
    const before = [page("one", "11", "12")];
    const place = { kind: "shown", post: "12", place: 1 };
    expect(toTell(before, shown, "12", null)).toEqual([{ slate: "one", event: place }]);
    expect(toTell(before, shown, "12", null)).toEqual([]);
    expect(toTell(before, shown, "12", open)).toEqual([{ slate: "one", event: open }]);
    const refreshed = [page("two", "12", "11")];
    expect(toTell(refreshed, shown, "12", open)).toEqual([
      { slate: "two", event: { ...place, place: 0 } },
      { slate: "two", event: open },
    ]);
    expect(toTell(refreshed, shown, "99", open)).toEqual([]);
  });

  it("keeps no more in mind than somebody reads in a while", ({ expect }) => {
    const ids = Array.from({ length: 1_200 }, (_, n) => `${n}`);
    const shown = new Set<string>();
    for (const id of ids) toTell([page("one", ...ids)], shown, id, null);
    expect([shown.size, shown.has("one 1199"), shown.has("one 0")]).toEqual([1_000, true, false]);
  });

  it("is told by slate, as much as a report may hold", ({ expect }) => {
    const waiting = Array.from({ length: LIMITS.eventSlatesMax + 2 }, (_, n) =>
      [0, 1].map((place) => ({
        slate: `slate-${n}`,
        event: { kind: "shown" as const, post: "1", place },
      })),
    ).flat();
    const [batch, rest] = takeBatch(waiting);
    expect(feedEventsSchema.parse(batch)).toEqual(batch);
    expect(batch.slates.length).toBe(LIMITS.eventSlatesMax);
    expect(batch.slates[0]?.events.length).toBe(2);
    expect(rest.map(({ slate }) => slate)).toEqual([
      "slate-10",
      "slate-10",
      "slate-11",
      "slate-11",
    ]);
  });
});
