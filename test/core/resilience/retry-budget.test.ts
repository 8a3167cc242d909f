import fc from "fast-check";
import { it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import {
  FULL_BUDGET,
  type RetryBudget,
  withFirst,
  withRetry,
} from "../../../core/resilience/retry-budget.ts";

it("gives one retry for each ten calls, exactly", ({ expect }) => {
  let budget: RetryBudget = { saved: 0 };
  for (let call = 0; call < 9; call++) budget = withFirst(budget);
  expect(withRetry(budget)).toBeNull();
  expect(withRetry(withFirst(budget))).toEqual({ saved: 0 });
});

it("saves up ten and no more", ({ expect }) => {
  let budget = FULL_BUDGET;
  for (let call = 0; call < 1_000; call++) budget = withFirst(budget);
  let retries = 0;
  for (let next = withRetry(budget); next !== null; next = withRetry(budget)) {
    budget = next;
    retries++;
  }
  expect(retries).toBe(LIMITS.retriesSavedMax);
});

it("never gives more than a tenth of all calls, beyond what a new isolate has", ({ expect }) => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (wants) => {
      let budget = FULL_BUDGET;
      let [calls, retries] = [0, 0];
      for (const isRetry of wants) {
        if (!isRetry) {
          budget = withFirst(budget);
          calls++;
          continue;
        }
        const next = withRetry(budget);
        if (next === null) continue;
        budget = next;
        retries++;
      }
      expect(retries).toBeLessThanOrEqual(0.1 * calls + LIMITS.retriesSavedMax + 1e-6);
    }),
  );
});
