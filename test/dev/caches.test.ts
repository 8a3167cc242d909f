import { it } from "vitest";

import { NO_COUNTS } from "../../core/telemetry/cache-counts.ts";
import { reportOf } from "../../core/telemetry/cache-layers.ts";
import { tableOf } from "../../dev/caches/table.ts";

const REGION = {
  client: { ...NO_COUNTS, asked: 10, hits: 2, stale: 3, misses: 5, bytesServed: 12_345 },
  edge_pages: { ...NO_COUNTS, asked: 4, hits: 4, aged: 4, ageMsSum: 8_000, bytesServed: 900 },
  edge_media: NO_COUNTS,
  feed: {
    ...NO_COUNTS,
    asked: 1_000,
    hits: 700,
    misses: 300,
    entries: 7,
    bytesHeld: 2_500_000,
    ages: [
      { upToMs: 1_000, answers: 1 },
      { upToMs: 60_000, answers: 2 },
    ],
  },
  follower: { ...NO_COUNTS, asked: 100, hits: 90, misses: 10 },
  leader: NO_COUNTS,
};

it("shows layers in columns that fit, what is asked in words, and what is away", ({ expect }) => {
  const away = [{ part: "follower:3:0", region: "apac", why: "unavailable" }];
  const text = tableOf(reportOf(new Map([["us-east", REGION]]), away, 1), false);
  expect(text.split("\n").slice(0, 9)).toEqual([
    "all regions",
    "layer          asked  hits  misses  stale    share  at once     target          entries    held   served      age",
    "L1 client         10     2       5      3   20.0 %   50.0 %  >= 30.0 %  MISSED                   12.3 kB",
    "L2 edge_pages      4     4       0      0  100.0 %  100.0 %                                        900 B    2.0 s",
    "L2 edge_media      0     0       0      0        -           >= 95.0 %",
    "L3 feed        1,000   700     300      0   70.0 %           >= 70.0 %     met        7  2.5 MB           <= 60 s",
    "L4 follower      100    90      10      0   90.0 %           >= 85.0 %     met",
    "L5 leader          0     0       0      0        -           >= 95.0 %",
    "L6 store         100     0     100      0    0.0 %            <= 5.0 %     met",
  ]);
  expect(text).toContain("  L3 feed: pages of home feeds");
  expect(text).toMatch(/not in the sums \(1\):\n {2}follower:3:0 apac: unavailable$/);
});

it("has a table for each region that was asked anything", ({ expect }) => {
  const quiet = {
    client: NO_COUNTS,
    edge_pages: NO_COUNTS,
    edge_media: NO_COUNTS,
    feed: NO_COUNTS,
    follower: NO_COUNTS,
    leader: NO_COUNTS,
  };
  const regions = new Map([
    ["us-east", REGION],
    ["apac", quiet],
  ]);
  const titles = tableOf(reportOf(regions, [], 1), true)
    .split("\n")
    .filter((line) => /^(?:all regions|us-east|apac)$/.test(line));
  expect(titles).toEqual(["all regions", "us-east"]);
});
