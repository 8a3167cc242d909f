import { describe, expect, it } from "vitest";

import { type GuardName, guardsSchema, judge, type Outcome } from "../../../core/rollout/guards.ts";
import { armOf } from "../../fakes/rollout-arms.ts";

const guards = guardsSchema.parse({});
const question = { guards, sample: { pages: 1_000, viewers: 1 }, alpha: 0.01, isLast: true };
type Did = Parameters<typeof armOf>[0];

function outcome(
  guard: GuardName,
  control: Did,
  treatment: Did,
  isLast = true,
): Outcome | undefined {
  const arms = { control: armOf(control).counts, treatment: armOf(treatment).counts };
  const verdicts = judge(arms, { ...question, isLast });
  return verdicts.find((verdict) => verdict.guard === guard)?.outcome;
}

const NORMAL = { pages: 50_000, errors: 50, empty: 250, engaged: 15_000 };

describe.for([
  ["error_rate", { errors: 1_000 }, { errors: 300 }],
  ["empty_feed_rate", { empty: 2_500 }, { empty: 1_250 }],
  ["engagement", { engaged: 12_000 }, { engaged: 13_500 }],
  ["p99", { slow: 2_000 }, { slow: 500 }],
] as const satisfies readonly (readonly [GuardName, Partial<Did>, Partial<Did>])[])(
  "%s",
  ([guard, bad, edge]) => {
    it("finds harm, passes what is alike and what is better, and cannot tell at the edge", () => {
      expect(outcome(guard, NORMAL, { ...NORMAL, ...bad })).toBe("worse");
      expect(outcome(guard, NORMAL, NORMAL)).toBe("pass");
      expect(outcome(guard, { ...NORMAL, ...bad }, NORMAL)).toBe("pass");
      expect(outcome(guard, NORMAL, { ...NORMAL, ...edge })).toBe("not_enough_data");
    });

    it("has not enough data below the minimum sample, and without any", () => {
      expect(outcome(guard, NORMAL, { pages: 999, errors: 1, empty: 5, engaged: 300 }, false)).toBe(
        "not_enough_data",
      );
      expect(
        outcome(guard, NORMAL, { pages: 1_000, errors: 1, empty: 5, engaged: 300 }, false),
      ).toBe("pass");
      expect(outcome(guard, { pages: 0 }, { pages: 0 })).toBe("not_enough_data");
      expect(outcome(guard, { pages: 0 }, NORMAL)).toBe("not_enough_data");
    });
  },
);

it("sees that everything fails from the thirtieth page, and not before", () => {
  const control = { pages: 10_000, errors: 10 };
  expect(outcome("error_rate", control, { pages: 29, errors: 29 })).toBe("not_enough_data");
  expect(outcome("error_rate", control, { pages: 30, errors: 30 })).toBe("worse");
});

it("wants harm excluded only before everybody gets the treatment", () => {
  const treatment = { pages: 2_000, errors: 8, empty: 12, engaged: 590 };
  expect(outcome("engagement", NORMAL, treatment, false)).toBe("pass");
  expect(outcome("engagement", NORMAL, treatment, true)).toBe("not_enough_data");
});

it("compares with the control group of the same time: a bad hour for both harms nobody", () => {
  const hour = { pages: 50_000, errors: 5_000, empty: 10_000, engaged: 2_000, slow: 10_000 };
  for (const guard of ["error_rate", "empty_feed_rate", "p99"] as const)
    expect(outcome(guard, hour, hour)).not.toBe("worse");
});
