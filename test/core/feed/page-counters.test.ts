import { it } from "vitest";

import { isByModel, pageCounters } from "../../../core/feed/page-counters.ts";

const page = (items: readonly object[], mode: string) =>
  `{"items":${JSON.stringify(items)},"cursor":null,"head":null,"mode":"${mode}","reason":"setting","model":null,"slate":null,"ageMs":0,"hidden":{"blocked":0},"calls":1}`;

it("reads a page's mode past what people write", ({ expect }) => {
  const items = [{ text: '"mode":"ranked"', mode: "stale" }];
  expect(pageCounters(page(items, "light-model"), false)).toEqual(["feed_pages_light_model"]);
  expect(pageCounters(page(items, "cached-scores"), true)).toEqual([
    "feed_pages_cached_scores",
    "feed_first_pages",
  ]);
});

it("tells first pages without a post; later ones are empty at the end of every feed", ({
  expect,
}) => {
  expect(pageCounters(page([], "latest"), true)).toEqual([
    "feed_pages_latest",
    "feed_first_pages",
    "feed_first_pages_empty",
  ]);
  expect(pageCounters(page([], "latest"), false)).toEqual(["feed_pages_latest"]);
});

it("tells pages by time that were to be ranked from those that were not", ({ expect }) => {
  const byLevel = page([], "latest").replace('"setting"', '"degraded"');
  expect(pageCounters(byLevel, false)).toEqual(["feed_pages_latest", "feed_pages_by_level"]);
  const items = [{ text: '"mode":"latest","reason":"degraded"' }];
  expect(pageCounters(page(items, "ranked"), false)).toEqual(["feed_pages_ranked"]);
});

it("says which pages the ranker gave their order", ({ expect }) => {
  const items = [{ text: '"mode":"ranked"' }];
  const modes = ["ranked", "smaller-pool", "cached-scores", "light-model", "latest"];
  expect(modes.filter((mode) => isByModel(page(items, mode)))).toEqual(["ranked", "smaller-pool"]);
});

it("counts no mode that it does not know", ({ expect }) => {
  expect(pageCounters(page([], "toString"), false)).toEqual([]);
});
