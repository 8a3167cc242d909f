import { describe, it } from "vitest";

import { effectsOf } from "../../../../core/degradation/effects.ts";
import { whyNotSchema, whySchema } from "../../../../core/feed/explain/schemas.ts";
import { updateSettings } from "../../../../core/feed/usecases/accounts.ts";
import { giveFeedback } from "../../../../core/feed/usecases/feedback.ts";
import { markSeen } from "../../../../core/feed/usecases/seen.ts";
import { why, whyNot } from "../../../../core/feed/usecases/why.ts";
import { DEFAULT_SETTINGS } from "../../../../core/feed/views.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { DEFAULT_WEIGHING } from "../../../../core/ranking/weighing.ts";
import { MemoryFeedCache } from "../../../fakes/memory-feed-cache.ts";
import { MemoryRanking } from "../../../fakes/memory-ranking.ts";
import { cast, codeOf, must } from "../../../fakes/feed-world.ts";

async function following() {
  const people = await cast();
  const { world, author, reader } = people;
  await world.relate(reader, author, "follow");
  const ranking = new MemoryRanking();
  world.ranking = ranking;
  const by = (feedMode: "latest" | "ranked") =>
    must(updateSettings(world.as(reader), { ...DEFAULT_SETTINGS, feedMode }));
  await by("latest");
  const ranked = () => by("ranked");
  const asked = async (post: string) => whySchema.parse(await must(why(world.as(reader), post)));
  const askedNot = async (post: string) =>
    whyNotSchema.parse(await must(whyNot(world.as(reader), post)));
  return { ...people, ranking, ranked, asked, askedNot };
}

describe("why", () => {
  it("names parts that add up to the score", async ({ expect }) => {
    const { world, author, reader, ranking, ranked, asked } = await following();
    await ranked();
    await world.post(author);
    const post = await world.post(author);
    const last = await world.post(author);
    ranking.likeOf = (id) => (id === last.id ? 0.9 : 0.5);
    await must(giveFeedback(world.as(reader), post.id, "more"));
    const told = await asked(post.id);
    const parts = [...told.contributions, ...told.penalties];
    expect(told.score).toBeCloseTo(
      parts.reduce((sum, { value }) => sum + value, 0),
      9,
    );
    expect(parts.map(({ name }) => name)).toEqual(["like", "asked_for_more", "same_author"]);
    expect(told).toMatchObject({
      source: "followed",
      mode: "ranked",
      reason: "ok",
      model: "model-1",
      weights: DEFAULT_WEIGHING.version,
      borrowed: null,
      ageMs: 0,
    });
    const like = told.contributions[0];
    expect(like?.value).toBeCloseTo((like?.probability ?? 0) * (like?.weight ?? 0), 12);
  });

  it("speaks of the order of time while the level has put pages in it", async ({ expect }) => {
    const { world, author, ranked, asked, askedNot } = await following();
    await ranked();
    const post = await world.post(author);
    world.effects = effectsOf(2);
    expect(await asked(post.id)).toMatchObject({ mode: "latest", reason: "degraded", score: null });
    const { steps } = await askedNot(post.id);
    expect(steps.at(-1)?.says).toBe("It has place 1 of the newest 1.");
  });

  it("tells the scores of the page that is shown, and what a later post borrows", async ({
    expect,
  }) => {
    const { world, author, reader, ranking, ranked, asked } = await following();
    await ranked();
    const cache = new MemoryFeedCache(() => world.nowMs);
    world.cache = cache;
    const post = await world.post(author);
    ranking.likeOf = () => 0.7;
    await world.home(reader, { mode: undefined });
    await world.settled();
    world.nowMs += 2_000;
    // What a ranker would say by now is of no interest.
    ranking.likeOf = () => 0.2;
    const told = await asked(post.id);
    expect(told).toMatchObject({ ageMs: 2_000, borrowed: null });
    expect(told.contributions[0]?.name).toBe("like");
    expect(told.contributions[0]?.probability).toBeCloseTo(0.7, 6);
    const later = await world.post(author);
    const borrowed = await asked(later.id);
    expect(borrowed).toMatchObject({ borrowed: "author", mode: "ranked" });
    expect(borrowed.contributions[0]?.probability).toBeCloseTo(0.7, 6);
    expect(ranking.asked.length).toBe(1);
  });

  it("says that the order is that of time when nobody scores", async ({ expect }) => {
    const { world, author, ranking, ranked, asked } = await following();
    await ranked();
    const post = await world.post(author);
    ranking.rankAway = true;
    expect(await asked(post.id)).toMatchObject({
      mode: "chronological",
      reason: "late",
      score: null,
      contributions: [],
      model: null,
      weights: null,
    });
  });

  it("has no score in a feed by time, and nothing for what is not in the feed", async ({
    expect,
  }) => {
    const { world, author, reader, other, asked } = await following();
    expect((await asked((await world.post(author)).id)).score).toBe(null);
    const strange = await world.post(other);
    expect(await codeOf(why(world.as(reader), strange.id))).toBe("not_found");
    const hidden = await world.post(author, { audience: "friends" });
    expect(await codeOf(why(world.as(reader), hidden.id))).toBe("not_found");
    expect(await codeOf(whyNot(world.as(reader), hidden.id))).toBe("not_found");
  });
});

