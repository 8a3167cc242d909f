import { describe, it } from "vitest";

import { dwellOf, look, OFF, quietOf } from "../../../core/degradation/condition.ts";
import {
  automaticLevel,
  type Controller,
  NORMAL,
  pinned,
  started,
  step,
  unpinned,
} from "../../../core/degradation/controller.ts";
import type { Trigger } from "../../../core/degradation/levels.ts";
import { NO_SIGNALS, type Verdict } from "../../../core/degradation/signals.ts";
import { LIMITS } from "../../../core/limits.ts";
import { signalsOf } from "./world.ts";

type Verdicts = Partial<Record<Trigger, Verdict>>;
const seen = (from: Controller, verdicts: Verdicts, nowMs: number) =>
  step(from, signalsOf(verdicts), nowMs).next;
/** One look a second, from `fromMs` up to and with `toMs`. */
function watched(from: Controller, verdicts: Verdicts, fromMs: number, toMs: number): Controller {
  let controller = from;
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 1_000)
    controller = seen(controller, verdicts, nowMs);
  return controller;
}
const levelOf = ({ published }: Controller) => published.level;

describe("levels", () => {
  it("are entered at the first bad look, and say why", ({ expect }) => {
    const { next, change } = step(started(0), signalsOf({ tao_writes: "bad" }), 1_000);
    expect(next.published).toMatchObject({ revision: 2, level: 3, sinceMs: 1_000, pin: null });
    expect(next.published.reason).toBe("20 of 1000 writes to the graph failed");
    expect(change).toMatchObject({ from: 0, to: 3, by: "controller", atMs: 1_000 });
  });

  it("are the worst of what is wrong", ({ expect }) => {
    const two = seen(started(0), { ranking: "bad", feed_cache: "bad" }, 0);
    expect(levelOf(two)).toBe(2);
    expect(levelOf(seen(two, { ranking: "bad", feed_cache: "bad", tao_reads: "bad" }, 1))).toBe(3);
  });

  it("do not change their revision while nothing changes", ({ expect }) => {
    const once = seen(started(0), { ranking: "bad" }, 0);
    const { next, change } = step(once, signalsOf({ ranking: "bad" }), 1_000);
    expect(change).toBeNull();
    expect(next.published).toBe(once.published);
  });

  it("end when the signal was good for the whole dwell, not an instant before", ({ expect }) => {
    const on = seen(started(0), { ranking: "bad" }, 0);
    const almost = watched(on, { ranking: "good" }, 1_000, 30_000);
    expect(levelOf(seen(almost, { ranking: "good" }, 30_999))).toBe(1);
    expect(levelOf(seen(almost, { ranking: "good" }, 31_000))).toBe(0);
  });

  it("begin their dwell anew with every look that is not good", ({ expect }) => {
    const on = seen(started(0), { ranking: "bad" }, 0);
    for (const verdict of ["bad", "unclear", "unknown"] as const) {
      const broken = seen(
        watched(on, { ranking: "good" }, 1_000, 30_000),
        { ranking: verdict },
        30_500,
      );
      const again = watched(broken, { ranking: "good" }, 31_000, 60_000);
      expect(levelOf(again), verdict).toBe(1);
      expect(levelOf(seen(again, { ranking: "good" }, 61_000)), verdict).toBe(0);
    }
  });

  it("step down to the next thing that is wrong", ({ expect }) => {
    const both = seen(started(0), { ranking: "bad", tao_reads: "bad" }, 0);
    const down = watched(both, { ranking: "bad", tao_reads: "good" }, 1_000, 31_000);
    expect(down.published).toMatchObject({ level: 1, sinceMs: 31_000 });
  });

  it("end without a sample too, only later: somebody has to try", ({ expect }) => {
    const on = seen(started(0), { tao_writes: "bad" }, 0);
    const silent = watched(on, {}, 1_000, 60_000);
    expect(levelOf(silent)).toBe(3);
    expect(levelOf(seen(silent, {}, 61_000))).toBe(0);
  });
});

