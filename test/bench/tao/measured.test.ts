import fc from "fast-check";
import { it } from "vitest";

import {
  decodeAnswers,
  decodeRequests,
  encodeAnswers,
  encodeRequests,
  OUTCOMES,
} from "../../../bench/tao/drive/wire.ts";
import { Counters, since } from "../../../bench/tao/measure/counters.ts";
import { driveOpen } from "../../../bench/tao/measure/open-loop.ts";
import { taoOptions } from "../../../bench/tao/options.ts";
import { layersOf } from "../../../bench/tao/report/layers.ts";
import { lagSummary, latencySummary, quantiles } from "../../../bench/tao/report/summary.ts";
import { schedule, type Source } from "../../../bench/tao/schedule.ts";
import { OPS } from "../../../bench/tao/workload/op.ts";
import type { Id } from "../../../core/ids.ts";
import { stream } from "../../../dev/world/random.ts";

const id = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }) as fc.Arbitrary<Id>;
const op = fc.record({
  op: fc.constantFrom(...OPS),
  id1: id,
  id2: id,
  atype: fc.nat(255),
  limit: fc.nat(65_535),
  bytes: fc.nat(65_535),
});

it("carries requests and answers as bytes, ids above 2^53 included", ({ expect }) => {
  const request = fc.record({
    atMs: fc.double({ min: 0, max: 2e12, noNaN: true }),
    region: fc.nat(15),
    label: fc.nat(255),
    ops: fc.array(op, { maxLength: 20 }),
  });
  fc.assert(
    fc.property(fc.array(request), (sent) => {
      expect(decodeRequests(encodeRequests(sent).buffer)).toEqual(sent);
    }),
  );
  const answer = fc.record({
    label: fc.nat(255),
    outcome: fc.constantFrom(...OUTCOMES),
    latencyMs: fc.float({ min: 0, max: 100_000, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(answer), (sent) => {
      expect(decodeAnswers(encodeAnswers(sent).buffer)).toEqual(sent);
    }),
  );
});

it("takes nearest ranks of all values", ({ expect }) => {
  const values = Array.from({ length: 10_000 }, (_, n) => 10_000 - n);
  expect(quantiles(values)).toEqual({
    count: 10_000,
    p50: 5_000,
    p90: 9_000,
    p99: 9_900,
    p999: 9_990,
    p9999: 9_999,
    max: 10_000,
  });
  expect(quantiles([]).p50).toBeNaN();
});

const source: Source = {
  labels: ["a"],
  meanOps: 3,
  draw: () => ({
    label: 0,
    ops: Array.from({ length: 3 }, () => ({
      op: "objGet" as const,
      id1: 1n as Id,
      id2: 0n as Id,
      atype: 0,
      limit: 0,
      bytes: 0,
    })),
  }),
};
const plan = { startMs: 1_000, seconds: 60, opsPerSecond: 900, regions: 4, windowMs: 250 };

it("settles arrivals in advance: in order, in their windows, at the stated rate", ({ expect }) => {
  const windows = [...schedule(source, plan, stream(1, "arrivals"))];
  expect(windows.length).toBe(240);
  for (const { fromMs, requests } of windows) {
    for (const { atMs } of requests) {
      expect(atMs).toBeGreaterThanOrEqual(fromMs);
      expect(atMs).toBeLessThan(fromMs + 250);
    }
  }
  const times = windows.flatMap(({ requests }) => requests.map(({ atMs }) => atMs));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(Math.abs(times.length - 18_000)).toBeLessThan(500);
  // Poisson: gaps vary as much as they are long.
  const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  const regions = new Set(windows.flatMap(({ requests }) => requests.map(({ region }) => region)));
  expect(regions.size).toBe(4);
});

it("hands a window over in time although the answers before it are still missing", async ({
  expect,
}) => {
  const windows = [1_000, 2_000, 3_000].map((fromMs) => ({
    fromMs,
    requests: [{ atMs: fromMs, region: 0, label: 0, ops: [] }],
  }));
  let nowMs = 0;
  const handedOver: number[] = [];
  const waiting = Promise.withResolvers<void>();
  const driven = driveOpen(windows, {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    open: async (requests) => {
      handedOver.push(nowMs);
      if (handedOver.length === windows.length) waiting.resolve();
      await waiting.promise;
      return requests.map(({ label }) => ({ label, outcome: "ok" as const, latencyMs: 7 }));
    },
  });
  const { byLabel, requests } = await driven;
  expect(handedOver.every((ms, n) => ms <= (n + 1) * 1_000)).toBe(true);
  expect(requests).toBe(3);
  expect(byLabel.get(0)?.latenciesMs).toEqual([7, 7, 7]);
});

it("gives up when the runtime does not keep up, or fails", async ({ expect }) => {
  const windows = Array.from({ length: 300 }, (_, n) => ({
    fromMs: n,
    requests: [{ atMs: n, region: 0, label: 0, ops: [] }],
  }));
  const ports = { nowMs: () => 1e6, sleep: async () => {} };
  const never = driveOpen(windows, { ...ports, open: () => new Promise<never>(() => {}) });
  await expect(never).rejects.toThrow(/cannot keep up/);
  const failing = driveOpen(windows.slice(0, 2), {
    ...ports,
    open: async () => {
      throw new Error("no driver");
    },
  });
  await expect(failing).rejects.toThrow("no driver");
});

it("adds counters up over objects and over their restarts; levels are of now", ({ expect }) => {
  const counters = new Counters();
  const look = (a: number, b: number, bytes: number) =>
    counters.add({
      objects: {
        "follower:0:eu:0": { reads: a, bytes },
        "follower:1:eu:0": { reads: b, bytes: 5 },
        "leader:0:eu": { queries: a },
      },
    });
  look(10, 1, 100);
  const before = counters.totals("follower");
  look(15, 2, 120);
  look(3, 4, 7);
  expect(counters.totals("follower")).toEqual({ reads: 10 + 5 + 3 + 1 + 1 + 2, bytes: 12 });
  expect(counters.totals("leader")).toEqual({ queries: 18 });
  expect(since(before, counters.totals("follower"))).toEqual({ reads: 11, bytes: 12 });
  expect(counters.restarts).toBe(2);
});

it("gives each layer its own denominator", ({ expect }) => {
  const layers = layersOf(
    1_000,
    { hotHits: 100 },
    { reads: 900, hits: 810 },
    { hits: 50, misses: 40, coalesced: 10, queries: 20, plans: 9, plansFromMemory: 4 },
  );
  expect(layers.layers.map(({ asked, hits }) => [asked, hits])).toEqual([
    [1_000, 100],
    [900, 810],
    [90, 60],
  ]);
  expect(layers).toMatchObject({
    fromStore: 30,
    hitRate: 0.97,
    storeShare: 0.03,
    storeQueries: 15,
  });
  // A leader that does not count has no memory: what a follower misses reaches the store.
  expect(layersOf(100, {}, { reads: 100, hits: 80 }, {})).toMatchObject({
    fromStore: 20,
    storeQueries: null,
  });
});

it("reports failures beside latencies, and a write never seen as one that took for ever", ({
  expect,
}) => {
  const series = { latenciesMs: [1, 2, 3], outcomes: { ok: 1, overloaded: 2 } };
  const driven = { byLabel: new Map([[1, series]]), requests: 3, ops: 3, handOverLateMs: 0 };
  expect(latencySummary(["a", "b"], driven)).toMatchObject({
    rows: [{ name: "b", count: 3, failed: 2, max: 3 }],
    failed: 2,
  });
  const [all, east, west] = lagSummary([
    { region: "west", lagMs: 4 },
    { region: "east", lagMs: 2 },
    { region: "west", lagMs: null },
  ]);
  expect([all?.count, east?.region, east?.max, west?.p50, west?.max]).toEqual([
    3,
    "east",
    2,
    4,
    Infinity,
  ]);
});

it("refuses options that contradict each other", ({ expect }) => {
  expect(taoOptions(["--workload", "O", "--rate", "500"])).toMatchObject({
    show: "load",
    workload: "O",
    rate: 500,
  });
  expect(taoOptions(["--stampede"])).toMatchObject({ show: "stampede", replicas: 2 });
  for (const wrong of [
    ["--stampede", "--group-commit"],
    ["--workload", "B"],
    ["--capacity-seconds", "0"],
    ["--rate", "0"],
  ])
    expect(() => taoOptions(wrong)).toThrow(/--/);
});
