import { describe, it } from "vitest";

import type { Change, Controller } from "../../../core/degradation/controller.ts";
import { RegionWatch } from "../../../core/degradation/region-watch.ts";
import { keptShare } from "../../../core/regions/traffic.ts";
import { type RegionCounts, RegionSums } from "../../../core/telemetry/region-counts.ts";
import type { HistoryMinute } from "../../../core/telemetry/history.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { MemoryHistoryRows } from "../../fakes/memory-history-rows.ts";

/** A second's counts of writes. */
function writes(calls: number, errors: number): RegionCounts {
  const sums = new RegionSums();
  sums.count("tao_writes", calls);
  sums.count("tao_write_errors", errors);
  return sums.counts();
}
const NOTHING = new RegionSums().counts();

function region() {
  const clock = new ManualClock(1_000_000);
  const stored = { controller: null as Controller | null, saves: 0, changes: [] as Change[] };
  const looks: number[] = [];
  const history = new MemoryHistoryRows();
  const minutes: HistoryMinute[] = [];
  const wake = () =>
    new RegionWatch("apac", {
      clock,
      store: {
        load: () => stored.controller,
        save: (controller) => {
          stored.controller = controller;
          stored.saves++;
        },
        changes: () => stored.changes.toReversed(),
        append: (change) => void stored.changes.push(change),
      },
      history,
      minuteClosed: (minute) => void minutes.push(minute),
      lookAt: (atMs) => void looks.push(atMs - clock.nowMs()),
      changed: () => {},
    });
  const watch = { now: wake() };
  /** Exchanges once a second. */
  const pass = (seconds: number, counts: RegionCounts) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      watch.now.exchange(counts);
    }
    return watch.now.read().published.level;
  };
  const lose = () => {
    watch.now = wake();
  };
  return { clock, stored, history, minutes, looks, pass, lose, watch };
}

describe("a region whose writes fail", () => {
  it("goes to level 3 within seconds, and back after the window and the dwell", ({ expect }) => {
    const { pass, stored } = region();
    expect(pass(30, writes(20, 0))).toBe(0);
    // 2 of 20 a second: over 1 % of the last ten seconds at once, but three failures are needed.
    expect(pass(1, writes(20, 2))).toBe(0);
    expect(pass(1, writes(20, 2))).toBe(3);
    expect(pass(30, writes(20, 2))).toBe(3);
    // Ten seconds until no failure is in the window, and thirty of a good signal.
    expect(pass(38, writes(20, 0))).toBe(3);
    expect(pass(3, writes(20, 0))).toBe(0);
    expect(stored.changes.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [3, 0],
    ]);
  });

  it("is looked at in silence too, until it is over", ({ expect }) => {
    const { clock, looks, pass, watch } = region();
    pass(5, writes(20, 20));
    expect(looks.at(-1)).toBe(5_000);
    for (let look = 0; look < 14; look++) {
      clock.advance(5_000);
      watch.now.look();
    }
    expect(watch.now.read().published.level).toBe(0);
    const before = looks.length;
    watch.now.look();
    expect(looks).toHaveLength(before);
  });

  it("is known to an object that lost its memory", ({ expect }) => {
    const { pass, lose, watch } = region();
    pass(5, writes(20, 20));
    lose();
    expect(watch.now.read().published).toMatchObject({ level: 3, revision: 2 });
    expect(pass(59, NOTHING)).toBe(3);
    expect(pass(2, NOTHING)).toBe(0);
  });
});

describe("a region that is well", () => {
  it("writes its history once a minute and once in five, and nothing else", ({ expect }) => {
    const { pass, stored, history, minutes } = region();
    pass(600, writes(20, 0));
    expect([stored.saves, history.puts]).toEqual([0, 10 + 2]);
    expect(minutes.map(({ counts }) => counts.counters.tao_writes)).toEqual([
      // The test begins 20 s before a minute does.
      380,
      ...Array.from({ length: 9 }, () => 1_200),
    ]);
  });

  it("writes nothing while nobody counts anything, and sleeps", ({ expect }) => {
    const { pass, stored, history, looks } = region();
    pass(600, NOTHING);
    expect([stored.saves, history.puts, looks.length]).toEqual([0, 0, 0]);
  });

  it("is looked at when its minute is over, if somebody comes once and nobody any more", ({
    expect,
  }) => {
    const { clock, watch, looks, minutes } = region();
    watch.now.exchange(writes(20, 0));
    expect(looks).toEqual([20_000]);
    clock.advance(20_000);
    watch.now.look();
    expect(looks).toHaveLength(1);
    expect(minutes).toHaveLength(1);
    expect(watch.now.totals().counts.counters).toEqual({ tao_writes: 20 });
  });
});

it("remembers the worst level of a minute, and the conditions that are on", ({ expect }) => {
  const { pass, clock, watch, minutes } = region();
  pass(2, writes(20, 20));
  expect(watch.now.totals()).toMatchObject({ published: { level: 3 }, on: ["tao_writes"] });
  clock.advance(60_000);
  watch.now.look();
  expect(minutes).toMatchObject([{ atMs: 960_000, level: 3 }]);
});

