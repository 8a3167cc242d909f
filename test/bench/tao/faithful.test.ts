import { it } from "vitest";

import { planEdges, poolOf } from "../../../bench/tao/population/faithful-population.ts";
import { faithfulSource } from "../../../bench/tao/sources.ts";
import { Faithful, KINDS, logicalOf } from "../../../bench/tao/workload/faithful.ts";
import { type Op, readOf, writeOf } from "../../../bench/tao/workload/op.ts";
import { idRange, shardOf } from "../../../core/ids.ts";
import { stream } from "../../../dev/world/random.ts";
import { shares, taoBench } from "./published.ts";

const EDGES = 5_000;
const faithful = new Faithful(taoBench);
const plans = planEdges(faithful, 3, EDGES);
/** Ends of edge n: the shard's first id and so many more. */
const ids = BigUint64Array.from(
  plans.flatMap(({ primary, remote }, n) => [
    idRange(logicalOf(primary)).from + BigInt(2 * n),
    idRange(logicalOf(remote)).from + BigInt(2 * n + 1),
  ]),
);
const loaded = new Set(ids);
const pool = poolOf(plans, ids);
const random = () => stream(5, "faithful");
const shardByLogical = new Map(Array.from({ length: 50 }, (_, n) => [logicalOf(n), n]));
const near = (share: number | undefined, expected: number) =>
  Math.abs((share ?? 0) - expected) < 0.02;

it("loads edges on uniform primary shards, with remote shards and types by weight", ({
  expect,
}) => {
  const count = (of: (plan: (typeof plans)[number]) => number) => {
    let n = 0;
    return shares(EDGES, () => of(plans[n++] ?? { primary: 0, remote: 0, atype: 0 }));
  };
  const primary = count((plan) => plan.primary);
  expect(primary.size).toBe(50);
  expect(near(primary.get(0), 1 / 50)).toBe(true);
  expect(near(count((plan) => plan.remote).get(7), 100 / 149)).toBe(true);
  const types = [...count((plan) => plan.atype).values()].toSorted((a, b) => a - b);
  for (const [n, share] of [0.1, 0.2, 0.3, 0.4].entries()) expect(near(types[n], share)).toBe(true);
});

it("sends requests in the proportions of the file", ({ expect }) => {
  const draw = random();
  const kinds = shares(20_000, () => faithful.kind(draw));
  for (const [n, share] of [0.6, 0.25, 0.1, 0.05].entries()) {
    expect(near(kinds.get(KINDS[n] ?? "read"), share)).toBe(true);
  }
});

it("reads objects and points only, whatever kind of edge read was drawn", ({ expect }) => {
  const draw = random();
  const reads = shares(20_000, () => faithful.ops("read", pool, draw)[0]?.op);
  expect(near(reads.get("objGet"), 0.3)).toBe(true);
  expect(near(reads.get("assocGet"), 0.7)).toBe(true);
});

it("asks for loaded edges, their shards by weight and uniform inside a shard", ({ expect }) => {
  const draw = random();
  const asked: Op[] = Array.from({ length: 20_000 }, () => faithful.ops("read", pool, draw)).flat();
  expect(asked.every(({ id1 }) => loaded.has(id1))).toBe(true);
  let n = 0;
  const onShards = shares(asked.length, () =>
    shardByLogical.get(shardOf(asked[n++]?.id1 ?? idRange(logicalOf(0)).from)),
  );
  expect(near(onShards.get(0), 50 / 99)).toBe(true);
  const onFirst = asked.filter(({ id1 }) => shardByLogical.get(shardOf(id1)) === 0);
  // About 100 edges have their start there: none of them is read much more than the others.
  let at = 0;
  const keys = shares(onFirst.length, () => onFirst[at++]?.id1);
  expect(Math.max(...keys.values())).toBeLessThan(0.02);
});

it("writes by the file's mix: new keys for adds, loaded ones for the rest", ({ expect }) => {
  const draw = random();
  const writes = Array.from({ length: 20_000 }, () => faithful.ops("write", pool, draw)).flat();
  const share = (of: (op: Op) => boolean) => writes.filter(of).length / writes.length;
  expect(
    near(
      share(({ op }) => op === "objAdd"),
      0.2,
    ),
  ).toBe(true);
  expect(
    near(
      share(({ op }) => op === "objUpdate"),
      0.3,
    ),
  ).toBe(true);
  expect(
    near(
      share(({ op }) => op === "objDelete"),
      0.1,
    ),
  ).toBe(true);
  expect(
    near(
      share(({ op, id1 }) => op === "assocAdd" && !loaded.has(id1)),
      0.15,
    ),
  ).toBe(true);
  expect(
    near(
      share(({ op, id1 }) => op === "assocAdd" && loaded.has(id1)),
      0.2,
    ),
  ).toBe(true);
  expect(
    near(
      share(({ op }) => op === "assocDelete"),
      0.05,
    ),
  ).toBe(true);
  const fresh = writes.filter(({ op, id1 }) => op === "assocAdd" && !loaded.has(id1));
  expect(new Set(fresh.map(({ id1 }) => id1)).size).toBe(fresh.length);
});

it("makes a transaction of as many operations as the file's sizes say", ({ expect }) => {
  const draw = random();
  const sizes = shares(20_000, () => faithful.ops("readTxn", pool, draw).length);
  expect([...sizes.keys()].toSorted((a, b) => a - b)).toEqual([2, 4, 10]);
  expect(near(sizes.get(2), 0.5)).toBe(true);
  const { meanOps } = faithfulSource(faithful, taoBench, pool);
  expect(meanOps).toBeCloseTo(0.6 + 0.25 + 0.1 * 4.2 + 0.05 * 2.5, 6);
});

it("gives an object 150 letters, as the driver does", ({ expect }) => {
  const draw = random();
  const all = Array.from({ length: 500 }, () => faithful.ops("write", pool, draw)).flat();
  for (const op of all.filter((one) => one.op === "objAdd")) {
    const write = writeOf(op, 1_700_000_000_000);
    if (write?.op !== "objAdd") throw new Error("no object was added");
    const { text } = JSON.parse(write.data) as { text: string };
    expect(text).toMatch(/^[a-z]{150}$/);
  }
  expect(all.every((op) => readOf(op, 0) === null)).toBe(true);
});
