import { describe, expect, it } from "vitest";

import { advance } from "../../../core/rollout/advance.ts";
import { assign } from "../../../core/rollout/assign.ts";
import { type Plan, planSchema } from "../../../core/rollout/plan.ts";
import { armOf, seenAs } from "../../fakes/rollout-arms.ts";

const reasonOf = (stages: unknown) =>
  planSchema.safeParse({ stages }).error?.issues.map(({ message }) => message)[0];

describe("stages", () => {
  it("are those of the specification where nothing is said", () => {
    expect(planSchema.parse({}).stages.map(({ share }) => share)).toEqual([
      100, 500, 2_500, 5_000, 10_000,
    ]);
  });

  it.for([
    ["a share that falls", [{ share: 500 }, { share: 100 }, { share: 10_000 }], "must include"],
    ["no end", [{ share: 100 }, { share: 9_000 }], "the last stage"],
    ["an end in one region", [{ share: 100 }, { share: 10_000, regions: ["a"] }], "must include"],
    ["no control group", [{ share: 9_001 }, { share: 10_000 }], "must leave"],
    [
      "a region that is left",
      [{ share: 100, regions: ["a"] }, { share: 500, regions: ["b"] }, { share: 10_000 }],
      "must include",
    ],
    ["one stage alone", [{ share: 10_000 }], "Too small"],
  ] as const)("refuse %s", ([, stages, reason]) => {
    expect(reasonOf(stages)).toContain(reason);
  });

  it("go region by region", () => {
    const plan = planSchema.parse({
      stages: [
        { share: 5_000, regions: ["apac"] },
        { share: 5_000, regions: ["apac", "eu-west"] },
        { share: 10_000 },
      ],
    });
    const viewers = Array.from({ length: 200 }, (_, n) => String(n));
    const treated = (stage: number, region: string) =>
      viewers.filter((viewer) => {
        const phase = { at: "running", stage, sinceMs: 0 } as const;
        return assign("f", { phase, plan }, viewer, region).arm === "treatment";
      }).length;
    expect(treated(0, "apac")).toBeGreaterThan(60);
    expect(treated(0, "eu-west")).toBe(0);
    expect(treated(1, "eu-west")).toBe(treated(0, "apac"));
  });
});

describe("a stage's time", () => {
  const plan: Plan = planSchema.parse({ bakeMs: 1_000, sample: { pages: 100, viewers: 10 } });
  const good = armOf({ pages: 20_000, errors: 20, empty: 10, engaged: 6_000, viewers: 10 });
  const seen = seenAs(good, good);
  const running = { at: "running", stage: 0, sinceMs: 5_000 } as const;

  it("is over exactly at its end", () => {
    expect(advance(running, plan, seen(0), 5_999)).toBe(running);
    expect(advance(running, plan, seen(0), 6_000)).toEqual({
      ...running,
      stage: 1,
      sinceMs: 6_000,
    });
  });

  it("is not enough with one viewer too few, and holding ends with the last one", () => {
    const few = seenAs(good, { ...good, viewers: 9 });
    const held = advance(running, plan, few(0), 6_000);
    expect(held).toEqual({ ...running, at: "holding", reason: "not_enough_data" });
    expect(advance(held, plan, few(0), 9_000)).toBe(held);
    expect(advance(held, plan, seen(0), 9_000)).toMatchObject({ at: "running", stage: 1 });
  });

  it("ends the rollout after the last stage that leaves a control group", () => {
    expect(advance({ ...running, stage: 3 }, plan, seen(3), 6_000)).toEqual({
      at: "done",
      atMs: 6_000,
    });
  });
});
