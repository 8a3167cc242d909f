import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { DENSE_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT, HEADS } from "../../../core/ranking/heads.ts";
import { scoreLight } from "../../../core/ranking/light-model.ts";
import { DEFAULT_WEIGHTS } from "../../../core/ranking/weights.ts";
import {
  hung,
  lightModel,
  PROBABILITY,
  RankingWorld,
  replying,
  requestOf,
  scoredBy,
} from "../../fakes/ranking-world.ts";

const ONE = "http://one";
const SLOW = replying({ kind: "shed", why: "queue", load: 0 });
/** Rows whose probabilities the stub ranker gave. */
const heavyRows = (probabilities: Float32Array | null) =>
  Array.from({ length: (probabilities?.length ?? 0) / HEAD_COUNT }, (_, row) => row).filter(
    (row) => probabilities?.[row * HEAD_COUNT] === PROBABILITY,
  );

describe("the ladder", () => {
  it("is not left when the ranker answers", async ({ expect }) => {
    const world = new RankingWorld();
    const answer = await world.rank(4);
    expect(answer).toMatchObject({ mode: "ranked", reason: "ok", model: "heavy-1", scored: 4 });
    expect(heavyRows(answer.probabilities)).toEqual([0, 1, 2, 3]);
  });

  it("stands on scores from before when the ranker is away", async ({ expect }) => {
    const world = new RankingWorld();
    await world.rank(4);
    world.behaviours.set(ONE, hung);
    expect(await world.rank(4)).toMatchObject({
      mode: "cached-scores",
      reason: "timeout",
      model: "heavy-1",
      scored: 4,
    });
  });

  it("has the light model score the rows that have no score from before", async ({ expect }) => {
    const world = new RankingWorld();
    await world.rank(4);
    world.behaviours.set(ONE, hung);
    const answer = await world.rank(7);
    expect(answer).toMatchObject({ mode: "cached-scores", model: "heavy-1", scored: 4 });
    const light = scoreLight(lightModel(), requestOf(7).dense, 7);
    expect(heavyRows(answer.probabilities)).toEqual([0, 1, 2, 3]);
    expect(answer.probabilities?.slice(4 * HEAD_COUNT)).toEqual(light.slice(4 * HEAD_COUNT));
  });

  it("lets the light model score all when few have one", async ({ expect }) => {
    const world = new RankingWorld();
    await world.rank(4);
    world.behaviours.set(ONE, hung);
    const answer = await world.rank(9);
    expect(answer).toMatchObject({ mode: "light-model", model: "light-1", scored: 9 });
    expect(answer.probabilities).toEqual(scoreLight(lightModel(), requestOf(9).dense, 9));
  });

  it("takes half of the rows for most, and keeps scores of the newest model alone", async ({
    expect,
  }) => {
    const world = new RankingWorld();
    await world.rank(4);
    world.behaviours.set(ONE, hung);
    expect(await world.rank(8)).toMatchObject({ mode: "cached-scores", scored: 4 });
    world.behaviours.set(ONE, (question) => ({ afterMs: 1, reply: scoredBy(question, "heavy-2") }));
    await world.rank(1);
    world.behaviours.set(ONE, hung);
    expect(await world.rank(2)).toMatchObject({ model: "heavy-2", scored: 1 });
  });

  it("forgets scores after five minutes, and another viewer's never count", async ({ expect }) => {
    const world = new RankingWorld();
    await world.rank(4);
    world.behaviours.set(ONE, hung);
    expect(await world.rank(4, { viewerId: "8" })).toMatchObject({ mode: "light-model" });
    await world.time.advance(300_000);
    expect(await world.rank(4)).toMatchObject({ mode: "light-model" });
  });

  it("ends in chronological order where nothing can score", async ({ expect }) => {
    const world = new RankingWorld();
    world.light = null;
    world.behaviours.set(ONE, hung);
    const answer = { mode: "chronological", model: null, probabilities: null, scored: 0 };
    expect(await world.rank(4)).toEqual({ ...answer, reason: "timeout" });
    expect(await world.rankAlone(4)).toEqual({ ...answer, reason: "no_model" });
    world.light = lightModel("light-1", "0123456789abcdef");
    expect(await world.rankAlone(4)).toEqual({ ...answer, reason: "no_model" });
    expect(await world.rank(0)).toEqual({ ...answer, reason: "ok" });
  });

  it("needs no ranker", async ({ expect }) => {
    const world = new RankingWorld();
    const light = { mode: "light-model", reason: "no_ranker", model: "light-1", scored: 4 };
    expect(await world.rankAlone(4)).toMatchObject(light);
  });

  it.for([
    ["dense", { dense: new Float32Array(5) }],
    ["ids", { ids: new Int32Array(1) }],
    ["times", { createdAtMs: [1] }],
  ] as const)(
    "takes a request whose %s do not fit as nothing to score",
    async ([, change], { expect }) => {
      const world = new RankingWorld();
      expect(await world.rank(4, change)).toMatchObject({ mode: "chronological", reason: "error" });
      expect(world.asked).toEqual([]);
    },
  );
});

