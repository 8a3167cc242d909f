import { nextTurn, type Pool, type Turns } from "../../core/ranking/balance/pools.ts";
import { chiSquare, countBy, deviationMax } from "./compare.ts";
import type { Finding } from "./finding.ts";

const LEVEL = "2 pools of rankers";
const POOLS: readonly Pool[] = [
  { name: "a", servers: ["a1", "a2", "a3", "a4"], weights: { "*": 5 }, pick: "least" },
  { name: "b", servers: ["b1", "b2"], weights: { "*": 3 }, pick: "least" },
  { name: "c", servers: ["c1", "c2"], weights: { "*": 2 }, pick: "least" },
];
const SHARES = new Map([
  ["a", 0.5],
  ["b", 0.3],
  ["c", 0.2],
]);
/** With what sums of fractions are off by. */
const TURN = 1 + 1e-9;

type WellShare = (pool: Pool) => number;
const allWell: WellShare = () => 1;

/** Whose turn it was, first those of `before`, then those of `after`. */
function turnsOf(count: number, after: WellShare, pools = POOLS, before = POOLS): string[] {
  let turns: Turns = {};
  const run = (some: readonly Pool[], well: WellShare) =>
    Array.from({ length: count }, () => {
      const next = nextTurn(some, "us-east", turns, well);
      turns = next.turns;
      return next.order[0]?.name ?? "";
    });
  run(before, allWell);
  return run(pools, after);
}

/** Half of the sum of differences: the share of turns that another pool has now. */
function shiftOf(places: readonly string[], expected: ReadonlyMap<string, number>): number {
  const counts = countBy(places);
  const names = new Set([...counts.keys(), ...expected.keys()]);
  const differences = [...names].map((name) =>
    Math.abs((counts.get(name) ?? 0) / places.length - (expected.get(name) ?? 0)),
  );
  return differences.reduce((sum, difference) => sum + difference, 0) / 2;
}

/** Turns after the change from which on no pool is ever a whole turn ahead of its due, or behind it. */
function turnsUntilEven(places: readonly string[], expected: ReadonlyMap<string, number>): number {
  const counts = new Map<string, number>();
  let even = 0;
  for (const [n, place] of places.entries()) {
    counts.set(place, (counts.get(place) ?? 0) + 1);
    const isEven = [...expected].every(
      ([name, share]) => Math.abs((counts.get(name) ?? 0) - (n + 1) * share) <= TURN,
    );
    if (!isEven) even = n + 1;
  }
  return even;
}

const shares = (weights: Readonly<Record<string, number>>): ReadonlyMap<string, number> => {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return new Map(Object.entries(weights).map(([name, weight]) => [name, weight / total]));
};

export function poolFindings(count: number): Finding[] {
  const finding = (
    change: string,
    places: readonly string[],
    expected: ReadonlyMap<string, number>,
  ): Finding => ({
    level: LEVEL,
    change,
    deviation: deviationMax(places, expected),
    chiSquare: chiSquare(places, expected),
    moved: shiftOf(places, SHARES),
    least: shiftOf(sample(expected), SHARES),
    note: `even again after ${turnsUntilEven(places, expected)} turns`,
  });
  const well = (of: Readonly<Record<string, number>>) => (pool: Pool) => of[pool.name] ?? 1;
  const more: Pool = { name: "d", servers: ["d1"], weights: { "*": 2 }, pick: "least" };
  return [
    finding("weights 5 : 3 : 2", turnsOf(count, allWell), SHARES),
    finding("one of a's four servers ejected", turnsOf(count, well({ a: 0.75 })), SHARES),
    finding(
      "two of a's four servers ejected",
      turnsOf(count, well({ a: 0.5 })),
      shares({ a: 3.5, b: 3, c: 2 }),
    ),
    finding("all of a away", turnsOf(count, well({ a: 0 })), shares({ b: 3, c: 2 })),
    finding(
      "a pool added (weight 2)",
      turnsOf(count, allWell, [...POOLS, more]),
      shares({ a: 5, b: 3, c: 2, d: 2 }),
    ),
  ];
}

/** Places that have exactly these shares, of a thousand. */
const sample = (expected: ReadonlyMap<string, number>): string[] =>
  [...expected].flatMap(([name, share]) => Array(Math.round(1_000 * share)).fill(name) as string[]);
