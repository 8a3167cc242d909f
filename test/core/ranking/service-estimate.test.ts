import { describe, it } from "vitest";

import {
  estimateMs,
  NO_ESTIMATE,
  observed,
} from "../../../core/ranking/balance/service-estimate.ts";

describe("what a call of a ranker is expected to take", () => {
  it("grows with the rows that are asked for", ({ expect }) => {
    const estimate = observed(NO_ESTIMATE, 500, 12, 1_000);
    expect(estimateMs(estimate, 500, 1_000)).toBeCloseTo(12, 6);
    expect(estimateMs(estimate, 100, 1_000)).toBeCloseTo(4, 6);
  });

  it("is not spoiled by one slow call of a few rows", ({ expect }) => {
    const estimate = observed(NO_ESTIMATE, 3, 42, 1_000);
    expect(estimateMs(estimate, 3, 1_000)).toBeLessThan(10);
    expect(estimateMs(estimate, 60, 1_000)).toBeLessThan(30);
  });
});
