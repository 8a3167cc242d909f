import { it } from "vitest";

import { signalsFrom } from "../../../core/degradation/region-signals.ts";
import { NO_SIGNALS } from "../../../core/degradation/signals.ts";
import { type RegionCounts, RegionSums } from "../../../core/telemetry/region-counts.ts";
import { SlidingWindow } from "../../../core/telemetry/sliding-window.ts";

const reads = (count: number): RegionCounts => ({ counters: { tao_reads: count }, timings: {} });

it("holds ten seconds, by when things came", ({ expect }) => {
  const window = new SlidingWindow();
  window.add(reads(1), 999);
  window.add(reads(10), 1_000);
  expect(window.sums(9_999).of("tao_reads")).toBe(11);
  expect(window.sums(10_000).of("tao_reads")).toBe(10);
  expect(window.sums(11_000).isEmpty).toBe(true);
});

it("forgets what came later than now: the clock stepped back", ({ expect }) => {
  const window = new SlidingWindow();
  window.add(reads(1), 60_000);
  expect(window.sums(20_000).isEmpty).toBe(true);
});

it("gives the controller its signals", ({ expect }) => {
  expect(signalsFrom(new RegionSums())).toEqual(NO_SIGNALS);
  const sums = new RegionSums();
  for (let answer = 0; answer < 20; answer++) sums.time("rank_ms", answer < 18 ? 10 : 300);
  sums.count("rank_calls", 25);
  sums.count("rank_refused", 5);
  sums.count("feed_asked", 4);
  sums.count("feed_hits", 3);
  sums.count("tao_write_errors");
  expect(signalsFrom(sums)).toEqual({
    ranking: { timed: 20, p95Ms: 300, calls: 25, refused: 5 },
    feedCache: { asked: 4, hits: 3 },
    taoReads: { calls: 0, errors: 0 },
    taoWrites: { calls: 0, errors: 1 },
  });
});

it("takes in what another version counts, as far as it knows it", ({ expect }) => {
  const sums = new RegionSums();
  sums.add({ counters: { tao_reads: 2, nonsense: 7 } as never, timings: { other: null } as never });
  expect(sums.counts()).toEqual({ counters: { tao_reads: 2 }, timings: {} });
});
