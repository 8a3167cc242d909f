import { describe, it } from "vitest";

import {
  type DrillState,
  expired,
  NO_DRILLS,
  started,
  stopped,
  stoppedAll,
} from "../../../core/chaos/board.ts";
import { newFaultSchema } from "../../../core/chaos/fault.ts";
import { DRILL_LIMITS } from "../../../core/chaos/limits.ts";

const act = (nowMs: number) => ({ by: "ann", reason: "seen", nowMs });
const wanted = (revision: number) =>
  newFaultSchema.parse({
    dependency: "ranker",
    kind: "latency",
    ms: 200,
    minutes: 1,
    reason: "to see",
    revision,
  });

/** With so many going on, begun one after another, a millisecond apart. */
function begun(count: number, state: DrillState = NO_DRILLS): DrillState {
  let now = state;
  for (let n = 0; n < count; n++) {
    const made = started(now, wanted(now.revision), { id: String(n), by: "ann", nowMs: n });
    if (!made.ok) throw new Error(made.error.code);
    now = made.value;
  }
  return now;
}

it("keeps a drill with its end, and who began it", ({ expect }) => {
  const { active, audit, revision } = begun(1);
  expect(active).toEqual([
    {
      id: "0",
      dependency: "ranker",
      kind: "latency",
      ms: 200,
      jitterMs: 0,
      region: "all",
      operations: "all",
      share: 1,
      startedMs: 0,
      untilMs: 60_000,
      reason: "to see",
      by: "ann",
    },
  ]);
  expect(audit).toEqual([
    { atMs: 0, revision: 1, what: "started", fault: active[0], by: "ann", reason: "to see" },
  ]);
  expect(revision).toBe(1);
});

it("refuses one that was decided on an older list", ({ expect }) => {
  const made = started(begun(2), wanted(1), { id: "x", by: "ann", nowMs: 5 });
  expect(made).toMatchObject({
    ok: false,
    error: { code: "conflict", field: "revision", revision: 2 },
  });
});

it("refuses one too many, and takes it when another is over", ({ expect }) => {
  const full = begun(DRILL_LIMITS.drillsMax);
  const more = (nowMs: number, revision: number) =>
    started(full, wanted(revision), { id: "x", by: "ann", nowMs });
  expect(more(20, full.revision)).toMatchObject({ ok: false, error: { code: "limit_reached" } });
  expect(more(60_000, full.revision + 1).ok).toBe(true);
});

it("ends what is over by itself, once, and notes it", ({ expect }) => {
  const two = begun(2);
  expect(expired(two, 59_999)).toBe(two);
  const one = expired(two, 60_000);
  expect(one.active.map(({ id }) => id)).toEqual(["1"]);
  expect(one.audit[0]).toMatchObject({ what: "expired", by: "clock", revision: 3 });
  expect(expired(one, 60_000)).toBe(one);
});

describe("a stop", () => {
  it("ends one, whatever the revision is", ({ expect }) => {
    const made = stopped(begun(3), "1", act(10));
    if (!made.ok) throw new Error(made.error.code);
    expect(made.value.active.map(({ id }) => id)).toEqual(["0", "2"]);
    expect(made.value.audit[0]).toMatchObject({
      what: "stopped",
      by: "ann",
      reason: "seen",
      fault: { id: "1" },
    });
  });

  it("finds nothing where nothing goes on any more", ({ expect }) => {
    expect(stopped(begun(1), "0", act(60_000))).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });

  it("of all ends all", ({ expect }) => {
    const none = stoppedAll(begun(3), act(10));
    expect(none.active).toEqual([]);
    expect(none.audit.slice(0, 3).map(({ what }) => what)).toEqual([
      "stopped",
      "stopped",
      "stopped",
    ]);
    expect(stoppedAll(none, act(11))).toBe(none);
  });
});

it("keeps the last lines of the log only", ({ expect }) => {
  let state = NO_DRILLS;
  for (let n = 0; n < DRILL_LIMITS.drillAuditMax; n++) state = stoppedAll(begun(1, state), act(n));
  expect(state.audit).toHaveLength(DRILL_LIMITS.drillAuditMax);
  expect(state.audit[0]?.revision).toBe(2 * DRILL_LIMITS.drillAuditMax);
});
