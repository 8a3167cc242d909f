import { describe, it } from "vitest";

import { type LayerCounts, NO_COUNTS, sumCounts } from "../../../core/telemetry/cache-counts.ts";
import {
  type CacheLayer,
  type CacheReport,
  cacheReportSchema,
  type RegionCounts,
  reportOf,
} from "../../../core/telemetry/cache-layers.ts";
import { countsOf } from "../../../core/telemetry/cache-tally.ts";

const counts = (fields: Partial<LayerCounts>): LayerCounts => ({ ...NO_COUNTS, ...fields });
const asked = (hits: number, misses: number): LayerCounts =>
  counts({ asked: hits + misses, hits, misses });
const NOTHING: RegionCounts = {
  client: NO_COUNTS,
  edge_pages: NO_COUNTS,
  edge_media: NO_COUNTS,
  feed: NO_COUNTS,
  follower: NO_COUNTS,
  leader: NO_COUNTS,
};
const reportFor = (regions: Record<string, Partial<RegionCounts>>): CacheReport =>
  reportOf(
    new Map(Object.entries(regions).map(([name, some]) => [name, { ...NOTHING, ...some }])),
    [],
    1,
  );
function row(layers: readonly CacheLayer[], name: CacheLayer["name"]): CacheLayer {
  const found = layers.find((layer) => layer.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe("a report", () => {
  it("has every layer of every region, and is what the endpoint promises", ({ expect }) => {
    const report = reportFor({ "us-east": {}, apac: {} });
    expect(cacheReportSchema.parse(report)).toEqual(report);
    for (const layers of [report.layers, ...report.regions.map((region) => region.layers)])
      expect(layers.map(({ layer, name }) => `${layer} ${name}`)).toEqual([
        "1 client",
        "2 edge_pages",
        "2 edge_media",
        "3 feed",
        "4 follower",
        "5 leader",
        "6 store",
      ]);
  });

  it("says nothing of a share of nothing", ({ expect }) => {
    for (const { share, met, meanAgeMs } of reportFor({ apac: {} }).layers)
      expect([share, met, meanAgeMs]).toEqual([null, null, null]);
  });

  it("meets a target from its bound on", ({ expect }) => {
    const metWith = (hits: number) =>
      row(reportFor({ apac: { feed: asked(hits, 1_000 - hits) } }).layers, "feed").met;
    expect([metWith(699), metWith(700), metWith(701)]).toEqual([false, true, true]);
  });

  it("adds regions up before it divides", ({ expect }) => {
    const report = reportFor({
      "us-east": { follower: asked(90, 10) },
      apac: { follower: asked(0, 900) },
    });
    expect(row(report.layers, "follower")).toMatchObject({ asked: 1_000, hits: 90, share: 0.09 });
    const shares = report.regions.map(({ layers }) => row(layers, "follower").share);
    expect(shares).toEqual([0.9, 0]);
  });

  it("holds the store against all that readers looked up, in all regions", ({ expect }) => {
    const leader = counts({
      ...asked(60, 40),
      details: { queries: 30, plans: 12, plansFromMemory: 10 },
    });
    const report = reportFor({
      "us-east": { follower: asked(500, 100), leader },
      apac: { follower: asked(200, 0) },
    });
    // Two plans asked the store as well: those are no reads.
    expect(row(report.layers, "store")).toMatchObject({
      asked: 800,
      hits: 40,
      misses: 760,
      share: 0.05,
      met: true,
      details: { queries: 30, readQueries: 28 },
    });
    const [east] = report.regions;
    expect(row(east?.layers ?? [], "store")).toMatchObject({ asked: 100, hits: 40, met: null });
    const worse = { "us-east": { follower: asked(799, 0), leader } };
    expect(row(reportFor(worse).layers, "store").met).toBe(false);
  });
});

it("shows how much was there at once, where stale answers are apart from hits", ({ expect }) => {
  const some = counts({ asked: 10, hits: 2, stale: 3, misses: 5 });
  const { layers } = reportFor({ apac: { client: some, edge_pages: some, follower: some } });
  const at = (name: CacheLayer["name"]) => row(layers, name).shareAtOnce;
  expect([at("client"), at("edge_pages"), at("follower")]).toEqual([0.5, 0.5, null]);
});

describe("counts", () => {
  it("add up, as far as their parts know", ({ expect }) => {
    const one = counts({
      ...asked(1, 2),
      bytesHeld: 10,
      aged: 1,
      ageMsSum: 50,
      ages: [{ upToMs: 10, answers: 1 }],
      details: { cold: 1 },
    });
    const other = counts({
      stale: 4,
      bytesHeld: 5,
      aged: 1,
      ageMsSum: 150,
      ages: [
        { upToMs: 10, answers: 2 },
        { upToMs: 1, answers: 3 },
      ],
      details: { cold: 1, below: 2 },
    });
    expect(sumCounts([one, other])).toEqual({
      asked: 3,
      hits: 1,
      misses: 2,
      stale: 4,
      bytesServed: null,
      bytesHeld: 15,
      entries: null,
      aged: 2,
      ageMsSum: 200,
      ages: [
        { upToMs: 1, answers: 3 },
        { upToMs: 10, answers: 3 },
      ],
      details: { cold: 2, below: 2 },
    });
  });

  it("of the edge and of clients have stale answers apart from hits", ({ expect }) => {
    const delta = { hits: 6, stale: 3, misses: 1, bytes: 99, ageMsSum: 900 };
    const [pages, media] = [countsOf("edge_pages", delta), countsOf("edge_media", delta)];
    expect(pages).toMatchObject({ asked: 10, hits: 6, stale: 3, misses: 1, bytesServed: 99 });
    expect([pages.ageMsSum / pages.aged, media.aged]).toEqual([100, 0]);
    expect(countsOf("client")).toMatchObject({ asked: 0, aged: 0 });
  });
});
