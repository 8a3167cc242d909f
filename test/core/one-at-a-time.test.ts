import { it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { OneAtATime } from "../../core/one-at-a-time.ts";

const LOST_MS = LIMITS.sharedWorkLostMs;

it("runs one at a time, and makes nobody wait for another's", async ({ expect }) => {
  const one = new OneAtATime();
  const { promise, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  const first = one.run(1_000, () => (runs++, promise));
  await one.run(1_001, async () => void runs++);
  expect([runs, one.isUnderWay(1_001)]).toEqual([1, true]);
  resolve();
  await first;
  expect(one.isUnderWay(1_001)).toBe(false);
  await one.run(1_002, async () => void runs++);
  expect(runs).toBe(2);
});

it("takes what was begun too long ago for lost, and is not ended by it when it comes back", async ({
  expect,
}) => {
  const one = new OneAtATime();
  const late = Promise.withResolvers<void>();
  const lost = one.run(0, () => late.promise);
  expect([one.isUnderWay(LOST_MS - 1), one.isUnderWay(LOST_MS)]).toEqual([true, false]);
  const again = Promise.withResolvers<void>();
  const second = one.run(LOST_MS, () => again.promise);
  late.resolve();
  await lost;
  expect(one.isUnderWay(LOST_MS + 1)).toBe(true);
  again.resolve();
  await second;
  expect(one.isUnderWay(LOST_MS + 1)).toBe(false);
});

it("is free again after work that failed, and under a clock that was set back", async ({
  expect,
}) => {
  const one = new OneAtATime();
  await expect(one.run(5_000, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(one.isUnderWay(5_000)).toBe(false);
  void one.run(5_000, () => new Promise(() => {}));
  expect(one.isUnderWay(4_000)).toBe(false);
});
