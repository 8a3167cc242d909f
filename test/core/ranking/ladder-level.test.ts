import { it } from "vitest";

import { CachedScores } from "../../../core/ranking/cached-scores.ts";
import { DENSE_COUNT, ID_COUNT, SCHEMA } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { climb } from "../../../core/ranking/ladder.ts";
import { parseLight } from "../../../core/ranking/light-model.ts";
import type { RankMode, RankRequest } from "../../../core/ranking/service.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

/** A ladder whose heavy model takes 7 ms, and counts how often it is asked. */
function ladder() {
  const clock = new ManualClock(1_000_000);
  const zeros = (count: number) => Array.from({ length: count }, () => 0);
  const light = parseLight({
    kind: "light",
    version: "light-1",
    schema: SCHEMA,
    mean: zeros(DENSE_COUNT),
    scale: zeros(DENSE_COUNT).map(() => 1),
    clip: 5,
    weights: zeros(HEAD_COUNT).map(() => zeros(DENSE_COUNT)),
    bias: zeros(HEAD_COUNT),
  });
  if (!light.ok) throw new Error(light.error);
  let asked = 0;
  const slowMs: number[] = [];
  const ports = {
    heavy: {
      outwaited: { take: () => slowMs.splice(0) },
      estimateMs: () => 1,
      score: async () => {
        asked++;
        clock.advance(7);
        const probabilities = new Float32Array(HEAD_COUNT);
        return { ok: true, model: "heavy-1", probabilities } as never;
      },
    },
    cached: new CachedScores(),
    light: light.value,
    clock,
    callMs: 50,
  };
  const rank = (atMost?: RankMode) => {
    const request: RankRequest = {
      region: "apac",
      viewerId: "1",
      schema: SCHEMA,
      posts: ["5"],
      createdAtMs: [1],
      dense: new Float32Array(DENSE_COUNT),
      ids: new Int32Array(ID_COUNT),
      deadlineMs: clock.nowMs() + 1_000,
      ...(atMost !== undefined && { atMost }),
    };
    return climb(request, ports, () => {});
  };
  return { rank, asked: () => asked, slowMs };
}

it("tells how long calls took that their callers had given up, once", async ({ expect }) => {
  const { rank, slowMs } = ladder();
  slowMs.push(180, 240);
  expect(await rank()).toMatchObject({ slowMs: [180, 240] });
  expect(await rank()).not.toHaveProperty("slowMs");
});

it("asks the heavy model unless the level says otherwise, and tells how long it took", async ({
  expect,
}) => {
  const { rank } = ladder();
  expect(await rank()).toMatchObject({ mode: "ranked", reason: "ok", rankerMs: 7 });
  expect(await rank("ranked")).toMatchObject({ mode: "ranked", rankerMs: 7 });
});

it("at level 1 answers by the light model, and by scores from before where there are any", async ({
  expect,
}) => {
  const { rank, asked } = ladder();
  expect(await rank("cached-scores")).toMatchObject({ mode: "light-model", reason: "degraded" });
  await rank();
  expect(await rank("cached-scores")).toMatchObject({ mode: "cached-scores", reason: "degraded" });
  expect(asked()).toBe(1);
});

it("from level 2 on asks nobody", async ({ expect }) => {
  const { rank, asked } = ladder();
  expect(await rank("chronological")).toMatchObject({ mode: "chronological", reason: "degraded" });
  expect(asked()).toBe(0);
});
