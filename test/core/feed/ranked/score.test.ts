import { describe, it } from "vitest";

import { SIGNALS } from "../../../../core/ranking/counters.ts";
import { DENSE_COUNT, DENSE_NAMES, SCHEMA } from "../../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../../core/ranking/heads.ts";
import { DEFAULT_SETTINGS } from "../../../../core/feed/views.ts";
import { noteEvents } from "../../../../core/feed/usecases/events.ts";
import { addComment } from "../../../../core/feed/usecases/comments.ts";
import { giveFeedback } from "../../../../core/feed/usecases/feedback.ts";
import { react } from "../../../../core/feed/usecases/reactions.ts";
import { updateSettings } from "../../../../core/feed/usecases/accounts.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { cast, codeOf, idsOf, must } from "../../../fakes/feed-world.ts";
import { MemoryFeedCache } from "../../../fakes/memory-feed-cache.ts";
import { MemoryRanking } from "../../../fakes/memory-ranking.ts";

/** A reader with posts of an author, a cache and a ranker. */
async function ranked(posts = 5) {
  const people = await cast();
  const { world, author, reader } = people;
  await world.relate(reader, author, "follow");
  const ranking = new MemoryRanking();
  world.ranking = ranking;
  await must(updateSettings(world.as(reader), { ...DEFAULT_SETTINGS, feedMode: "ranked" }));
  const made: string[] = [];
  for (let n = 0; n < posts; n++) made.push((await world.post(author, { text: `#Tea ${n}` })).id);
  const cache = new MemoryFeedCache(() => world.nowMs);
  world.cache = cache;
  const read = async (cursor?: string, limit = 20) => {
    const page = await world.home(reader, { mode: undefined, cursor, limit });
    await world.settled();
    return page;
  };
  return { ...people, ranking, cache, made, newestFirst: made.toReversed(), read };
}

describe("a feed whose ranker", () => {
  const rows = (count: number, value: number) => new Float32Array(count * HEAD_COUNT).fill(value);
  it.for<readonly [string, (count: number) => unknown]>([
    ["answers nothing", () => undefined],
    ["answers a text", () => "yes"],
    ["knows a rung that nobody knows", () => ({ mode: "best", reason: "ok", model: "m" })],
    [
      "lacks rows",
      (n) => ({ mode: "ranked", reason: "ok", model: "m", probabilities: rows(n - 1, 0) }),
    ],
    [
      "says more than certain",
      (n) => ({ mode: "ranked", reason: "ok", model: "m", probabilities: rows(n, 2) }),
    ],
    [
      "says no numbers",
      (n) => ({ mode: "ranked", reason: "ok", model: "m", probabilities: rows(n, NaN) }),
    ],
    [
      "lacks probabilities",
      () => ({ mode: "ranked", reason: "ok", model: "m", probabilities: null }),
    ],
    [
      "has the wrong kind",
      (n) => ({ mode: "ranked", reason: "ok", model: "m", probabilities: [...rows(n, 0)] }),
    ],
    [
      "has some where there are none",
      (n) => ({ mode: "chronological", reason: "ok", model: null, probabilities: rows(n, 0) }),
    ],
  ])("%s is in the order of time, and says so", async ([, answer], { expect }) => {
    const { ranking, newestFirst, read } = await ranked();
    ranking.answer = ({ posts }) => answer(posts.length);
    for (let n = 0; n < 2; n++) {
      const page = await read();
      expect(page).toMatchObject({ mode: "chronological", reason: "bad_answer", model: null });
      expect(idsOf(page)).toEqual(newestFirst);
    }
  });

  it("is late is in the order of time once, and ranked from the next page on", async ({
    expect,
  }) => {
    const { ranking, newestFirst, read } = await ranked();
    ranking.rankAway = true;
    const page = read();
    await expect(page).resolves.toMatchObject({ mode: "chronological", reason: "late" });
    expect(idsOf(await page)).toEqual(newestFirst);
    // It was asked twice, and is asked no more until the entry is over: a ranker that is away gets no herd.
    expect(ranking.asked.length).toBe(2);
    expect(await read()).toMatchObject({ mode: "chronological", reason: "late", calls: 1 });
    expect(ranking.asked.length).toBe(2);
  });

  it("recovers between the page and the entry that is kept", async ({ expect }) => {
    const { world, reader, ranking, read } = await ranked();
    const { rank } = ranking;
    ranking.rank = (...asked) => {
      ranking.rankAway = ranking.asked.length === 0;
      return rank(...asked);
    };
    const first = await world.home(reader, { mode: undefined });
    expect(first.mode).toBe("chronological");
    await world.settled();
    expect(await read()).toMatchObject({ mode: "ranked", reason: "ok", calls: 1 });
  });

  it("keeps the rung and the reason that the proxy tells", async ({ expect }) => {
    const { ranking, read } = await ranked();
    ranking.answer = ({ posts }) => ({
      mode: "light-model",
      reason: "breaker_open",
      model: "light-1",
      probabilities: rows(posts.length, 0.1),
      scored: posts.length,
    });
    const told = { mode: "light-model", reason: "breaker_open", model: "light-1" };
    expect(await read()).toMatchObject(told);
    expect(await read()).toMatchObject({ ...told, calls: 1 });
  });

  it("comes and goes repeats and skips nothing from page to page", async ({ expect }) => {
    const { world, ranking, cache, made, read } = await ranked(150);
    const shown: string[] = [];
    const modes = new Set<string>();
    let cursor: string | undefined;
    for (let n = 0; ; n++) {
      ranking.rankAway = n % 2 === 1;
      ranking.likeOf = (post) => (Number(BigInt(post) % BigInt(31 + n)) + 1) / 100;
      if (n % 3 === 2) {
        cache.rows.stored.clear();
        cache.evict();
      }
      const page = await read(cursor, 20);
      modes.add(page.mode);
      shown.push(...idsOf(page));
      cursor = page.cursor ?? undefined;
      if (cursor === undefined) break;
      world.nowMs += 1_000;
    }
    expect(shown.toSorted()).toEqual(made.toSorted());
    expect(modes).toEqual(new Set(["ranked", "chronological"]));
  });
});

