import { describe, it } from "vitest";

import { PLACE_COLUMN, DENSE_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT, HEADS } from "../../../core/ranking/heads.ts";
import { headsIn } from "../../../core/ranking/log-record.ts";
import {
  act,
  chancesOf,
  type Encounter,
  truthOf,
} from "../../../gpu-ranker/train/behaviour/choices.ts";
import { drawPeople } from "../../../gpu-ranker/train/behaviour/people.ts";
import { drawPost } from "../../../gpu-ranker/train/behaviour/posts.ts";
import {
  DEFAULT_BEHAVIOUR,
  simulate,
  type Slate,
} from "../../../gpu-ranker/train/behaviour/simulate.ts";
import { seeded } from "../../../gpu-ranker/train/random.ts";

const small = { ...DEFAULT_BEHAVIOUR, seed: 3, people: 60, days: 5, warmDays: 2 };
const slates: Slate[] = [...simulate(small)];
const records = slates.flatMap((slate) => slate.records);

describe("the log", () => {
  it("is the same for the same seed, and another for another", ({ expect }) => {
    const again = [...simulate(small)].flatMap((slate) => slate.records);
    expect(again).toEqual(records);
    const [other] = simulate({ ...small, seed: 4 });
    expect(other?.records).not.toEqual(slates[0]?.records);
  });

  it("shows nobody a post twice within three days, nor their own", ({ expect }) => {
    const shown = records.map(({ viewer, post }) => `${viewer} ${post}`);
    expect(records.length).toBeGreaterThan(1_000);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it("keeps features as they were served: everybody at the top", ({ expect }) => {
    for (const { dense } of records) {
      expect(dense.length).toBe(DENSE_COUNT);
      expect(dense[PLACE_COLUMN]).toBe(0);
    }
  });

  it("has all of a page's features from before the page", ({ expect }) => {
    // The pool is computed again after the page's actions were counted: nothing of them may show.
    for (const { records: page, pool } of slates.slice(0, 200)) {
      const { dense } = pool();
      const rows = Array.from({ length: dense.length / DENSE_COUNT }, (_, row) =>
        dense.slice(row * DENSE_COUNT, (row + 1) * DENSE_COUNT).join(),
      );
      for (const record of page) expect(rows).toContain(record.dense.join());
    }
  });
});

describe("the truth", () => {
  it("is how often things happen", ({ expect }) => {
    for (const [head, name] of HEADS.entries()) {
      const said = slates.flatMap(({ truth }) => truth.map((row) => row[head] ?? Number.NaN));
      const mean = said.reduce((sum, p) => sum + p, 0);
      const happened = records.filter(({ actions }) => headsIn(actions).includes(name)).length;
      // Four deviations of a sum of independent choices.
      const deviation = Math.sqrt(said.reduce((sum, p) => sum + p * (1 - p), 0));
      expect(Math.abs(mean - happened), name).toBeLessThan(4 * deviation);
      expect(said.every((p) => p >= 0 && p <= 1)).toBe(true);
    }
  });

  const random = seeded(5);
  const [viewer, author] = drawPeople(5, 2);
  if (viewer === undefined || author === undefined) throw new RangeError("no people");
  const nowMs = Date.UTC(2026, 0, 6, 12);
  const post = {
    ...drawPost(random, 1, 1, author, nowMs - 3_600_000),
    quality: 0,
    isRepost: false,
  };
  const encounter: Encounter = {
    viewer,
    tie: { kind: "friend", closeness: 0 },
    post,
    nowMs,
    place: 0,
    shownLately: 0,
  };
  const openIn = (change: Partial<Encounter>) => chancesOf({ ...encounter, ...change }).open;

  it("knows closeness, quality, freshness and place", ({ expect }) => {
    const plain = openIn({});
    expect(openIn({ tie: { kind: "friend", closeness: 1.5 } })).toBeGreaterThan(plain);
    expect(openIn({ tie: null })).toBeLessThan(plain);
    expect(openIn({ post: { ...post, quality: 1 } })).toBeGreaterThan(plain);
    expect(openIn({ post: { ...post, createdAtMs: nowMs - 40 * 3_600_000 } })).toBeLessThan(plain);
    expect(openIn({ place: 10 })).toBeLessThan(plain);
    expect(openIn({ shownLately: 3 })).toBeLessThan(plain);
  });

  it("is not a sum: a close friend's post loses less by age and by place", ({ expect }) => {
    const logit = (p: number) => Math.log(p / (1 - p));
    const loss = (closeness: number, change: Partial<Encounter>) => {
      const tie = { kind: "friend", closeness } as const;
      return logit(openIn({ tie })) - logit(openIn({ tie, ...change }));
    };
    const old = { post: { ...post, createdAtMs: nowMs - 20 * 3_600_000 } };
    expect(loss(2, old)).toBeLessThan(loss(-1, old) - 0.05);
    expect(loss(2, { place: 10 })).toBeLessThan(loss(-1, { place: 10 }) - 0.05);
  });

  it("lets nobody like what they did not open", ({ expect }) => {
    const chances = chancesOf(encounter);
    const truth = truthOf(chances);
    expect(truth.length).toBe(HEAD_COUNT);
    for (let n = 0; n < 2_000; n++) {
      const done = act(chances, random);
      if (!done.includes("open")) expect(done.filter((head) => head !== "hide")).toEqual([]);
    }
  });
});
