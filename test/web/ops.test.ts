import { describe, it } from "vitest";

import type { HistorySeries } from "../../core/telemetry/history-series.ts";
import { type AuditLine, auditOf, filtered } from "../../web/ops/audit.ts";
import { budgetWords, burnTone } from "../../web/ops/burn.ts";
import { waitAfter } from "../../web/ops/data/backoff.ts";
import { linesOf } from "../../web/ops/history.ts";
import { EMPTY_WISH, wishFrom } from "../../web/ops/rollout-wish.ts";
import { changesOf } from "../../web/ops/seen.ts";
import { alertsOf, regionAt, rolloutsOf } from "../browser/fake-ops-state.ts";

describe("a series as plots take it", () => {
  const step = (at: number, answers: number, errors: number): HistorySeries["steps"][number] => ({
    at,
    level: 1,
    counters: { http_answers: answers, http_errors: errors },
    timings: { http_read_ms: { count: answers, p50Ms: 5, p95Ms: 8, p99Ms: 9 } },
  });
  const series: HistorySeries = {
    regions: ["us-east"],
    away: [],
    fromMs: 60_000,
    stepMs: 60_000,
    points: 4,
    steps: [step(0, 600, 6), step(2, 120, 0), step(3, 7, 0)],
  };

  it("has gaps where nothing was counted, and leaves out the step that has only begun", ({
    expect,
  }) => {
    expect(linesOf(series)).toEqual({
      atMs: [60_000, 120_000, 180_000],
      traffic: [10, 0, 2],
      errors: [0.01, null, 0],
      p50Ms: [5, null, 5],
      p99Ms: [9, null, 9],
      level: [1, null, 1],
    });
  });
});

describe("the merged log", () => {
  const before = regionAt("us-east", 0);
  const levels = { regions: [regionAt("us-east", 3, 2, before)], away: [] };
  const drill = {
    atMs: 5,
    revision: 2,
    what: "started",
    by: "carol",
    reason: "game day",
    fault: { dependency: "ranker", kind: "latency", region: "all" },
  };
  const all = auditOf({
    levels,
    rollouts: rolloutsOf(),
    alerts: alertsOf(["us-east"], "us-east"),
    drills: { audit: [drill] },
    actions: null,
  });
  const keys = (lines: readonly AuditLine[]) => lines.map(({ source }) => source);
  const none = { who: "", source: "", region: "", text: "" } as const;

  it("is newest first, and names each line once", ({ expect }) => {
    expect(all.map(({ atMs }) => atMs)).toEqual(
      all.map(({ atMs }) => atMs).toSorted((a, b) => b - a),
    );
    expect(keys(all)).toEqual(["level", "rollout", "alert", "drill"]);
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  });

  it("is filtered by who, kind, region and words", ({ expect }) => {
    expect(keys(filtered(all, { ...none, who: "CAROL" }))).toEqual(["drill"]);
    expect(keys(filtered(all, { ...none, source: "alert" }))).toEqual(["alert"]);
    // A rollout and this drill are everywhere.
    expect(keys(filtered(all, { ...none, region: "apac" }))).toEqual(["rollout", "drill"]);
    expect(keys(filtered(all, { ...none, text: "game" }))).toEqual(["drill"]);
  });
});

describe("waiting between two tries", () => {
  it("is as long as usual while all is well, and grows to half a minute", ({ expect }) => {
    expect(waitAfter(0, 2_000, 0.9)).toBe(2_000);
    expect([1, 2, 3].map((failures) => waitAfter(failures, 2_000, 0.5))).toEqual([
      4_000, 8_000, 16_000,
    ]);
    expect(waitAfter(100, 2_000, 0.5)).toBe(30_000);
  });
});

describe("a new rollout", () => {
  it("is what stands in the form, in the units of the API", ({ expect }) => {
    const { value } = wishFrom({ ...EMPTY_WISH, id: " a ", stages: "0.5, 100", reason: "why" });
    expect(value).toMatchObject({
      id: "a",
      plan: {
        stages: [
          { share: 50, regions: null },
          { share: 10_000, regions: null },
        ],
        bakeMs: 600_000,
      },
    });
  });

  it("names the field that is no number, or no JSON", ({ expect }) => {
    const wrong = (change: Partial<typeof EMPTY_WISH>) =>
      wishFrom({ ...EMPTY_WISH, ...change }).wrong?.field;
    expect(wrong({ bakeMinutes: "ten" })).toBe("plan.bakeMs");
    expect(wrong({ stages: "1, all" })).toBe("plan.stages");
    expect(wrong({ treatment: "{" })).toBe("treatment");
    expect(wrong({})).toBeUndefined();
  });
});

it("reads a burn rate by the rules that name its window", ({ expect }) => {
  expect(burnTone("1h", 14.4)).toBe("bad");
  expect(burnTone("1h", 14.3)).toBe("good");
  expect(burnTone("3d", 1)).toBe("warn");
  expect(burnTone("30d", 40)).toBe("good");
  expect(burnTone("5m", null)).toBe("plain");
});

it("says what is left of a budget once the budget is an event at least", ({ expect }) => {
  const said = (total: number, budgetLeft: number | null, bad = 1) =>
    budgetWords({
      target: 0.999,
      budgetLeft,
      burn: [{ window: "30d", total, bad, rate: 1 }],
    });
  expect(said(0, null)).toEqual({ share: "–", word: "no events", tone: "plain" });
  expect(said(3, -332)).toEqual({ share: "–", word: "too few events", tone: "plain" });
  expect(said(999, 1)).toMatchObject({ word: "too few events" });
  // A small region's outage pages, and is not hidden here.
  expect(said(500, -199, 100)).toEqual({ share: "-19,900 %", word: "overspent", tone: "bad" });
  expect(said(1_000, 0)).toEqual({ share: "0 %", word: "overspent", tone: "bad" });
  expect(said(10_000, 0.2)).toEqual({ share: "20 %", word: "left", tone: "warn" });
  expect(said(10_000, 0.9)).toEqual({ share: "90 %", word: "left", tone: "good" });
});

it("shows of a conflict what is another now", ({ expect }) => {
  const seen = (level: string) => ({
    revision: 1,
    facts: [
      ["Level", level],
      ["Why", "x"],
    ] as const,
  });
  expect(changesOf(seen("0"), seen("2"))).toEqual([{ label: "Level", was: "0", is: "2" }]);
});
