import { expect, it } from "vitest";

import { addViewers, countViewers, NO_VIEWERS, sketch } from "../../../core/rollout/viewers.ts";

const some = (from: number, count: number) =>
  addViewers(
    NO_VIEWERS,
    Array.from({ length: count }, (_, n) => sketch(`viewer-${from + n}`)),
  );

it.for([0, 1, 10, 100, 1_000, 10_000, 200_000])("counts %i viewers within 15 %", (count) => {
  // Three deviations of 1.04 / sqrt(512).
  expect(Math.abs(countViewers(some(0, count)) - count)).toBeLessThanOrEqual(0.15 * count);
});

it("counts whoever comes again, or in another region too, once", () => {
  const once = some(0, 1_000);
  expect(countViewers(addViewers(once, [...once.entries()]))).toBe(countViewers(once));
  const overlapping = addViewers(once, [...some(500, 1_000).entries()]);
  expect(Math.abs(countViewers(overlapping) - 1_500)).toBeLessThan(225);
});

it("drops places that do not exist", () => {
  expect(
    addViewers(NO_VIEWERS, [
      [512, 3],
      [-1, 3],
    ]),
  ).toEqual(NO_VIEWERS);
});