describe("why not", () => {
  it("says that it is shown, and where", async ({ expect }) => {
    const { world, author, askedNot } = await following();
    const post = await world.post(author);
    await world.post(author);
    const told = await askedNot(post.id);
    expect(told.verdict).toBe("shown");
    expect(told.steps.at(-1)?.says).toBe("It has place 2 of the newest 2.");
  });

  it("says that there is no source for it", async ({ expect }) => {
    const { world, other, askedNot } = await following();
    expect((await askedNot((await world.post(other)).id)).verdict).toBe("not_a_source");
  });

  it("says which rule of the viewer's keeps it out", async ({ expect }) => {
    const { world, author, reader, askedNot } = await following();
    const post = await world.post(author);
    await world.relate(reader, author, "mute");
    const told = await askedNot(post.id);
    expect(told.verdict).toBe("filtered");
    expect(told.steps.at(-1)?.says).toContain("mute");
  });

  it("says that it is on its way, unless it is there already", async ({ expect }) => {
    const { world, author, askedNot } = await following();
    const post = await world.post(author);
    const spread = {
      post: BigInt(post.id) as Id,
      author: BigInt(author) as Id,
      strategy: "push",
      reason: "one follower",
      followers: 1,
      costMs: 1,
      chunks: 1,
      chunksDone: 0,
      named: 0,
      active: 0,
      calls: 0,
      postedMs: 1,
      plannedMs: 2,
      doneMs: null,
    } as const;
    world.spread.set(spread.post, spread);
    expect((await askedNot(post.id)).verdict).toBe("shown");
    for (let n = 0; n < LIMITS.rankedSegment; n++) await world.post(author);
    expect((await askedNot(post.id)).verdict).toBe("not_fanned_out_yet");
    world.spread.set(spread.post, { ...spread, doneMs: 3 });
    expect((await askedNot(post.id)).verdict).toBe("too_old");
  });

  it("says what comes first in a ranked feed, and whether it was seen", async ({ expect }) => {
    const { world, author, reader, ranking, ranked, askedNot } = await following();
    await ranked();
    const post = await world.post(author);
    ranking.likeOf = (id) => (id === post.id ? 0.1 : 0.5);
    for (let n = 0; n < LIMITS.feedPageDefault; n++) await world.post(author);
    expect((await askedNot(post.id)).verdict).toBe("outranked");
    const place = { timeMs: post.createdAtMs, id: post.id };
    await must(markSeen(world.as(reader), [{ from: place, to: place }]));
    const told = await askedNot(post.id);
    expect(told.verdict).toBe("seen");
    expect(told.steps.map(({ stage }) => stage)).toEqual(["source", "filter", "score", "seen"]);
  });
});
