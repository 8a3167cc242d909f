import { it } from "vitest";

import { effectsOf } from "../../../core/degradation/effects.ts";
import { levelledRanking } from "../../../core/degradation/levelled-ranking.ts";
import type { Level } from "../../../core/degradation/levels.ts";
import type { RankAnswer, RankRequest } from "../../../core/ranking/service.ts";
import { RegionSums } from "../../../core/telemetry/region-counts.ts";

const ANSWER: RankAnswer = {
  mode: "ranked",
  reason: "ok",
  model: "m1",
  probabilities: null,
  scored: 1,
  rankerMs: 12,
};

function ranking(level: Level, answer: RankAnswer = ANSWER) {
  const asked: RankRequest[] = [];
  const sums = new RegionSums();
  let chance = 0;
  const service = levelledRanking(
    {
      rank: async (request) => {
        asked.push(request);
        return answer;
      },
    },
    {
      effects: () => effectsOf(level),
      levels: {
        count: (_, name) => sums.count(name),
        time: (_, name, ms) => sums.time(name, ms),
      },
      random: { next: () => chance },
    },
  );
  const rank = (at: number) => {
    chance = at;
    return service.rank({ region: "apac" } as RankRequest);
  };
  return { rank, service, asked, sums };
}

it("asks for the best in normal operation, and says how it went", async ({ expect }) => {
  const { rank, asked, sums } = ranking(0);
  await rank(0.999);
  expect(asked).toEqual([{ region: "apac" }]);
  expect(sums.of("rank_calls")).toBe(1);
  expect(sums.timing("rank_ms").quantileMs(1)).toBe(12.5);
});

it("asks for cached scores at level 1, but for a few probes", async ({ expect }) => {
  const { rank, asked, sums } = ranking(1, {
    ...ANSWER,
    reason: "breaker_open",
    mode: "light-model",
  });
  await rank(0.05);
  await rank(0.049);
  expect(asked).toEqual([{ region: "apac", atMost: "cached-scores" }, { region: "apac" }]);
  expect([sums.of("rank_calls"), sums.of("rank_refused")]).toEqual([1, 1]);
});

it("counts what calls took whose callers had given up, and nothing else that nobody waits for", async ({
  expect,
}) => {
  const { service, sums } = ranking(0, { ...ANSWER, slowMs: [180, 500] });
  await service.rank({ region: "apac", isAfterwards: true } as RankRequest);
  expect(sums.of("rank_calls")).toBe(0);
  expect(sums.timing("rank_ms").count).toBe(2);
  await service.rank({ region: "apac" } as RankRequest);
  expect(sums.of("rank_calls")).toBe(1);
  expect(sums.timing("rank_ms").count).toBe(5);
});

it("asks for nothing but the order of time from level 2 on", async ({ expect }) => {
  for (const level of [2, 3] as const) {
    const { rank, asked, sums } = ranking(level);
    await rank(0);
    expect(asked).toEqual([{ region: "apac", atMost: "chronological" }]);
    expect(sums.isEmpty).toBe(true);
  }
});
