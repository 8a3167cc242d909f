import { describe, expect, it } from "vitest";

import type { GuardName } from "../../../core/rollout/guards.ts";
import { planSchema } from "../../../core/rollout/plan.ts";
import { type Behaviour, NORMAL, runPopulation } from "../../fakes/rollout-population.ts";

const plan = planSchema.parse({ bakeMs: 60_000, sample: { pages: 500, viewers: 50 } });
const TRAFFIC = { viewers: 20_000, pagesPerSecond: 600 };

const run = (treatment: Partial<Behaviour>, seed: number) =>
  runPopulation(
    plan,
    { control: NORMAL, treatment: { ...NORMAL, ...treatment } },
    { ...TRAFFIC, seed },
  );

describe("a bad treatment", () => {
  it.for([
    ["error_rate", { errors: 0.05 }, 0.02],
    ["error_rate", { errors: 1 }, 0.01],
    ["empty_feed_rate", { empty: 0.2 }, 0.02],
    ["p99", { medianMs: 60 }, 0.02],
    ["engagement", { engagements: 0.15 }, 0.06],
  ] as const satisfies readonly (readonly [GuardName, Partial<Behaviour>, number])[])(
    "is stopped by %s (%j) before %f of all viewers saw it",
    ([guard, treatment, sawMax]) => {
      for (const seed of [1, 2]) {
        const { phase, sawIt } = run(treatment, seed);
        expect(phase).toMatchObject({ at: "rolled_back", guard });
        expect(sawIt).toBeLessThan(sawMax);
      }
    },
  );
});

it("reaches everybody when it is as good as what there was, or better", () => {
  for (const [treatment, seed] of [
    [{}, 4],
    [{ engagements: 0.4, medianMs: 15 }, 5],
  ] as const) {
    const { phase, sawIt } = run(treatment, seed);
    expect(phase.at).toBe("done");
    expect(sawIt).toBeGreaterThan(0.4);
  }
});

it("holds a rollout that too few viewers saw, and says so", () => {
  const { phase } = runPopulation(
    plan,
    { control: NORMAL, treatment: NORMAL },
    { viewers: 2_000, pagesPerSecond: 1, seed: 6 },
  );
  expect(phase).toMatchObject({ at: "holding", stage: 0, reason: "not_enough_data" });
});

it("seldom stops a harmless one, however often it looks: at most what the plan allows", () => {
  const RUNS = 200;
  // Exactly as bad as is tolerated: the hardest case to tell from harm.
  const edge = {
    errors: NORMAL.errors + plan.guards.error_rate,
    engagements: NORMAL.engagements * (1 - plan.guards.engagement),
  };
  const stopped = Array.from({ length: RUNS }, (_, seed) =>
    runPopulation(
      { ...plan, stages: plan.stages.slice(3) },
      { control: NORMAL, treatment: { ...NORMAL, ...edge } },
      { viewers: 2_000, pagesPerSecond: 30, seed: 1_000 + seed, looks: 60 },
    ),
  ).filter(({ phase }) => phase.at === "rolled_back").length;
  // 0.05 of 200 are 10, and a sample of them at most 20.
  expect(stopped).toBeLessThanOrEqual(20);
});
