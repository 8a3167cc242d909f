import fc from "fast-check";
import { it } from "vitest";

import { dwellOf } from "../../../core/degradation/condition.ts";
import {
  automaticLevel,
  type Controller,
  pinned,
  started,
  step,
  unpinned,
} from "../../../core/degradation/controller.ts";
import { LEVEL_OF, LEVELS, TRIGGERS } from "../../../core/degradation/levels.ts";
import { judge, NO_SIGNALS, type Signals } from "../../../core/degradation/signals.ts";
import { LIMITS } from "../../../core/limits.ts";

const attempts = fc
  .record({
    calls: fc.integer({ min: 0, max: 400 }),
    share: fc.constantFrom(0, 0, 0.004, 0.02, 0.5),
  })
  .map(({ calls, share }) => ({ calls, errors: Math.ceil(calls * share) }));
const signalsArb: fc.Arbitrary<Signals> = fc.record({
  ranking: fc.record({
    timed: fc.integer({ min: 0, max: 60 }),
    p95Ms: fc.constantFrom(null, 12.5, 75, 87.5, 100, 112.5, 400),
    calls: fc.integer({ min: 0, max: 60 }),
    refused: fc.constantFrom(0, 0, 0, 5, 30),
  }),
  feedCache: fc
    .record({
      asked: fc.integer({ min: 0, max: 200 }),
      share: fc.constantFrom(0.1, 0.55, 0.8, 0.9),
    })
    .map(({ asked, share }) => ({ asked, hits: Math.floor(asked * share) })),
  taoReads: attempts,
  taoWrites: attempts,
});

type Act =
  | { readonly kind: "look"; readonly signals: Signals; readonly times: number }
  | { readonly kind: "pin"; readonly level: (typeof LEVELS)[number]; readonly minutes: number }
  | { readonly kind: "unpin" };
const actArb: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("look" as const),
      signals: signalsArb,
      // The same for a while: only then does a dwell ever end.
      times: fc.constantFrom(1, 1, 5, 31, 61, 130, 700),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("pin" as const),
      level: fc.constantFrom(...LEVELS),
      minutes: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "unpin" as const }) },
);

interface Look {
  readonly before: Controller;
  readonly after: Controller;
  readonly signals: Signals;
  readonly nowMs: number;
}

/** Walks through the acts, one look a second, through JSON as the storage keeps it. */
function walk(acts: readonly Act[], check: (look: Look) => void): Controller {
  let controller = started(0);
  let nowMs = 0;
  for (const act of acts) {
    const { revision } = controller.published;
    if (act.kind !== "look") {
      const by = { by: "ann", reason: "drill", revision };
      const result =
        act.kind === "pin"
          ? pinned(controller, { ...act, ...by }, nowMs)
          : unpinned(controller, by, nowMs);
      if (result.ok) controller = result.value.next;
      continue;
    }
    for (let times = 0; times < act.times; times++) {
      nowMs += 1_000;
      const before = JSON.parse(JSON.stringify(controller)) as Controller;
      controller = step(before, act.signals, nowMs).next;
      check({ before, after: controller, signals: act.signals, nowMs });
    }
  }
  return controller;
}

it("enters only on a bad signal with its sample, and leaves only after its dwell", ({ expect }) => {
  const all = fc.array(actArb, { maxLength: 25 });
  fc.assert(
    fc.property(all, (acts) => {
      const enteredMs = new Map<string, number>();
      const notGoodMs = new Map<string, number>();
      const badMs = new Map<string, number>();
      walk(acts, ({ before, after, signals, nowMs }) => {
        const verdicts = judge(signals);
        for (const trigger of TRIGGERS) {
          const [was, is] = [before.conditions[trigger], after.conditions[trigger]];
          if (was.at === "off" && is.at === "on") {
            expect(verdicts[trigger]).toBe("bad");
            enteredMs.set(trigger, nowMs);
          }
          if (was.at === "on" && is.at === "off") {
            const dwellMs = dwellOf(was.trips);
            expect(nowMs - (enteredMs.get(trigger) ?? nowMs)).toBeGreaterThanOrEqual(dwellMs);
            expect(nowMs - (badMs.get(trigger) ?? 0)).toBeGreaterThanOrEqual(dwellMs);
            const goodForMs = nowMs - (notGoodMs.get(trigger) ?? 0);
            const isSilence = nowMs - (badMs.get(trigger) ?? 0) >= LIMITS.levelQuietMs;
            expect(goodForMs >= dwellMs || isSilence).toBe(true);
          }
          if (verdicts[trigger] !== "good") notGoodMs.set(trigger, nowMs);
          if (["bad", "unclear"].includes(verdicts[trigger])) badMs.set(trigger, nowMs);
        }
      });
    }),
    { numRuns: 300 },
  );
});

it("publishes the pin, or the worst that is on; a new revision for each change alone", ({
  expect,
}) => {
  fc.assert(
    fc.property(fc.array(actArb, { maxLength: 25 }), (acts) => {
      walk(acts, ({ before, after, nowMs }) => {
        const { pin, level, revision } = after.published;
        const on = TRIGGERS.filter((trigger) => after.conditions[trigger].at === "on");
        const worst = Math.max(0, ...on.map((trigger) => LEVEL_OF[trigger]));
        expect(automaticLevel(after)).toBe(worst);
        expect(level).toBe(pin?.level ?? worst);
        if (pin !== null) expect(nowMs).toBeLessThan(pin.untilMs);
        const isSame =
          level === before.published.level &&
          JSON.stringify(pin) === JSON.stringify(before.published.pin);
        expect(revision).toBe(before.published.revision + (isSame ? 0 : 1));
      });
    }),
    { numRuns: 300 },
  );
});

it("changes at most once per dwell and trigger, whatever the signals do", ({ expect }) => {
  fc.assert(
    fc.property(fc.array(signalsArb, { minLength: 2, maxLength: 600 }), (looks) => {
      let controller = started(0);
      let changes = 0;
      for (const [second, signals] of looks.entries()) {
        const made = step(controller, signals, second * 1_000);
        if (made.change !== null) changes++;
        controller = made.next;
      }
      // Per trigger: one entry and one exit in each dwell.
      const dwells = Math.ceil((looks.length * 1_000) / LIMITS.levelDwellMs);
      expect(changes).toBeLessThanOrEqual(2 * TRIGGERS.length * dwells);
    }),
    { numRuns: 100 },
  );
});

it("comes back to level 0 by itself once all is silent", ({ expect }) => {
  fc.assert(
    fc.property(fc.array(actArb, { maxLength: 15 }), (acts) => {
      let nowMs = 0;
      let controller = walk(acts, (look) => {
        ({ nowMs } = look);
      });
      const untilMs = nowMs + Math.max(LIMITS.levelDwellMaxMs, 5 * 60_000) + 1_000;
      for (; nowMs <= untilMs; nowMs += 1_000)
        controller = step(controller, NO_SIGNALS, nowMs).next;
      expect(controller.published).toMatchObject({ level: 0, pin: null });
    }),
    { numRuns: 50 },
  );
});
