import fc from "fast-check";
import { expect, it } from "vitest";

import { advance, type Observation } from "../../../core/rollout/advance.ts";
import { assign } from "../../../core/rollout/assign.ts";
import { act, ACTIONS, type Action } from "../../../core/rollout/command.ts";
import { hasEnded, isExposing, type Phase } from "../../../core/rollout/phase.ts";
import { planSchema } from "../../../core/rollout/plan.ts";
import { armOf, seenAs } from "../../fakes/rollout-arms.ts";

/** A rollout as plain words say it, for the machine to be compared with. */
interface Model {
  at: Phase["at"];
  stage: number;
  bakedMs: number;
}

const plan = planSchema.parse({
  stages: [{ share: 100 }, { share: 5_000 }, { share: 10_000 }],
  bakeMs: 60_000,
  sample: { pages: 2_000, viewers: 50 },
});
const STAGES = plan.stages.length;

const good = armOf({ pages: 20_000, errors: 20, engaged: 6_000, viewers: 500 });
const SEEN = {
  good: seenAs(good, good),
  bad: seenAs(good, armOf({ pages: 20_000, errors: 2_000, engaged: 6_000, viewers: 500 })),
  few: seenAs(good, armOf({ pages: 100, errors: 0, engaged: 30, viewers: 10 })),
} as const satisfies Record<string, (stage: number) => Observation>;

type Step =
  | { readonly kind: "act"; readonly action: Action }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "observe"; readonly seen: keyof typeof SEEN | "none" | "stale" };

/** What ends a rollout is rare, so that some get to their end. */
const anAction = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Action[]>("start", "pause", "resume") },
  { weight: 1, arbitrary: fc.constantFrom<Action[]>(...ACTIONS) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("act" as const), action: anAction }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 70_000 }) }),
  fc.record({
    kind: fc.constant("observe" as const),
    seen: fc.oneof(
      { weight: 12, arbitrary: fc.constant("good" as const) },
      { weight: 4, arbitrary: fc.constantFrom("bad", "few", "none", "stale") },
    ),
  }),
);

const MAY: Record<Action, readonly Phase["at"][]> = {
  start: ["draft"],
  pause: ["running", "holding"],
  resume: ["paused"],
  abort: ["draft", "running", "holding", "paused"],
  kill: ["draft", "running", "holding", "paused", "done"],
};
const TO: Record<Action, Phase["at"]> = {
  start: "running",
  pause: "paused",
  resume: "running",
  abort: "aborted",
  kill: "killed",
};

function modelActs(model: Model, action: Action): boolean {
  if (model.at === TO[action]) return true;
  if (!MAY[action].includes(model.at)) return false;
  model.at = TO[action];
  return true;
}

function modelObserves(model: Model, seen: Extract<Step, { kind: "observe" }>["seen"]): void {
  if (!["running", "holding", "paused"].includes(model.at)) return;
  if (seen === "bad") model.at = "rolled_back";
  else if (model.at === "paused" || model.bakedMs < plan.bakeMs) return;
  else if (seen !== "good") model.at = "holding";
  else {
    model.stage += 1;
    model.bakedMs = 0;
    model.at = model.stage === STAGES - 1 ? "done" : "running";
  }
}

function observedBy(phase: Phase, seen: Extract<Step, { kind: "observe" }>["seen"]) {
  const stage = isExposing(phase) ? phase.stage : 0;
  if (seen === "none") return null;
  return seen === "stale" ? SEEN.bad(stage + 1) : SEEN[seen](stage);
}

/** Chance alone seldom gets there. */
const STAGE: readonly Step[] = [
  { kind: "wait", ms: 60_000 },
  { kind: "observe", seen: "good" },
];
const TO_THE_END: Step[] = [
  { kind: "act", action: "start" },
  ...STAGE,
  ...STAGE,
  { kind: "observe", seen: "bad" },
  { kind: "act", action: "kill" },
];

const shownBy = (phase: Phase) => ({
  at: phase.at,
  stage: isExposing(phase) ? phase.stage : null,
  guard: phase.at === "rolled_back" ? phase.guard : null,
});
const saidBy = ({ at, stage }: Model) => ({
  at,
  stage: ["running", "holding", "paused"].includes(at) ? stage : null,
  guard: at === "rolled_back" ? "error_rate" : null,
});

it("does what plain words say, whatever operators do and whatever is seen", () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let phase: Phase = { at: "draft" };
      let nowMs = 1_000_000;
      const model: Model = { at: "draft", stage: 0, bakedMs: 0 };
      const refusals: (readonly [boolean, boolean])[] = [];
      for (const next of steps) {
        const before: Phase = phase;
        if (next.kind === "wait") {
          nowMs += next.ms;
          if (model.at === "running" || model.at === "holding") model.bakedMs += next.ms;
        } else if (next.kind === "act") {
          const acted = act(phase, next.action, nowMs);
          const may = modelActs(model, next.action);
          refusals.push([acted.ok, may]);
          phase = acted.ok ? acted.value : phase;
        } else {
          phase = advance(phase, plan, observedBy(phase, next.seen), nowMs);
          modelObserves(model, next.seen);
        }
        reached.add(phase.at);
        expect(shownBy(phase)).toEqual(saidBy(model));
        // Of what has ended, only what is done can change any more.
        expect(hasEnded(before) && before.at !== "done" ? phase : before).toBe(before);
      }
      expect(refusals.filter(([did, may]) => did !== may)).toEqual([]);
    }),
    { numRuns: 3_000, examples: [[TO_THE_END]] },
  );
  expect([...reached].toSorted()).toEqual([
    "aborted",
    "done",
    "draft",
    "holding",
    "killed",
    "paused",
    "rolled_back",
    "running",
  ]);
});

it("never takes the treatment from a viewer while a rollout goes on, and from all when it is taken back", () => {
  const viewers = Array.from({ length: 300 }, (_, n) => String(7_000 + n));
  const treated = (phase: Phase) =>
    viewers.filter((viewer) => assign("f", { phase, plan }, viewer, "r").arm === "treatment");
  let inside: readonly string[] = [];
  for (let stage = 0; stage < STAGES - 1; stage++) {
    const now = treated({ at: "running", stage, sinceMs: 0 });
    expect(now).toEqual(expect.arrayContaining([...inside]));
    expect(treated({ at: "paused", stage, bakedMs: 0 })).toEqual(now);
    inside = now;
  }
  expect(inside.length).toBeGreaterThan(100);
  expect(treated({ at: "done", atMs: 0 })).toEqual(viewers);
  expect(treated({ at: "killed", atMs: 0 })).toEqual([]);
  expect(treated({ at: "aborted", stage: 2, atMs: 0 })).toEqual([]);
  expect(treated({ at: "draft" })).toEqual([]);
});
