import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { History, HOUR_MS, type HistorySpan, MINUTE_MS } from "../../../core/telemetry/history.ts";
import { type RegionCounts, RegionSums } from "../../../core/telemetry/region-counts.ts";
import { MemoryHistoryRows } from "../../fakes/memory-history-rows.ts";

/** The beginning of an hour. */
const START_MS = 1_000 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

function answers(count: number, ms = 10): RegionCounts {
  const sums = new RegionSums();
  sums.count("http_answers", count);
  sums.time("http_read_ms", ms);
  return sums.counts();
}

function kept() {
  const rows = new MemoryHistoryRows();
  const wake = (nowMs: number) => new History(rows, nowMs);
  const held = { history: wake(START_MS) };
  /** One exchange in each of so many minutes. @returns when the last of them is over. */
  const pass = (minutes: number, fromMs: number, counts = answers(1)): number => {
    for (let at = 0; at < minutes; at++) held.history.add(counts, 0, fromMs + at * MINUTE_MS + 500);
    held.history.close(fromMs + minutes * MINUTE_MS);
    return fromMs + minutes * MINUTE_MS;
  };
  const lose = (nowMs: number) => void (held.history = wake(nowMs));
  const answersIn = (span: HistorySpan) =>
    [...rows.read(span, 0, Infinity)].map(({ atMs, counts }) => [
      atMs - START_MS,
      counts.counters.http_answers,
    ]);
  const since = (fromMs: number) => held.history.sumsSince(fromMs).of("http_answers");
  const total = () => held.history.totals().counts.counters.http_answers ?? 0;
  return { rows, held, pass, lose, answersIn, since, total };
}

describe("a minute", () => {
  it("is one row, written when it is over, with the worst level of it", ({ expect }) => {
    const { rows, held } = kept();
    expect(held.history.add(answers(2), 0, START_MS)).toBe(null);
    held.history.notice(2);
    expect(held.history.add(answers(3), 1, START_MS + MINUTE_MS - 1)).toBe(null);
    expect([rows.puts, held.history.closesMs]).toEqual([0, START_MS + MINUTE_MS]);
    const closed = held.history.add(answers(1), 0, START_MS + MINUTE_MS);
    expect(closed).toMatchObject({
      atMs: START_MS,
      level: 2,
      counts: { counters: { http_answers: 5 } },
    });
    expect(closed?.counts.timings.http_read_ms?.counts[1]).toBe(2);
    expect([...rows.read("minute", 0, Infinity)]).toEqual([closed]);
  });

  it("leaves no row when nothing was counted in it", ({ expect }) => {
    const { rows, held } = kept();
    for (let at = 0; at < 200; at++)
      held.history.add(new RegionSums().counts(), 0, START_MS + at * MINUTE_MS);
    expect([rows.puts, held.history.closesMs]).toEqual([0, null]);
  });

  it("that a clock comes back to is one row with what was before", ({ expect }) => {
    const { held, answersIn, total } = kept();
    held.history.add(answers(2), 0, START_MS + MINUTE_MS);
    held.history.add(answers(3), 2, START_MS);
    held.history.add(answers(4), 0, START_MS + MINUTE_MS);
    held.history.close(START_MS + 2 * MINUTE_MS);
    expect(answersIn("minute")).toEqual([
      [0, 3],
      [MINUTE_MS, 6],
    ]);
    expect(total()).toBe(9);
  });
});

describe("an hour", () => {
  it("is one row, from the minutes of it", ({ expect }) => {
    const { pass, answersIn, rows } = kept();
    pass(61, START_MS);
    expect(answersIn("hour")).toEqual([[0, 60]]);
    expect(answersIn("five minutes")).toEqual(
      Array.from({ length: 12 }, (_, at) => [at * 5 * MINUTE_MS, 5]),
    );
    expect(rows.puts).toBe(61 + 12 + 1);
  });

  it("is made of a table's minutes where rows of five minutes were never written", ({ expect }) => {
    const { pass, lose, answersIn, rows } = kept();
    const nowMs = pass(90, START_MS);
    rows.keep("five minutes", 0, 0);
    lose(nowMs);
    pass(31, nowMs);
    expect(answersIn("hour")).toEqual([
      [0, 60],
      [HOUR_MS, 60],
    ]);
    expect(answersIn("five minutes").length).toBe(24);
  });

  it("is made of minutes that an object before the eviction has seen, days later too", ({
    expect,
  }) => {
    const { pass, lose, answersIn, rows } = kept();
    pass(30, START_MS);
    lose(START_MS + 31 * MINUTE_MS);
    pass(10, START_MS + 40 * MINUTE_MS);
    lose(START_MS + 3 * DAY_MS);
    pass(1, START_MS + 3 * DAY_MS);
    expect(answersIn("hour")).toEqual([[0, 40]]);
    expect(rows.newestMs("minute")).toBe(START_MS + 3 * DAY_MS);
  });

  it("gets what a clock that stepped back brings late", ({ expect }) => {
    const { pass, answersIn, since } = kept();
    pass(61, START_MS);
    pass(1, START_MS + 5 * MINUTE_MS, answers(7));
    expect(answersIn("hour")).toEqual([[0, 67]]);
    expect(answersIn("five minutes")[1]).toEqual([5 * MINUTE_MS, 12]);
    expect(since(START_MS)).toBe(68);
  });
});

