import { it } from "vitest";

import { afterFailover, effectsOf } from "../../../core/degradation/effects.ts";
import { LEVELS } from "../../../core/degradation/levels.ts";
import { messageOf } from "../../../core/degradation/message.ts";

const across = <T>(of: (level: (typeof LEVELS)[number]) => T): T[] =>
  [0, 1, 2, 3].map((level) => of(level as 0 | 1 | 2 | 3));

it("takes away more with each level, and gives nothing back", ({ expect }) => {
  expect(across((level) => effectsOf(level).ranking.atMost)).toEqual([
    "ranked",
    "cached-scores",
    "chronological",
    "chronological",
  ]);
  expect(across((level) => effectsOf(level).ranking.candidates)).toEqual([60, 40, 40, 40]);
  expect(across((level) => effectsOf(level).notificationsEveryMs > 0)).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(across((level) => effectsOf(level).order === "latest")).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(across((level) => effectsOf(level).feedTtlFactor)).toEqual([1, 1, 3, 3]);
  expect(across((level) => effectsOf(level).onMiss)).toEqual(["entry", "entry", "page", "page"]);
  expect(across((level) => effectsOf(level).entriesAfterwards)).toEqual([true, true, true, false]);
  expect(across((level) => effectsOf(level).liveCounts)).toEqual([true, true, false, false]);
  expect(across((level) => effectsOf(level).allowStale)).toEqual([false, false, false, true]);
  expect(across((level) => effectsOf(level).readOnly)).toEqual([false, false, false, true]);
  for (const level of LEVELS) expect(effectsOf(level).level).toBe(level);
});

it("is the backup's after a failover, with what is old, and read-only where that one is", ({
  expect,
}) => {
  expect(afterFailover(effectsOf(0))).toEqual({ ...effectsOf(0), level: 4, allowStale: true });
  expect(afterFailover(effectsOf(3))).toEqual(effectsOf(3));
});

it("tells readers what they would notice, and nothing else", ({ expect }) => {
  expect(LEVELS.map((level) => messageOf(effectsOf(level)) !== null)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});