describe("a deadline", () => {
  const within = (world: RankingWorld, ms: number) => ({
    deadlineMs: world.time.clock.nowMs() + ms,
  });

  it("that is over leaves the order of time", async ({ expect }) => {
    const world = new RankingWorld();
    const answer = await world.rank(4, within(world, 0));
    expect(answer).toMatchObject({ mode: "chronological", reason: "no_time" });
  });

  it("that is near leaves the light model, and no ranker is asked", async ({ expect }) => {
    const world = new RankingWorld();
    const answer = await world.rank(4, within(world, 17));
    expect(answer).toMatchObject({ mode: "light-model", reason: "no_time" });
    expect(world.asked).toEqual([]);
  });

  it("that cuts a call short is kept, and is no failure", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, hung);
    const deadlineMs = world.time.clock.nowMs() + 40;
    const answer = await world.rank(4, { deadlineMs });
    expect(answer).toMatchObject({ mode: "light-model", reason: "no_time" });
    expect(world.time.clock.nowMs()).toBe(deadlineMs - 8);
    expect(world.breaker().breaker).toMatchObject({ at: "closed", failures: [] });
  });
});

describe("the smaller pool", () => {
  it("is asked when the whole would take too long, and the light model scores the rest", async ({
    expect,
  }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, (question) => ({ afterMs: 45, reply: scoredBy(question) }));
    await world.rank(300);
    const answer = await world.rank(500);
    expect(answer).toMatchObject({
      mode: "smaller-pool",
      reason: "no_time",
      scored: LIMITS.rankPoolRows,
    });
    // The best by the light model are the last ones.
    expect(heavyRows(answer.probabilities)).toEqual(Array.from({ length: 40 }, (_, n) => 460 + n));
    const light = scoreLight(lightModel(), requestOf(500).dense, 500);
    expect(answer.probabilities?.slice(0, 460 * HEAD_COUNT)).toEqual(
      light.slice(0, 460 * HEAD_COUNT),
    );
    expect(world.asked.at(-1)?.rows).toBe(LIMITS.rankPoolRows);
  });

  it("holds what is worth most, not what is likeliest", async ({ expect }) => {
    const world = new RankingWorld();
    const open = HEADS.indexOf("open");
    const comment = HEAD_COUNT + HEADS.indexOf("comment");
    const weights = new Float64Array(DENSE_COUNT * HEAD_COUNT).with(open, 2).with(comment, 1);
    world.light = { ...lightModel(), weights };
    world.behaviours.set(ONE, (question) =>
      question.rows > 40 ? SLOW(question) : { afterMs: 5, reply: scoredBy(question) },
    );
    // Of the first forty a comment is a little likelier, of the others an open is much likelier.
    const dense = new Float32Array(200 * DENSE_COUNT);
    for (let row = 0; row < 200; row++) dense[row * DENSE_COUNT + (row < 40 ? 1 : 0)] = 1;
    const answer = await world.rank(200, { dense });
    expect(heavyRows(answer.probabilities)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it("holds what the caller's own weights make of it", async ({ expect }) => {
    const world = new RankingWorld();
    const open = HEADS.indexOf("open");
    const comment = HEAD_COUNT + HEADS.indexOf("comment");
    const weights = new Float64Array(DENSE_COUNT * HEAD_COUNT).with(open, 1).with(comment, 1);
    world.light = { ...lightModel(), weights };
    world.behaviours.set(ONE, (question) =>
      question.rows > 40 ? SLOW(question) : { afterMs: 5, reply: scoredBy(question) },
    );
    // Of the first forty a comment is likelier, of the others an open is, for which alone this caller asks.
    const dense = new Float32Array(80 * DENSE_COUNT);
    for (let row = 0; row < 80; row++) dense[row * DENSE_COUNT + (row < 40 ? 1 : 0)] = 1;
    const onlyOpens = { ...DEFAULT_WEIGHTS, comment: 0, open: 9 };
    const answer = await world.rank(80, { dense, weights: onlyOpens });
    expect(heavyRows(answer.probabilities)).toEqual(Array.from({ length: 40 }, (_, n) => 40 + n));
  });

  it("serves a feed's sixty candidates when they would take too long, and adds no call to a refusal", async ({
    expect,
  }) => {
    const slow = new RankingWorld();
    slow.behaviours.set(ONE, (question) => ({ afterMs: 45, reply: scoredBy(question) }));
    await slow.rank(48);
    expect(await slow.rank(60)).toMatchObject({ mode: "smaller-pool", scored: 40 });
    const refusing = new RankingWorld();
    refusing.behaviours.set(ONE, SLOW);
    const { reason } = await refusing.rank(60);
    expect(reason).toBe("shed");
    expect(refusing.asked).toHaveLength(1);
  });

  it("is asked when the whole is refused", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, (question) =>
      question.rows > 40 ? SLOW(question) : { afterMs: 5, reply: scoredBy(question) },
    );
    const answer = await world.rank(200);
    expect(answer).toMatchObject({
      mode: "smaller-pool",
      reason: "shed",
      scored: LIMITS.rankPoolRows,
    });
  });

  it("is not asked when it does not fit either, until the estimate has faded", async ({
    expect,
  }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, hung);
    await world.rank(10);
    world.behaviours.clear();
    expect(await world.rank(500)).toMatchObject({ mode: "light-model", reason: "no_time" });
    await world.time.advance(30_000);
    expect(await world.rank(500)).toMatchObject({ mode: "ranked", reason: "ok" });
  });

  it("does not keep a ranker that was slow once from being asked for few", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, hung);
    for (let n = 0; n < 4; n++) await world.rank(20);
    expect(world.asked).toHaveLength(4);
    world.behaviours.clear();
    expect(await world.rank(20)).toMatchObject({ mode: "ranked", reason: "ok" });
  });

  it("is not asked without a light model to choose it", async ({ expect }) => {
    const world = new RankingWorld();
    world.light = null;
    world.behaviours.set(ONE, SLOW);
    expect(await world.rank(200)).toMatchObject({ mode: "chronological", reason: "shed" });
  });
});
