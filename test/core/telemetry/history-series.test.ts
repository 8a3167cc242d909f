import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { History, HOUR_MS, MINUTE_MS } from "../../../core/telemetry/history.ts";
import { historyAsk, seriesFrom, stepsOf } from "../../../core/telemetry/history-series.ts";
import {
  COUNTERS,
  type RegionCounts,
  RegionSums,
  TIMINGS,
} from "../../../core/telemetry/region-counts.ts";
import { MemoryHistoryRows } from "../../fakes/memory-history-rows.ts";

const START_MS = 1_000 * HOUR_MS;

function answers(count: number, ms: number): RegionCounts {
  const sums = new RegionSums();
  sums.count("http_answers", count);
  sums.time("http_read_ms", ms);
  return sums.counts();
}

/** A region with one exchange in each minute. */
function region(minutes: number, counts: RegionCounts, rows = new MemoryHistoryRows()): History {
  const history = new History(rows, START_MS);
  for (let at = 0; at < minutes; at++) history.add(counts, 0, START_MS + at * MINUTE_MS);
  return history;
}

describe("what is asked for", () => {
  it("is at most so many steps, of whole minutes, with the one that has begun as the last", ({
    expect,
  }) => {
    const nowMs = START_MS + 30 * MINUTE_MS + 17_000;
    expect(historyAsk(60, 60, nowMs)).toEqual({
      fromMs: START_MS - 29 * MINUTE_MS,
      stepMs: MINUTE_MS,
      points: 60,
    });
    expect(historyAsk(1_440, 288, nowMs)).toEqual({
      fromMs: START_MS + 35 * MINUTE_MS - 24 * HOUR_MS,
      stepMs: 5 * MINUTE_MS,
      points: 288,
    });
    expect(historyAsk(1_440, 230, nowMs)).toMatchObject({ stepMs: 10 * MINUTE_MS, points: 144 });
    // Of minutes that are kept, the last step is never cut to the hour that has begun.
    expect(historyAsk(1_440, 24, nowMs)).toEqual({
      fromMs: START_MS + 35 * MINUTE_MS - 24 * HOUR_MS,
      stepMs: HOUR_MS,
      points: 24,
    });
    expect(historyAsk(100, 60, nowMs)).toMatchObject({ stepMs: 2 * MINUTE_MS, points: 50 });
    expect(historyAsk(1, 400, nowMs)).toMatchObject({ stepMs: MINUTE_MS, points: 1 });
  });

  it("is of whole hours beyond the minutes that are kept, and of no more than is kept", ({
    expect,
  }) => {
    const nowMs = START_MS + 30 * MINUTE_MS;
    const most = LIMITS.historyMinutesKeptMs / MINUTE_MS;
    expect(historyAsk(most, 400, nowMs).stepMs).toBe(4 * MINUTE_MS);
    expect(historyAsk(most + 1, 400, nowMs)).toEqual({
      fromMs: START_MS - 26 * HOUR_MS,
      stepMs: HOUR_MS,
      points: 27,
    });
    const all = historyAsk(10_000_000, 10_000, nowMs);
    expect(all).toMatchObject({ stepMs: 2 * HOUR_MS, points: 384 });
    expect(nowMs - all.fromMs).toBeLessThanOrEqual(LIMITS.historyHoursKeptMs);
  });
});

describe("a series", () => {
  it("has a step for each with traffic, the open minute too", ({ expect }) => {
    const history = region(3, answers(2, 10));
    history.add(answers(4, 10), 0, START_MS + 6 * MINUTE_MS);
    history.add(answers(1, 10), 3, START_MS + 7 * MINUTE_MS);
    const ask = { fromMs: START_MS, stepMs: 2 * MINUTE_MS, points: 5 };
    const { steps, regions } = seriesFrom(ask, [{ region: "a", steps: stepsOf(history, ask) }]);
    expect(regions).toEqual(["a"]);
    expect(steps.map(({ at, level, counters }) => [at, level, counters["http_answers"]])).toEqual([
      [0, 0, 4],
      [1, 0, 2],
      [3, 3, 5],
    ]);
  });

  it("takes hours from their rows, and what has begun from minutes", ({ expect }) => {
    const history = region(150, answers(1, 10));
    const ask = { fromMs: START_MS - HOUR_MS, stepMs: HOUR_MS, points: 4 };
    const steps = stepsOf(history, ask);
    expect(steps.map(({ at, counts }) => [at, counts.counters.http_answers])).toEqual([
      [1, 60],
      [2, 60],
      [3, 30],
    ]);
  });

  it("of several regions has the percentiles of all their durations, and names who is away", ({
    expect,
  }) => {
    const ask = { fromMs: START_MS, stepMs: MINUTE_MS, points: 1 };
    const [fast, slow] = [region(1, answers(1, 10)), region(1, answers(1, 1_000))];
    const series = seriesFrom(ask, [
      { region: "a", steps: stepsOf(fast, ask) },
      { region: "b", steps: stepsOf(slow, ask) },
      { region: "c", why: "unavailable" },
    ]);
    expect(series).toMatchObject({
      regions: ["a", "b"],
      away: [{ region: "c", why: "unavailable" }],
    });
    const timing = series.steps[0]?.timings["http_read_ms"];
    expect(timing?.count).toBe(2);
    expect([timing?.p50Ms, timing?.p99Ms].map((ms) => (ms ?? 0) < 100)).toEqual([true, false]);
  });
});

it("of a busy day reads a row for each step, once; what that takes is printed", ({ expect }) => {
  const sums = new RegionSums();
  for (const [at, name] of COUNTERS.entries()) sums.count(name, 1_000_003 + at);
  // Forty buckets of each timing: from one millisecond to over twenty.
  for (const name of TIMINGS) for (let ms = 1; ms < 32; ms *= 1.09) sums.time(name, ms);
  const rows = new MemoryHistoryRows();
  const history = region(1_500, sums.counts(), rows);
  const ask = historyAsk(1_440, 288, START_MS + 1_499 * MINUTE_MS);
  const runs = [1, 2, 3, 4, 5].map(() => {
    rows.reads = 0;
    const before = process.cpuUsage();
    const series = seriesFrom(ask, [{ region: "a", steps: stepsOf(history, ask) }]);
    const { user, system } = process.cpuUsage(before);
    // The last step has only begun: it is of minutes, of which the last is open.
    expect([rows.reads, series.steps.length]).toEqual([287 + 4, 288]);
    return (user + system) / 1_000;
  });
  const rowBytes = JSON.stringify(sums.counts()).length;
  console.log({
    event: "history_series",
    rows: rows.reads,
    rowBytes,
    leastCpuMs: Math.min(...runs),
  });
});
