import fc from "fast-check";
import { describe, it } from "vitest";

import {
  admit,
  type LanePolicy,
  planBatch,
  type Waiting,
} from "../../gpu-ranker/src/lane/admission.ts";
import {
  lineOf,
  measured,
  NO_ESTIMATE,
  rowCap,
  serviceMs,
} from "../../gpu-ranker/src/lane/service-estimate.ts";

const policy: LanePolicy = {
  serviceMsMax: 15,
  batchRowsFirst: 512,
  batchRowsMax: 16_000,
  queueRowsMax: 2_000,
  queueRequestsMax: 10,
  admitShare: 0.6,
  answerMarginMs: 2,
};
/** 1 ms and 0.01 ms per row: 200 rows take 3 ms, the cap is 1,400 rows. */
const line = { fixedMs: 1, perRowMs: 0.01 };
const idle = { running: null, queuedRows: 0, queuedRequests: 0 };

describe("the estimate of service time", () => {
  it("finds the line that batches lie on", ({ expect }) => {
    let estimate = NO_ESTIMATE;
    for (const rows of [200, 500, 200, 1_000, 400, 200])
      estimate = measured(estimate, rows, 1 + 0.01 * rows, 0.2);
    expect(lineOf(estimate)?.fixedMs).toBeCloseTo(1);
    expect(lineOf(estimate)?.perRowMs).toBeCloseTo(0.01);
  });

  it("is through zero while all batches have one size, or when noise tilts it", ({ expect }) => {
    const same = measured(measured(NO_ESTIMATE, 200, 4, 0.2), 200, 4, 0.2);
    expect(lineOf(same)).toEqual({ fixedMs: 0, perRowMs: expect.closeTo(0.02) });
    const tilted = measured(measured(NO_ESTIMATE, 100, 10, 0.5), 1_000, 1, 0.5);
    expect(lineOf(tilted)?.fixedMs).toBe(0);
    expect(lineOf(tilted)?.perRowMs).toBeGreaterThan(0);
  });

  it("is nothing before the first batch, so that it is tried", ({ expect }) => {
    expect(lineOf(NO_ESTIMATE)).toBe(null);
    expect(serviceMs(null, 500)).toBe(0);
    expect(rowCap(null, policy)).toBe(512);
  });

  it("caps a batch at its share of the budget, and never below one row", ({ expect }) => {
    expect(rowCap(line, policy)).toBe(1_400);
    expect(serviceMs(line, rowCap(line, policy))).toBeLessThanOrEqual(15);
    expect(rowCap({ fixedMs: 20, perRowMs: 0.01 }, policy)).toBe(1);
    expect(rowCap({ fixedMs: 0, perRowMs: 1e-9 }, policy)).toBe(16_000);
  });

  it("is a finite line above zero whatever was measured", ({ expect }) => {
    const batch = fc.tuple(
      fc.integer({ min: 1, max: 16_000 }),
      fc.double({ min: 0.001, max: 5_000, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 50 }), (batches) => {
        let estimate = NO_ESTIMATE;
        for (const [rows, ms] of batches) estimate = measured(estimate, rows, ms, 0.2);
        const found = lineOf(estimate);
        expect(found?.perRowMs).toBeGreaterThan(0);
        expect(found?.fixedMs).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(serviceMs(found, 16_000))).toBe(true);
      }),
    );
  });
});

