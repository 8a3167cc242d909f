import { it } from "vitest";

import type { Fault } from "../../../core/chaos/fault.ts";
import { FollowedDrills } from "../../../core/chaos/followed.ts";
import type { Site } from "../../../core/chaos/inject.ts";
import { DRILL_LIMITS } from "../../../core/chaos/limits.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

const { drillKnownMs, drillPollMs } = DRILL_LIMITS;
const fault: Fault = {
  id: "1",
  dependency: "leader",
  kind: "partition",
  region: "all",
  operations: "all",
  share: 1,
  startedMs: 0,
  untilMs: 1e12,
  reason: "",
  by: "",
};
const skew: Fault = { ...fault, kind: "clock-skew", ms: 500 };
const SITE: Site = { dependency: "leader", region: "us-east", operation: "read" };

/** Follows a board that says what `board.says` has, in the order in which it is let. */
function follow() {
  const clock = new ManualClock(1_000_000);
  const board = { says: [] as readonly Fault[], asked: 0, isAway: false };
  const beside: Promise<void>[] = [];
  const drills = new FollowedDrills({
    clock,
    random: { next: () => 0 },
    read: async () => {
      board.asked++;
      if (board.isAway) throw new Error("away");
      return board.says;
    },
    defer: (work) => void beside.push(work),
    report: () => {},
  });
  return { clock, board, beside, drills, settle: () => Promise.all(beside.splice(0)) };
}

it("asks before the first call, and then a call goes straight on", async ({ expect }) => {
  const { drills, board } = follow();
  expect(drills.isQuiet).toBe(false);
  expect(await drills.injected(SITE)).toBeNull();
  expect(drills.isQuiet).toBe(true);
  expect(board.asked).toBe(1);
});

it("asks again beside a call once a second, and not in its way", async ({ expect }) => {
  const { drills, board, clock, settle } = follow();
  await drills.injected(SITE);
  board.says = [fault];
  clock.advance(drillPollMs - 1);
  expect(drills.isQuiet).toBe(true);
  expect(board.asked).toBe(1);
  clock.advance(1);
  expect([drills.isQuiet, drills.isQuiet]).toEqual([true, true]);
  await settle();
  expect(board.asked).toBe(2);
  expect(drills.isQuiet).toBe(false);
  expect(await drills.injected(SITE)).toEqual({ delayMs: 0, outcome: "partition" });
});

it("waits for what it has not heard for two seconds, so that a stop is known by then", async ({
  expect,
}) => {
  const { drills, board, clock } = follow();
  board.says = [fault];
  await drills.injected(SITE);
  board.says = [];
  clock.advance(drillKnownMs);
  expect(await drills.injected(SITE)).toBeNull();
});

it("takes a board that is away for one that has nothing", async ({ expect }) => {
  const { drills, board, clock } = follow();
  board.says = [fault];
  await drills.injected(SITE);
  board.isAway = true;
  clock.advance(drillKnownMs);
  expect(await drills.injected(SITE)).toBeNull();
  expect(drills.isQuiet).toBe(true);
});

it("knows nothing after a clock stepped back", async ({ expect }) => {
  const { drills, clock } = follow();
  await drills.injected(SITE);
  clock.advance(-1);
  expect(drills.isQuiet).toBe(false);
});

it("drops an answer that a later question's has overtaken", async ({ expect }) => {
  const clock = new ManualClock(1_000_000);
  const waiting: ((faults: readonly Fault[]) => void)[] = [];
  const drills = new FollowedDrills({
    clock,
    random: { next: () => 0 },
    read: () => new Promise((resolve) => waiting.push(resolve)),
    defer: () => {},
    report: () => {},
  });
  const first = drills.injected(SITE);
  clock.advance(1);
  const second = drills.injected(SITE);
  waiting[1]?.([]);
  expect(await second).toBeNull();
  waiting[0]?.([fault]);
  expect(await first).toBeNull();
});

it("skews a clock without waiting for anything", async ({ expect }) => {
  const { drills, board, settle } = follow();
  board.says = [skew];
  expect(drills.skewMs(SITE)).toBe(0);
  await settle();
  expect(drills.skewMs(SITE)).toBe(500);
});
