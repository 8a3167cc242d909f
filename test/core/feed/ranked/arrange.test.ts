import fc from "fast-check";
import { describe, it } from "vitest";

import {
  arrange,
  type Rankable,
  type Score,
  scoreOf,
} from "../../../../core/feed/ranked/arrange.ts";
import { HEADS } from "../../../../core/ranking/heads.ts";
import { DEFAULT_WEIGHTS } from "../../../../core/ranking/weights.ts";

const likely = (like: number): number[] => HEADS.map((head) => (head === "like" ? like : 0));
const plain: Rankable = {
  author: "a",
  probabilities: likely(0.5),
  feedback: null,
  seen: false,
};
const probability = fc.double({ min: 0, max: 1, noNaN: true });
const rankable = fc.record({
  author: fc.constantFrom("a", "b", "c"),
  probabilities: fc.array(probability, { minLength: HEADS.length, maxLength: HEADS.length }),
  feedback: fc.constantFrom("more", "less", null),
  seen: fc.boolean(),
});
const total = ({ contributions, penalties }: Score): number =>
  [...contributions, ...penalties].reduce((sum, { value }) => sum + value, 0);
const order = (items: readonly Rankable[]) =>
  arrange(items, DEFAULT_WEIGHTS).map(({ index }) => index);

describe("the score of a post", () => {
  it("is the sum of its parts, of which none is zero and no penalty lifts", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(rankable, { maxLength: 40 }), (items) => {
        for (const { score } of arrange(items, DEFAULT_WEIGHTS)) {
          if (score === null) throw new Error("no score");
          expect(score.score).toBeCloseTo(total(score), 9);
          const parts = [...score.contributions, ...score.penalties];
          expect(parts.map(({ value }) => value)).not.toContain(0);
          expect(score.penalties.every(({ value }) => value < 0)).toBe(true);
        }
      }),
    );
  });

  it("is weight times probability of each action", ({ expect }) => {
    const probabilities = HEADS.map((_, n) => (n + 1) / 10);
    const score = scoreOf({ ...plain, probabilities }, DEFAULT_WEIGHTS);
    expect(score?.contributions).toEqual(
      HEADS.map((name, n) => ({ name, value: DEFAULT_WEIGHTS[name] * ((n + 1) / 10) })),
    );
  });

  it("depends on the candidate alone", ({ expect }) => {
    fc.assert(
      fc.property(rankable, fc.array(rankable, { maxLength: 10 }), (item, others) => {
        const alone = arrange([item], DEFAULT_WEIGHTS)[0]?.score;
        const rivals = others.map((other) => ({ ...other, author: "somebody else" }));
        const among = arrange([item, ...rivals], DEFAULT_WEIGHTS).find(({ index }) => index === 0);
        expect(among?.score).toEqual(alone);
      }),
    );
  });

  it.for<readonly [string, Partial<Rankable>]>([
    ["one that is more likely to be liked", { probabilities: likely(0.6) }],
    ["one of which more was asked for", { feedback: "more" }],
  ])("puts %s before a plain one, and takes back what was seen", ([, better], { expect }) => {
    const other = { ...plain, author: "b", ...better };
    expect(order([plain, other])).toEqual([1, 0]);
    expect(order([plain, { ...other, seen: true }])).toEqual([0, 1]);
  });

  it("falls for what was seen or is not wanted, also where it is below zero", ({ expect }) => {
    const bad = HEADS.map((head) => (head === "hide" ? 0.5 : 0));
    const of = (extra: Partial<Rankable>) =>
      scoreOf({ ...plain, probabilities: bad, ...extra }, DEFAULT_WEIGHTS)?.score ?? 0;
    expect(of({ seen: true })).toBeLessThan(of({}));
    expect(of({ feedback: "less" })).toBeLessThan(of({}));
    expect(of({ feedback: "more" })).toBeGreaterThan(of({}));
  });
});

describe("arrangement", () => {
  it("places every item once and best first, but for held-back authors", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(rankable, { maxLength: 40 }), (items) => {
        const placed = arrange(items, DEFAULT_WEIGHTS);
        expect(placed.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([
          ...items.keys(),
        ]);
        const scores = placed.map(({ score }) => score?.score ?? NaN);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      }),
    );
  });

  it("holds back an author's second post, and never lifts one below zero", ({ expect }) => {
    const of = (author: string, like: number) => ({
      ...plain,
      author,
      probabilities: likely(like),
    });
    expect(order([of("a", 0.6), of("a", 0.55), of("b", 0.5)])).toEqual([0, 2, 1]);
    const bad = HEADS.map((head) => (head === "hide" ? 0.1 : 0));
    const low = { ...plain, probabilities: bad };
    expect(arrange([low, low], DEFAULT_WEIGHTS).map(({ score }) => score?.score)).toEqual([-2, -2]);
  });

  it("keeps the order given among equals, and where one has no score", ({ expect }) => {
    expect(order(["a", "b", "c"].map((author) => ({ ...plain, author })))).toEqual([0, 1, 2]);
    const items = [plain, { ...plain, probabilities: likely(0.9) }];
    expect(order(items)).toEqual([1, 0]);
    const placed = arrange([...items, { ...plain, probabilities: null }], DEFAULT_WEIGHTS);
    expect(placed).toEqual([0, 1, 2].map((index) => ({ index, score: null })));
  });
});
