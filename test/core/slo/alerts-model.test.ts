import fc from "fast-check";
import { it } from "vitest";

import { dwellWith } from "../../../core/degradation/condition.ts";
import { type AlertState, patienceOf, QUIET } from "../../../core/slo/alert-state.ts";
import { ALERTS, type AlertStates, lookAtAlerts } from "../../../core/slo/alerts.ts";
import {
  BURN_RULES,
  type Counted,
  type Severity,
  SEVERITIES,
  WINDOWS,
} from "../../../core/slo/burn.ts";
import { SLO_LIMITS } from "../../../core/slo/limits.ts";
import { viewOf } from "../../fakes/alert-world.ts";
import { EventMinutes } from "../../fakes/event-minutes.ts";

const MINUTE_MS = 60_000;
const BUDGET = 0.001;

/** So many minutes of the same traffic; some a night long. */
const stretchArb = fc.record({
  minutes: fc.constantFrom(1, 2, 5, 6, 30, 61, 200, 500),
  total: fc.constantFrom(0, 0, 1, 3, 40, 1_000),
  share: fc.constantFrom(0, 0, 0.0005, 0.0012, 0.0032, 0.007, 0.015, 0.2, 1),
});
interface Stretch {
  readonly minutes: number;
  readonly total: number;
  readonly share: number;
}

interface Look {
  readonly before: AlertState;
  readonly after: AlertState;
  readonly severity: Severity;
  readonly minutes: readonly Counted[];
  readonly nowMs: number;
}

/** Walks a region through its traffic, one look a minute, states through JSON as the storage keeps them. */
function walk(stretches: readonly Stretch[], check: (look: Look) => void): AlertStates {
  const events = new EventMinutes();
  const minutes: Counted[] = [];
  let states: AlertStates = {};
  let owed = 0;
  for (const { minutes: count, total, share } of stretches) {
    for (let minute = 0; minute < count; minute++) {
      owed += total * share;
      const bad = Math.min(total, Math.floor(owed));
      owed -= bad;
      minutes.push({ total, bad });
      events.add({ total, bad });
      const before = JSON.parse(JSON.stringify(states)) as AlertStates;
      const view = viewOf({ "read-availability": events.windows() });
      states = lookAtAlerts(before, view, events.nowMs).next;
      for (const severity of SEVERITIES) {
        const id = `read-availability-${severity}`;
        const after = states[id] ?? QUIET;
        check({ before: before[id] ?? QUIET, after, severity, minutes, nowMs: events.nowMs });
      }
    }
  }
  return states;
}

/** Counted anew from the minutes, without any sum that production keeps. */
function burns(minutes: readonly Counted[], severity: Severity, part = 1): boolean {
  const of = (ms: number) => {
    const last = minutes.slice(-ms / MINUTE_MS);
    const sum = (pick: (one: Counted) => number) => last.reduce((all, one) => all + pick(one), 0);
    return { total: sum(({ total }) => total), bad: sum(({ bad }) => bad) };
  };
  return BURN_RULES.filter((rule) => rule.severity === severity).some(({ short, long, factor }) =>
    [short, long].every((window) => {
      const { total, bad } = of(WINDOWS[window]);
      const badMin = severity === "page" ? SLO_LIMITS.pageBadMin : SLO_LIMITS.ticketBadMin;
      const has = total >= SLO_LIMITS.sloSampleMin && bad >= badMin;
      return has && Math.round((bad / total / BUDGET) * 1e6) >= Math.round(factor * part * 1e6);
    }),
  );
}

const dayArb = fc.array(stretchArb, { minLength: 4, maxLength: 8 });

it("fires when, and only when, both windows of a rule burn", ({ expect }) => {
  let fired = 0;
  fc.assert(
    fc.property(dayArb, (stretches) => {
      walk(stretches, ({ before, after, severity, minutes }) => {
        if (before.condition.at === "on") return;
        expect(after.condition.at === "on").toBe(burns(minutes, severity));
        if (after.condition.at === "on") fired++;
      });
    }),
    { numRuns: 25 },
  );
  // A model in which nothing happens would prove nothing.
  expect(fired).toBeGreaterThan(3);
});

it("ends no sooner than its dwell after it fired and after it last burnt", ({ expect }) => {
  let ended = 0;
  fc.assert(
    fc.property(dayArb, (stretches) => {
      const lastBurntMs = new Map<Severity, number>();
      walk(stretches, ({ before, after, severity, minutes, nowMs }) => {
        if (burns(minutes, severity, SLO_LIMITS.sloExitShare)) lastBurntMs.set(severity, nowMs);
        if (before.condition.at === "off" || after.condition.at === "on") return;
        ended++;
        const dwellMs = dwellWith(patienceOf(severity), before.condition.trips);
        expect(nowMs - (before.firedMs ?? nowMs)).toBeGreaterThanOrEqual(dwellMs);
        expect(nowMs - (lastBurntMs.get(severity) ?? 0)).toBeGreaterThanOrEqual(dwellMs);
      });
    }),
    { numRuns: 25 },
  );
  expect(ended).toBeGreaterThan(1);
});

it("never fires for a region without traffic, and ends in one", ({ expect }) => {
  const silence = { minutes: 500, total: 0, share: 0 };
  const sparse = fc.record({
    minutes: fc.constantFrom(60, 500),
    // Fewer than its sample in six hours, all of them failing.
    every: fc.integer({ min: 20, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(sparse, { maxLength: 6 }), (nights) => {
      const stretches = nights.flatMap(({ minutes, every }) => [
        { minutes: 1, total: 1, share: 1 },
        { minutes: Math.min(minutes, every), total: 0, share: 0 },
      ]);
      walk(stretches, ({ after }) => expect(after.condition.at).toBe("off"));
    }),
    { numRuns: 12 },
  );
  fc.assert(
    fc.property(dayArb, (stretches) => {
      const states = walk([...stretches, silence, silence, silence], () => {});
      for (const { id } of ALERTS) expect(states[id]?.condition.at ?? "off").toBe("off");
    }),
    { numRuns: 8 },
  );
});

it("changes a bounded number of times, whatever the traffic does", ({ expect }) => {
  const noisy = fc.array(
    fc.record({
      minutes: fc.constantFrom(1, 2, 7, 15),
      total: fc.constant(1_000),
      share: fc.constantFrom(0, 1),
    }),
    { minLength: 20, maxLength: 60 },
  );
  fc.assert(
    fc.property(noisy, (stretches) => {
      let changes = 0;
      let minutes = 0;
      walk(stretches, ({ before, after, severity, nowMs }) => {
        if (severity === "page" && before.condition.at !== after.condition.at) changes++;
        minutes = nowMs / MINUTE_MS;
      });
      // One firing and one end in each dwell, at most.
      const dwells = Math.ceil((minutes * MINUTE_MS) / SLO_LIMITS.pageDwellMs);
      expect(changes).toBeLessThanOrEqual(2 * dwells);
    }),
    { numRuns: 12 },
  );
});