describe("what the ranker is given", () => {
  it("is what the bucket has counted, frozen, and what is kept for the log", async ({ expect }) => {
    const { reader, author, ranking, made, read } = await ranked(1);
    const values = SIGNALS.map((signal) => (signal === "shown" ? 9 : 0));
    ranking.tallies = new Map([[`va:${reader}:${author}`, { atMs: Infinity, values }]]);
    const page = await read();
    const [request] = ranking.asked;
    expect(request).toMatchObject({ schema: SCHEMA, viewerId: reader, posts: made });
    const shown = request?.dense[DENSE_NAMES.indexOf("viewer_author.shown")];
    expect(shown).toBeCloseTo(Math.log1p(9), 5);
    const keys = new Set(ranking.keys[0]);
    for (const key of [`v:${reader}`, `a:${author}`, `p:${made[0]}`, "t:tea", `vt:${reader}:tea`])
      expect(keys).toContain(key);
    expect(page.slate).toBe(ranking.slates[0]?.id);
    expect(ranking.slates[0]?.dense).toEqual(request?.dense);
    expect(ranking.slates[0]?.items).toEqual([
      { post: made[0], content: made[0], author, contentAuthor: author, topic: "tea" },
    ]);
    expect(request?.dense.length).toBe(DENSE_COUNT);
  });

  it("goes by the posts alone where the bucket is away, and is not logged", async ({ expect }) => {
    const { ranking, read } = await ranked();
    ranking.featuresAway = true;
    expect(await read()).toMatchObject({ mode: "ranked", reason: "no_features", slate: null });
    expect(ranking.slates).toEqual([]);
  });

  it("ends with the request's own time", async ({ expect }) => {
    const { world, reader, ranking } = await ranked();
    await world.home(reader, { mode: undefined });
    const nowMs = world.nowMs;
    expect(ranking.asked[0]?.deadlineMs).toBe(nowMs + LIMITS.rankBudgetMs);
  });

  it("is told after the answer for a page by time, of whoever wants theirs ranked", async ({
    expect,
  }) => {
    const { world, reader, ranking, read } = await ranked();
    const page = await world.home(reader, { mode: "latest" });
    expect(page).toMatchObject({ mode: "latest", model: null, slate: null });
    await world.settled();
    expect(ranking.asked.length).toBe(1);
    expect(await read()).toMatchObject({ mode: "ranked", calls: 1 });
  });

  it("is nothing for whoever wants theirs by time", async ({ expect }) => {
    const { world, reader, ranking } = await ranked();
    await must(updateSettings(world.as(reader), { ...DEFAULT_SETTINGS, feedMode: "latest" }));
    await world.home(reader, { mode: "latest" });
    await world.settled();
    expect(ranking.asked).toEqual([]);
  });
});

describe("what is told of a feed", () => {
  it("goes to the bucket as the viewer's own, with short looks left out", async ({ expect }) => {
    const { world, reader, ranking, made, read } = await ranked();
    const { slate } = await read();
    const [post = ""] = made;
    const events = [
      { kind: "shown", post, place: 3 },
      { kind: "dwell", post, ms: LIMITS.eventDwellMs - 1 },
      { kind: "dwell", post, ms: LIMITS.eventDwellMs },
    ] as const;
    const told = noteEvents(world.as(reader), {
      slates: [{ slate: slate ?? "", events: [...events] }],
    });
    expect(await must(told)).toEqual({ taken: 2 });
    await world.settled();
    expect(ranking.events).toEqual([
      {
        viewer: reader,
        slate,
        atMs: world.nowMs,
        events: [
          { kind: "shown", post, place: 3 },
          { kind: "dwell", post, place: 0 },
        ],
      },
    ]);
    expect(await codeOf(noteEvents(world.as(null), { slates: [] }))).toBe("unauthenticated");
  });

  it("has what the viewer writes, and nothing of what they may not see", async ({ expect }) => {
    const { world, author, reader, other, ranking } = await ranked();
    const post = await world.post(author);
    const hidden = await world.post(other, { audience: "only_me" });
    const as = () => world.as(reader);
    await must(react(as(), "post", post.id, "like"));
    await must(addComment(as(), post.id, { text: "hi" }));
    await must(giveFeedback(as(), post.id, "less"));
    await must(giveFeedback(as(), post.id, "more"));
    await must(react(as(), "post", post.id, null));
    expect(await codeOf(react(as(), "post", hidden.id, "like"))).toBe("not_found");
    await world.post(reader, { repostOf: post.id });
    await world.relate(reader, other, "follow");
    await world.relate(reader, other, "mute");
    await world.settled();
    const told = ranking.acts.filter(({ viewer }) => viewer === reader);
    expect(told.map(({ head, on }) => [head, on])).toEqual([
      ["like", { post: post.id }],
      ["comment", { post: post.id }],
      ["hide", { post: post.id }],
      ["share", { post: post.id }],
      ["follow", { author: other }],
      ["hide", { author: other }],
    ]);
  });
});
