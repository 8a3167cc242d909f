import { describe, it } from "vitest";

import { type LayerCounts, NO_COUNTS } from "../../../core/telemetry/cache-counts.ts";
import { cachesBetween } from "../../../core/telemetry/cache-difference.ts";
import { reportOf } from "../../../core/telemetry/cache-layers.ts";

/** Of one region, whose layers all counted the same. */
const reportWith = (fields: Partial<LayerCounts>, atMs = 1) => {
  const counts = { ...NO_COUNTS, ...fields };
  const region = {
    client: counts,
    edge_pages: counts,
    edge_media: counts,
    feed: counts,
    follower: counts,
    leader: counts,
  };
  return reportOf(new Map([["apac", region]]), [], atMs);
};
const BEFORE = reportWith({
  asked: 100,
  hits: 90,
  misses: 10,
  bytesServed: 500,
  bytesHeld: 70,
  aged: 90,
  ageMsSum: 900,
  ages: [{ upToMs: 10, answers: 90 }],
  details: { fills: 9 },
});
const AFTER = reportWith(
  {
    asked: 200,
    hits: 140,
    misses: 60,
    bytesServed: 800,
    bytesHeld: 60,
    aged: 140,
    ageMsSum: 2_900,
    ages: [
      { upToMs: 10, answers: 120 },
      { upToMs: 20, answers: 20 },
    ],
    details: { fills: 10, gaps: 2 },
  },
  9,
);

describe("what was counted between two reports", () => {
  it("is the difference, judged by itself", ({ expect }) => {
    const between = cachesBetween(BEFORE, AFTER);
    expect(between.atMs).toBe(9);
    for (const layers of [between.layers, between.regions[0]?.layers ?? []])
      expect(layers.find(({ name }) => name === "feed")).toMatchObject({
        asked: 100,
        hits: 50,
        misses: 50,
        share: 0.5,
        met: false,
        bytesServed: 300,
        bytesHeld: 60,
        meanAgeMs: 40,
        ages: [
          { upToMs: 10, answers: 30 },
          { upToMs: 20, answers: 20 },
        ],
        details: { fills: 1, gaps: 2 },
      });
    expect(between.layers.find(({ name }) => name === "follower")?.meanAgeMs).toBeCloseTo(20.7, 1);
  });

  it("is never less than nothing, and no share of it", ({ expect }) => {
    const row = cachesBetween(AFTER, BEFORE).layers.find(({ name }) => name === "feed");
    expect(row).toMatchObject({ asked: 0, hits: 0, share: null, met: null, meanAgeMs: null });
  });

  it("is all of a region that was not there before", ({ expect }) => {
    const between = cachesBetween({ ...BEFORE, regions: [] }, AFTER);
    expect(between.regions).toEqual(AFTER.regions);
  });
});