describe("a clock that was far ahead, and is right again", () => {
  it("leaves no rows of the future, counts on, and takes nothing from the total", ({ expect }) => {
    const { pass, answersIn, since, total, lose } = kept();
    pass(2, START_MS);
    pass(130, START_MS + 10 * DAY_MS);
    const nowMs = pass(61, START_MS + 2 * MINUTE_MS);
    expect(answersIn("minute").every(([at]) => (at ?? 0) < 2 * HOUR_MS)).toBe(true);
    expect(answersIn("hour")).toEqual([[0, 60]]);
    expect([since(START_MS), total()]).toEqual([63, 193]);
    lose(nowMs);
    expect([since(START_MS), total()]).toEqual([63, 193]);
  });
});

it("keeps minutes of a day and hours of a month, however long it goes on", ({ expect }) => {
  const { rows, pass, answersIn, total } = kept();
  const days = 40;
  // A minute in ten is enough for all hours.
  for (let at = 0; at < days * 144; at++) pass(1, START_MS + at * 10 * MINUTE_MS);
  const nowMs = START_MS + days * DAY_MS;
  const oldest = (span: HistorySpan) => (answersIn(span)[0]?.[0] ?? 0) + START_MS;
  expect(nowMs - oldest("minute")).toBeGreaterThanOrEqual(LIMITS.historyMinutesKeptMs);
  expect(nowMs - oldest("minute")).toBeLessThanOrEqual(LIMITS.historyMinutesKeptMs + HOUR_MS);
  expect(nowMs - oldest("hour")).toBeLessThanOrEqual(LIMITS.historyHoursKeptMs + HOUR_MS);
  expect(nowMs - oldest("five minutes")).toBeGreaterThanOrEqual(LIMITS.historyMinutesKeptMs);
  expect(nowMs - oldest("five minutes")).toBeLessThanOrEqual(LIMITS.historyMinutesKeptMs + HOUR_MS);
  expect(answersIn("hour").length).toBeGreaterThanOrEqual(LIMITS.historyHoursKeptMs / HOUR_MS - 1);
  expect(total()).toBe(days * 144);
  expect(rows.totals()?.sinceMs).toBe(START_MS);
});

describe("totals", () => {
  it("never go back: an eviction takes nothing that was said", ({ expect }) => {
    const { held, lose, pass, total } = kept();
    pass(3, START_MS);
    held.history.add(answers(50), 0, START_MS + 3 * MINUTE_MS);
    expect(total()).toBe(3);
    lose(START_MS + 4 * MINUTE_MS);
    expect(total()).toBe(3);
    pass(1, START_MS + 5 * MINUTE_MS);
    expect([total(), held.history.totals().sinceMs]).toEqual([4, START_MS]);
  });
});

describe("sums since", () => {
  it("are exact to the minute, over hours and the open minute", ({ expect }) => {
    const { held, pass, since } = kept();
    const nowMs = pass(5 * 60 + 17, START_MS);
    held.history.add(answers(1), 0, nowMs);
    for (const minutes of [1, 16, 17, 18, 60, 76, 77, 78, 200, 317])
      expect(since(nowMs - minutes * MINUTE_MS), `${minutes} minutes`).toBe(minutes + 1);
    expect(held.history.sumsSince(nowMs - HOUR_MS).timing("http_read_ms").count).toBe(61);
  });

  it("of days read rows of hours, once an hour", ({ expect }) => {
    const { rows, held, pass, since } = kept();
    let nowMs = pass(4 * 24 * 60 + 30, START_MS);
    const windowMs = 3 * DAY_MS;
    expect(since(nowMs - windowMs)).toBe(3 * 1_440 - 30);
    rows.reads = 0;
    for (let minute = 0; minute < 20; minute++) {
      held.history.add(answers(1), 0, nowMs);
      nowMs += MINUTE_MS;
      since(nowMs - windowMs);
    }
    // Minutes of the hour that has begun, and one row that may be there already for each that closes.
    expect(rows.reads).toBeLessThanOrEqual(20 * 51);
  });

  it("forget a remembered sum when a late minute changes it", ({ expect }) => {
    const { pass, since } = kept();
    const nowMs = pass(125, START_MS);
    expect(since(START_MS)).toBe(125);
    pass(1, START_MS + MINUTE_MS, answers(10));
    expect([since(START_MS), nowMs]).toEqual([135, START_MS + 125 * MINUTE_MS]);
  });
});