it("looks once a second, however many isolates exchange", ({ expect }) => {
  const { clock, watch } = region();
  clock.advance(999);
  for (let isolate = 0; isolate < 50; isolate++) watch.now.exchange(writes(20, 20));
  expect(watch.now.read().published.level).toBe(0);
  clock.advance(1);
  expect(watch.now.exchange(NOTHING)).toMatchObject({ level: 3 });
});

it("is looked at when a pin ends", ({ expect }) => {
  const { clock, looks, watch } = region();
  const ask = { reason: "a drill", by: "ann", revision: 1, minutes: 1, opId: null } as const;
  watch.now.pin({ ...ask, level: 2 });
  clock.advance(57_000);
  watch.now.look();
  expect(looks.at(-1)).toBe(3_000);
  clock.advance(3_000);
  watch.now.look();
  expect(watch.now.read().published).toMatchObject({ level: 0, pin: null });
});

it("asks to be looked at again as soon as it wakes, not when another part next does", ({
  expect,
}) => {
  const { clock, looks, lose, watch } = region();
  watch.now.pin({ reason: "a drill", by: "ann", revision: 1, minutes: 1, level: 2, opId: null });
  clock.advance(57_000);
  looks.length = 0;
  lose();
  expect(looks).toEqual([3_000]);
});

describe("a drain", () => {
  const DRAIN = { keep: 0, reason: "new machines", by: "ann", minutes: 5, opId: null };
  const shareAt = ({ watch, clock }: ReturnType<typeof region>) => {
    const { drain } = watch.now.read().published;
    return drain === undefined ? 1 : keptShare(drain, clock.nowMs());
  };

  it("moves viewers away within a minute, and gives them back as slowly when it is over", ({
    expect,
  }) => {
    const world = region();
    const { clock, watch, pass, looks } = world;
    const drained = watch.now.drain({ ...DRAIN, revision: 1 });
    expect(drained).toMatchObject({ ok: true, value: { revision: 2, level: 0 } });
    expect(shareAt(world)).toBe(1);
    clock.advance(30_000);
    expect(shareAt(world)).toBe(0.5);
    pass(269, NOTHING);
    expect(shareAt(world)).toBe(0);
    // Somebody looks when it ends, though nobody comes.
    expect(looks.at(-1)).toBeLessThanOrEqual(1_000);
    pass(31, NOTHING);
    expect(shareAt(world)).toBe(0.5);
    pass(30, NOTHING);
    expect(shareAt(world)).toBe(1);
    expect(watch.now.read().changes.map(({ reason, by }) => [reason, by])).toEqual([
      ["keeps 100 % of its viewers: the drain has ended", "controller"],
      ["keeps 0 % of its viewers: new machines", "ann"],
    ]);
  });

  it("can be taken back half way, goes on from there, and is refused on an old revision", ({
    expect,
  }) => {
    const world = region();
    const { clock, watch } = world;
    watch.now.drain({ ...DRAIN, keep: 0.5, revision: 1 });
    clock.advance(30_000);
    const stale = watch.now.drain({ ...DRAIN, keep: 1, revision: 1 });
    expect(stale).toMatchObject({ ok: false, error: { code: "conflict" } });
    watch.now.drain({ ...DRAIN, keep: 1, revision: 2 });
    expect(shareAt(world)).toBe(0.75);
    clock.advance(60_000);
    expect(shareAt(world)).toBe(1);
  });

  it("is taken once under its key, and the key is of nothing else", ({ expect }) => {
    const { watch, lose } = region();
    const word = { ...DRAIN, revision: 1, opId: "k" };
    watch.now.drain(word);
    lose();
    expect(watch.now.drain(word)).toMatchObject({ ok: true, value: { revision: 2 } });
    expect(watch.now.drain({ ...word, keep: 0.5 })).toMatchObject({
      ok: false,
      error: { code: "idempotency_mismatch" },
    });
    // Another's key is another key.
    expect(watch.now.drain({ ...word, by: "bob" })).toMatchObject({
      ok: false,
      error: { code: "conflict" },
    });
    expect(watch.now.read().changes.length).toBe(1);
  });

  it("outlasts the memory of its object, and a level that changes meanwhile", ({ expect }) => {
    const world = region();
    world.watch.now.drain({ ...DRAIN, minutes: 30, revision: 1 });
    world.pass(60, NOTHING);
    world.lose();
    world.pass(1, writes(100, 50));
    expect(world.watch.now.read().published.level).toBe(3);
    expect(shareAt(world)).toBe(0);
  });

  it("begins with nobody after the region was failed over by a pin", ({ expect }) => {
    const world = region();
    const pin = { reason: "a drill", by: "ann", minutes: 5, opId: null };
    world.watch.now.pin({ ...pin, level: 4, revision: 1 });
    world.clock.advance(10_000);
    world.watch.now.pin({ ...pin, level: null, revision: 2 });
    expect(shareAt(world)).toBe(0);
    world.clock.advance(45_000);
    expect(shareAt(world)).toBe(0.75);
  });
});