describe("a signal that comes back", () => {
  it("must stay good for twice as long each time, up to a bound", ({ expect }) => {
    expect([1, 2, 3, 5, 6, 60].map(dwellOf)).toEqual([
      30_000, 60_000, 120_000, 480_000, 480_000, 480_000,
    ]);
    expect([1, 2, 3].map(quietOf)).toEqual([60_000, 60_000, 120_000]);
    const first = look(OFF, "bad", 0);
    const off = look(look(first, "good", 0), "good", 30_000);
    expect(off).toEqual({ at: "off", sinceMs: 30_000, trips: 1 });
    expect(look(off, "bad", 31_000)).toMatchObject({ at: "on", trips: 2 });
  });

  it("is forgiven after ten good minutes", ({ expect }) => {
    const off = { at: "off", sinceMs: 0, trips: 4 } as const;
    expect(look(off, "bad", LIMITS.levelForgiveMs - 1)).toMatchObject({ trips: 5 });
    expect(look(off, "bad", LIMITS.levelForgiveMs)).toMatchObject({ trips: 1 });
    expect(look(off, "good", LIMITS.levelForgiveMs)).toEqual(OFF);
  });

  it("waits anew when the clock steps back", ({ expect }) => {
    const on = look(look(OFF, "bad", 100_000), "good", 100_000);
    const back = look(on, "good", 50_000);
    expect(look(back, "good", 79_999)).toMatchObject({ at: "on" });
    expect(look(back, "good", 80_000)).toMatchObject({ at: "off" });
  });
});

describe("a pin", () => {
  const ask = { reason: "drill", by: "ann", minutes: 2, revision: 1 };
  const pin = (from: Controller, level: 0 | 1 | 2 | 3 | 4, nowMs: number) => {
    const result = pinned(from, { ...ask, level, revision: from.published.revision }, nowMs);
    if (!result.ok) throw new Error(result.error.code);
    return result.value;
  };

  it("wins over the signals, up and down, until it ends", ({ expect }) => {
    const { next, change } = pin(started(0), 2, 1_000);
    expect(next.published).toMatchObject({
      revision: 2,
      level: 2,
      reason: "drill",
      sinceMs: 1_000,
    });
    expect(change).toMatchObject({ by: "ann", from: 0, to: 2, reason: "drill" });
    expect(levelOf(seen(next, { tao_reads: "bad" }, 2_000))).toBe(2);
    const down = pin(seen(started(0), { tao_reads: "bad" }, 0), 0, 1_000).next;
    expect(levelOf(seen(down, { tao_reads: "bad" }, 120_999))).toBe(0);
    const ended = step(down, signalsOf({ tao_reads: "bad" }), 121_000);
    expect(ended.next.published).toMatchObject({ level: 3, pin: null });
    expect(ended.change).toMatchObject({ by: "controller" });
  });

  it("does not stop the signals from being watched", ({ expect }) => {
    const under = watched(
      pin(seen(started(0), { ranking: "bad" }, 0), 3, 0).next,
      { ranking: "good" },
      1_000,
      31_000,
    );
    expect(automaticLevel(under)).toBe(0);
    expect(levelOf(under)).toBe(3);
  });

  it("is refused to whoever looked at something older", ({ expect }) => {
    const now = seen(started(0), { ranking: "bad" }, 0);
    const answer = pinned(now, { ...ask, level: 0 }, 0);
    expect(answer).toMatchObject({ ok: false, error: { code: "conflict", field: "revision" } });
    expect(unpinned(now, { by: "ann", reason: "over", revision: 9 }, 0)).toMatchObject({
      ok: false,
    });
  });

  it("can be taken back", ({ expect }) => {
    const under = pin(started(0), 3, 0).next;
    const { revision } = under.published;
    const back = unpinned(under, { by: "bob", reason: "all is done", revision }, 5);
    expect(back).toMatchObject({
      ok: true,
      value: {
        next: { published: { level: 0, pin: null, reason: NORMAL } },
        change: { by: "bob", from: 3, reason: "all is done" },
      },
    });
  });

  it("of the level that is there already is published, and not as a new beginning", ({
    expect,
  }) => {
    const { next } = pin(started(7), 0, 1_000);
    expect(next.published).toMatchObject({ revision: 2, level: 0, sinceMs: 7 });
  });

  it("lasts no longer than a shift", ({ expect }) => {
    const result = pinned(started(0), { ...ask, level: 1, minutes: 1e6 }, 0);
    expect(result).toMatchObject({
      value: { next: { published: { pin: { untilMs: LIMITS.pinMinutesMax * 60_000 } } } },
    });
  });
});

it("stays at level 0 in an empty region", ({ expect }) => {
  let controller = started(0);
  for (let nowMs = 0; nowMs < 3_600_000; nowMs += 1_000)
    controller = step(controller, NO_SIGNALS, nowMs).next;
  expect(controller).toEqual(started(0));
});
