import { describe, it } from "vitest";

import { pageCounters, rankerPartOf } from "../../../core/feed/page-counters.ts";

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

describe("what a page says of the ranker", () => {
  const part = (mode: string, reason: string, model: string | null) =>
    rankerPartOf(
      page([{ text: '"mode":"ranked","reason":"ok","model":"x"' }], mode)
        .replace('"setting"', `"${reason}"`)
        .replace('"model":null', `"model":${JSON.stringify(model)}`),
    );

  it("is the model that gave its order", ({ expect }) => {
    expect(part("ranked", "ok", "v7")).toEqual({ at: "scored", model: "v7" });
    expect(part("smaller-pool", "no_time", "v7")).toEqual({ at: "scored", model: "v7" });
  });

  it("is that it was asked in vain", ({ expect }) => {
    for (const reason of ["timeout", "shed", "error", "bad_answer", "no_time"]) {
      expect(part("light-model", reason, "light"), reason).toEqual({ at: "failed" });
      expect(part("cached-scores", reason, "v6"), reason).toEqual({ at: "failed" });
    }
  });

  it("is that it was not asked", ({ expect }) => {
    for (const [mode, reason, model] of [
      ["ranked", "ok", null],
      ["latest", "setting", null],
      ["light-model", "degraded", "light"],
      ["cached-scores", "breaker_open", "v6"],
      ["light-model", "no_ranker", "light"],
    ] as const)
      expect(part(mode, reason, model), `${mode} ${reason}`).toEqual({ at: "not asked" });
  });
});

it("counts no mode that it does not know", ({ expect }) => {
  expect(pageCounters(page([], "toString"), false)).toEqual([]);
});
