import fc from "fast-check";
import { describe, it } from "vitest";

import { FEED_SOURCES } from "../../../../core/feed/schemas.ts";
import {
  arrange,
  type Rankable,
  type Score,
  scoreOf,
} from "../../../../core/feed/ranked/heuristic.ts";
import { LIMITS } from "../../../../core/limits.ts";

const NOW = 1_800_000_000_000;
const plain: Rankable = {
  author: "a",
  timeMs: NOW,
  source: "followed",
  reactions: 0,
  comments: 0,
  reposts: 0,
  media: 0,
  feedback: null,
  seen: false,
};
const count = fc.integer({ min: 0, max: 100_000 });
const rankable: fc.Arbitrary<Rankable> = fc.record({
  author: fc.constantFrom("a", "b", "c"),
  timeMs: fc.integer({ min: NOW - 10 * 86_400_000, max: NOW }),
  source: fc.constantFrom(...FEED_SOURCES),
  reactions: count,
  comments: count,
  reposts: count,
  media: fc.integer({ min: 0, max: 4 }),
  feedback: fc.constantFrom("more", "less", null),
  seen: fc.boolean(),
});
const total = ({ contributions, penalties }: Score): number =>
  [...contributions, ...penalties].reduce((sum, { value }) => sum + value, 0);

describe("heuristic score", () => {
  it("is the sum of its parts, of which none is zero and no penalty lifts", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(rankable, { maxLength: 40 }), (items) => {
        for (const { score } of arrange(items, NOW)) {
          expect(score.score).toBeCloseTo(total(score), 9);
          expect(
            [...score.contributions, ...score.penalties].map(({ value }) => value),
          ).not.toContain(0);
          expect(score.penalties.every(({ value }) => value < 0)).toBe(true);
          expect(score.contributions.every(({ value }) => value > 0)).toBe(true);
        }
      }),
    );
  });

  it("depends on the candidate alone", ({ expect }) => {
    fc.assert(
      fc.property(rankable, fc.array(rankable, { maxLength: 10 }), (item, others) => {
        const alone = arrange([item], NOW)[0]?.score;
        const rivals = others.map((other) => ({ ...other, author: "somebody else" }));
        const among = arrange([item, ...rivals], NOW).find(({ index }) => index === 0)?.score;
        expect(among).toEqual(alone);
      }),
    );
  });

  it("halves freshness with each half-life", ({ expect }) => {
    const freshness = (ageMs: number) =>
      scoreOf({ ...plain, timeMs: NOW - ageMs }, NOW).contributions[0]?.value;
    expect(freshness(LIMITS.freshnessHalfLifeMs)).toBeCloseTo((freshness(0) ?? 0) / 2, 9);
    // A clock that is behind the post's makes it no fresher than new.
    expect(freshness(-1_000)).toBe(freshness(0));
  });

  it.for<readonly [string, Partial<Rankable>]>([
    ["a friend's", { source: "friend" }],
    ["one that people react to", { reactions: 5 }],
    ["one that people talk about", { comments: 5 }],
    ["one of which more was asked for", { feedback: "more" }],
  ])("puts %s post before a plain one, and takes back what was seen", ([, better], { expect }) => {
    const other = { ...plain, author: "b", ...better };
    expect(arrange([plain, other], NOW).map(({ index }) => index)).toEqual([1, 0]);
    expect(arrange([plain, { ...other, seen: true }], NOW).map(({ index }) => index)).toEqual([
      0, 1,
    ]);
  });
});

describe("arrangement", () => {
  it("places every item once and best first, but for held-back authors", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(rankable, { maxLength: 40 }), (items) => {
        const placed = arrange(items, NOW);
        expect(placed.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([
          ...items.keys(),
        ]);
        const scores = placed.map(({ score }) => score.score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      }),
    );
  });

  it("holds back an author's second post, and never lifts one below zero", ({ expect }) => {
    const fresh = (author: string, extra: Partial<Rankable> = {}) => ({
      ...plain,
      author,
      ...extra,
    });
    const items = [fresh("a", { reactions: 2 }), fresh("a", { reactions: 1 }), fresh("b")];
    expect(arrange(items, NOW).map(({ index }) => index)).toEqual([0, 2, 1]);
    const old = { timeMs: 0, source: "popular", feedback: "less" } as const;
    const low = arrange([fresh("a", old), fresh("a", old)], NOW);
    expect(low.map(({ score }) => score.score)).toEqual([-1.5, -1.5]);
  });

  it("keeps the order given among equals", ({ expect }) => {
    const items = ["a", "b", "c"].map((author) => ({ ...plain, author }));
    expect(arrange(items, NOW).map(({ index }) => index)).toEqual([0, 1, 2]);
  });
});