describe("admission", () => {
  const request = { rows: 200, deadlineMs: 1_050 };

  it("takes anything that has time left when idle, however long it is said to take", ({
    expect,
  }) => {
    const slow = { fixedMs: 60_000, perRowMs: 1 };
    expect(admit(request, idle, slow, 1_000, policy)).toEqual({ admit: true });
    expect(admit(request, idle, slow, 1_049.9, policy)).toEqual({ admit: true });
    expect(admit(request, idle, slow, 1_050, policy)).toMatchObject({
      admit: false,
      reason: "deadline",
    });
  });

  it("refuses from the instant at which the answer would be late", ({ expect }) => {
    // 3 ms of its own and 2 ms to answer; 13 ms are left of what runs, 5 ms and two batches wait.
    const running = { rows: 1_400, startedMs: 998 };
    const load = { running, queuedRows: 1_500, queuedRequests: 3 };
    const takes = 13 + (2 * 1 + 15) + 3 + 2;
    const at = (deadlineMs: number) => admit({ rows: 200, deadlineMs }, load, line, 1_000, policy);
    expect(at(1_000 + takes)).toEqual({ admit: true });
    expect(at(1_000 + takes - 0.1)).toEqual({ admit: false, reason: "deadline", retryAfterMs: 30 });
  });

  it("counts nothing for a run that is longer than expected", ({ expect }) => {
    const load = { running: { rows: 200, startedMs: 0 }, queuedRows: 0, queuedRequests: 0 };
    expect(admit({ rows: 200, deadlineMs: 1_005 }, load, line, 1_000, policy)).toEqual({
      admit: true,
    });
  });

  it("refuses what does not fit", ({ expect }) => {
    const running = { rows: 1, startedMs: 1_000 };
    const rows = { running, queuedRows: 1_801, queuedRequests: 1 };
    expect(admit(request, rows, line, 1_000, policy)).toMatchObject({
      admit: false,
      reason: "queue",
    });
    expect(admit(request, { ...rows, queuedRows: 1_800 }, line, 1_000, policy)).toEqual({
      admit: true,
    });
    const requests = { running, queuedRows: 0, queuedRequests: 10 };
    expect(admit(request, requests, line, 1_000, policy)).toMatchObject({
      admit: false,
      reason: "queue",
    });
  });
});

describe("a batch", () => {
  const waiting = (rows: number, deadlineMs = 100): Waiting => ({ rows, deadlineMs });

  it("is what waits, in order, up to the cap", ({ expect }) => {
    const queue = [waiting(700), waiting(700), waiting(1)];
    expect(planBatch(queue, line, 0, policy)).toEqual({ take: [0, 1], drop: [] });
  });

  it("has one request at least, though that alone exceeds the cap", ({ expect }) => {
    expect(planBatch([waiting(1_900), waiting(1)], line, 0, policy)).toEqual({
      take: [0],
      drop: [],
    });
  });

  it("leaves out what is too late by then, and takes what is behind it", ({ expect }) => {
    // 200 rows: 3 ms and 2 ms to answer.
    const queue = [waiting(200, 4.9), waiting(200, 5), waiting(200, -1)];
    expect(planBatch(queue, line, 0, policy)).toEqual({ take: [1], drop: [0, 2] });
  });

  it("does not grow so long that somebody in it is late", ({ expect }) => {
    const queue = [waiting(200, 6), waiting(200, 100)];
    expect(planBatch(queue, line, 0, policy)).toEqual({ take: [0], drop: [] });
  });

  it("never takes late ones, splits or reorders, whatever waits", ({ expect }) => {
    const one = fc.record({
      rows: fc.integer({ min: 1, max: 2_000 }),
      deadlineMs: fc.integer({ min: -10, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (queue) => {
        const { take, drop } = planBatch(queue, line, 0, policy);
        const rows = take.reduce((sum, place) => sum + (queue[place]?.rows ?? 0), 0);
        const endMs = serviceMs(line, rows) + policy.answerMarginMs;
        for (const place of take) expect(queue[place]?.deadlineMs).toBeGreaterThanOrEqual(endMs);
        if (take.length > 1) expect(rows).toBeLessThanOrEqual(rowCap(line, policy));
        expect([...take, ...drop].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: take.length + drop.length }, (_, place) => place),
        );
        // Something runs unless everything is late.
        expect(take.length > 0 || drop.length === queue.length).toBe(true);
      }),
    );
  });
});
