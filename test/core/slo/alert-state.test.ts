import { describe, it } from "vitest";

import {
  acknowledge,
  type AlertState,
  type AlertStep,
  QUIET,
  statusOf,
  stepAlert,
} from "../../../core/slo/alert-state.ts";
import { SLO_LIMITS } from "../../../core/slo/limits.ts";

const MINUTE_MS = 60_000;
const PAGE = { severity: "page", afterMs: 0 } as const;
const BAD = { verdict: "bad", why: "it is bad" } as const;
const GOOD = { verdict: "good", why: "" } as const;

type Verdict = Parameters<typeof stepAlert>[1]["verdict"];

/** One look a minute from `state` at minute `from`; the minutes at which something was told. */
function looks(verdicts: readonly Verdict[], state: AlertState = QUIET, from = 0, rule = PAGE) {
  const told: (readonly [minute: number, event: AlertStep["event"]])[] = [];
  let at = state;
  for (const [index, verdict] of verdicts.entries()) {
    const minute = from + index;
    const step = stepAlert(at, { verdict, why: "it is bad" }, rule, minute * MINUTE_MS);
    if (step.event !== null) told.push([minute, step.event]);
    at = step.next;
  }
  return { told, state: at };
}
const times = (count: number, verdict: Verdict): Verdict[] =>
  Array.from({ length: count }, () => verdict);

describe("an alert", () => {
  it("fires at the first bad look, and resolves after five good minutes", ({ expect }) => {
    const { told, state } = looks(["good", "bad", "bad", ...times(7, "good")]);
    expect(told).toEqual([
      [1, "firing"],
      [8, "resolved"],
    ]);
    expect(state).toMatchObject({ firedMs: MINUTE_MS, revision: 2, why: "it is bad" });
    expect(statusOf(state)).toBe("resolved");
  });

  it("starts its wait anew whenever it is between the two", ({ expect }) => {
    const wait = [...times(4, "good"), "unclear" as const];
    expect(looks(["bad", ...wait, ...wait, ...wait]).told).toEqual([[0, "firing"]]);
  });

  it("ends in silence too, after twice the time", ({ expect }) => {
    const { told } = looks(["bad", ...times(15, "unknown")]);
    expect(told).toEqual([
      [0, "firing"],
      [11, "resolved"],
    ]);
  });

  it("waits longer each time that it comes back, and is forgiven in time", ({ expect }) => {
    const once: Verdict[] = ["bad", ...times(6, "good")];
    const first = looks(once);
    const again = looks(["bad", ...times(11, "good")], first.state, 10);
    expect(again.told).toEqual([
      [10, "firing"],
      [21, "resolved"],
    ]);
    const { state } = looks(times(121, "good"), again.state, 22);
    expect(statusOf(state)).toBe("ok");
    expect(looks(once, state, 200).told).toEqual([
      [200, "firing"],
      [206, "resolved"],
    ]);
  });

  it("that waits for its cause to last fires at its time, and never for one that went", ({
    expect,
  }) => {
    const rule = { severity: "page", afterMs: 10 * MINUTE_MS } as const;
    const run = (verdicts: Verdict[]) => {
      let state = QUIET;
      return verdicts.flatMap((verdict, minute) => {
        const step = stepAlert(state, { verdict, why: "" }, rule, minute * MINUTE_MS);
        state = step.next;
        return step.event === null ? [] : [[minute, step.event]];
      });
    };
    expect(run(times(12, "bad"))).toEqual([[10, "firing"]]);
    expect(run([...times(10, "bad"), "good", ...times(10, "bad")])).toEqual([]);
  });

  it("does not wait for a clock that stepped back", ({ expect }) => {
    const rule = { severity: "page", afterMs: 10 * MINUTE_MS } as const;
    const late = stepAlert(QUIET, BAD, rule, 100 * MINUTE_MS).next;
    const back = stepAlert(late, BAD, rule, 50 * MINUTE_MS).next;
    expect(back.badSinceMs).toBe(50 * MINUTE_MS);
    expect(stepAlert(back, BAD, rule, 60 * MINUTE_MS).event).toBe("firing");
  });
});

describe("whoever is told", () => {
  const firing = stepAlert(QUIET, BAD, PAGE, 0).next;
  const atHours = (state: AlertState, ms: number) => stepAlert(state, BAD, PAGE, ms).event;

  it("is told again every four hours", ({ expect }) => {
    expect(atHours(firing, SLO_LIMITS.pageRepeatMs - 1)).toBeNull();
    const again = stepAlert(firing, BAD, PAGE, SLO_LIMITS.pageRepeatMs);
    expect(again.event).toBe("repeat");
    expect(again.next.revision).toBe(firing.revision);
    expect(atHours(again.next, 2 * SLO_LIMITS.pageRepeatMs - 1)).toBeNull();
    expect(atHours(again.next, 2 * SLO_LIMITS.pageRepeatMs)).toBe("repeat");
  });

  it("is left alone once somebody has acknowledged, until it fires anew", ({ expect }) => {
    const made = acknowledge(firing, { by: "ann", reason: "on it", revision: 1 }, 5_000);
    if (!made.ok) throw new Error(made.error.code);
    expect(made.value).toMatchObject({
      revision: 2,
      acknowledged: { by: "ann", reason: "on it", atMs: 5_000 },
    });
    expect(atHours(made.value, SLO_LIMITS.pageRepeatMs)).toBeNull();
    const over = looks(times(7, "good"), made.value, 10).state;
    const anew = stepAlert(over, BAD, PAGE, 20 * MINUTE_MS);
    expect([anew.event, anew.next.acknowledged]).toEqual(["firing", null]);
  });

  it("is acknowledged once by whoever says it again after a lost answer", ({ expect }) => {
    const ask = { by: "ann", reason: "on it", revision: 1 };
    const made = acknowledge(firing, ask, 5_000);
    if (!made.ok) return expect.unreachable();
    expect(acknowledge(made.value, ask, 9_000)).toEqual(made);
    for (const other of [{ by: "bob" }, { reason: "no" }])
      expect(acknowledge(made.value, { ...ask, ...other }, 9_000).ok).toBe(false);
  });

  it("acknowledges what they saw, while it fires", ({ expect }) => {
    const ask = { by: "ann", reason: "on it" };
    expect(acknowledge(firing, { ...ask, revision: 0 }, 1)).toMatchObject({
      ok: false,
      error: { code: "conflict", field: "revision", revision: 1 },
    });
    const { state } = looks(times(7, "good"), firing, 1);
    expect(stepAlert(state, GOOD, PAGE, 100 * MINUTE_MS).event).toBeNull();
    expect(acknowledge(state, { ...ask, revision: 2 }, 1)).toMatchObject({
      ok: false,
      error: { code: "conflict", reason: "the alert is not firing" },
    });
  });
});
