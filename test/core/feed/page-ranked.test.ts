import { it } from "vitest";

import { wasRanked } from "../../../core/feed/page-ranked.ts";
import { FEED_PAGE_MODES } from "../../../core/feed/page-modes.ts";

const page = (mode: string, reason: string, items = '[{"text":"hello"}]') =>
  `{"items":${items},"cursor":null,"head":null,"mode":"${mode}","reason":"${reason}","model":null,"slate":null,"ageMs":0,"hidden":{},"calls":2}`;

it("says whether a model has put a page in order", ({ expect }) => {
  const ranked = FEED_PAGE_MODES.filter((mode) => wasRanked(page(mode, "ok")) === true);
  expect(ranked).toEqual(["ranked", "cached-scores", "light-model", "smaller-pool", "stale"]);
  expect(wasRanked(page("chronological", "no_ranker"))).toBe(false);
  expect(wasRanked(page("latest", "degraded"))).toBe(false);
});

it("leaves out whom the order of time is right for, and pages with nothing to rank", ({
  expect,
}) => {
  expect(wasRanked(page("latest", "setting"))).toBeNull();
  expect(wasRanked(page("latest", "requested"))).toBeNull();
  expect(wasRanked(page("chronological", "ok", "[]"))).toBeNull();
});

it("is not taken in by what people write", ({ expect }) => {
  const items = JSON.stringify([{ text: '"mode":"latest","reason":"degraded"' }]);
  expect(wasRanked(page("ranked", "ok", items))).toBe(true);
});
