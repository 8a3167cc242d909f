import { it } from "vitest";

import { started } from "../../../core/degradation/controller.ts";
import { OBJECTIVES } from "../../../core/slo/objectives.ts";
import { regionView } from "../../../core/slo/region-view.ts";
import { type Counter, RegionSums } from "../../../core/telemetry/region-counts.ts";
import { History, HOUR_MS } from "../../../core/telemetry/history.ts";
import { MemoryHistoryRows } from "../../fakes/memory-history-rows.ts";

const sumsOf = (counters: Partial<Record<Counter, number>>, visibleMs: readonly number[] = []) => {
  const sums = new RegionSums();
  sums.add({ counters, timings: {} });
  for (const ms of visibleMs) sums.time("fanout_visible_ms", ms);
  return sums;
};
const counted = (id: string, sums: RegionSums) =>
  OBJECTIVES.find((objective) => objective.id === id)?.counted(sums);

it("takes lower rungs for ranked, and the order of time only where it was not wished for", ({
  expect,
}) => {
  const sums = sumsOf({
    feed_pages_ranked: 50,
    feed_pages_cached_scores: 10,
    feed_pages_light_model: 10,
    feed_pages_smaller_pool: 5,
    feed_pages_chronological: 3,
    feed_pages_latest: 40,
    feed_pages_by_level: 2,
  });
  expect(counted("ranked-share", sums)).toEqual({ total: 80, bad: 5 });
});

it("takes a post for late past the bound below five seconds", ({ expect }) => {
  expect(counted("time-to-visible", sumsOf({}, [100, 4_800, 4_801, 60_000]))).toEqual({
    total: 4,
    bad: 2,
  });
});

it("adds up the graph's reads and writes", ({ expect }) => {
  const sums = sumsOf({ tao_reads: 90, tao_read_errors: 2, tao_writes: 10, tao_write_errors: 1 });
  expect(counted("graph-availability", sums)).toEqual({ total: 100, bad: 3 });
});

it("sees each window of a region's history, and what happened within the last hour", ({
  expect,
}) => {
  const startMs = 480_000 * HOUR_MS;
  const history = new History(new MemoryHistoryRows(), startMs);
  const hour = sumsOf({ api_reads: 60, api_read_errors: 1 }).counts();
  for (let hours = 0; hours < 100; hours++) history.add(hour, 0, startMs + hours * HOUR_MS);
  const nowMs = startMs + 100 * HOUR_MS;
  history.add(
    sumsOf({ api_reads: 7, api_for_others: 3, fanout_dead_letters: 2 }).counts(),
    0,
    nowMs,
  );
  const view = regionView((fromMs) => history.sumsSince(fromMs), started(0).published, nowMs);
  const reads = view.windows["read-availability"];
  expect([reads["5m"], reads["30m"]]).toEqual([
    { total: 7, bad: 0 },
    { total: 7, bad: 0 },
  ]);
  expect([reads["1h"].bad, reads["6h"].bad, reads["1d"].bad, reads["3d"].bad]).toEqual([
    1, 6, 24, 72,
  ]);
  expect(reads["30d"]).toEqual({ total: 6_007, bad: 100 });
  expect(view).toMatchObject({ servedForOthers: 3, deadLetters: 2, rolledBack: 0 });
});
