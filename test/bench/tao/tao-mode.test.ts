import { it } from "vitest";

import { taoSource } from "../../../bench/tao/sources.ts";
import { isRead, type Op, POST_BYTES, writeOf } from "../../../bench/tao/workload/op.ts";
import {
  LIST,
  READ_MIX,
  TaoMode,
  WRITE_MIX,
  WRITE_SHARE,
} from "../../../bench/tao/workload/tao-mode.ts";
import type { Id } from "../../../core/ids.ts";
import { objectPayload, writableKind } from "../../../core/tao/payload.ts";
import { stream } from "../../../dev/world/random.ts";
import { shares, taoModeData } from "./published.ts";

const mode = new TaoMode({ seed: 1, keys: 4_000, degreeMax: 100 }, taoModeData);
const idOf = (node: number) => BigInt(node + 1_000_000) as Id;
const nodeOf = (id: Id) => Number(id) - 1_000_000;
const drawn = (count: number, draw: (n: number) => Op) =>
  Array.from({ length: count }, (_, n) => draw(n));
const share = (ops: readonly Op[], of: (op: Op) => boolean) => ops.filter(of).length / ops.length;

const random = stream(2, "mode");
const reads = drawn(50_000, () => mode.read(random, idOf));
const writes = drawn(20_000, () => mode.write(random, idOf));

it.for([
  { what: "reads", ops: reads, mix: READ_MIX },
  { what: "writes", ops: writes, mix: WRITE_MIX },
])("draws $what in the paper's proportions", ({ ops, mix }, { expect }) => {
  const total = Object.values(mix).reduce((sum, percent) => sum + percent, 0);
  for (const [name, percent] of Object.entries(mix)) {
    expect(Math.abs(share(ops, ({ op }) => op === name) - percent / total)).toBeLessThan(0.01);
  }
});

it("gives nodes the degrees of LinkBench, cut at the longest list", ({ expect }) => {
  let node = 0;
  const degrees = shares(mode.nodes, () => mode.degree(node++));
  expect(degrees.get(0)).toBeCloseTo(0.4, 2);
  expect(degrees.get(1)).toBeCloseTo(0.3, 2);
  expect(degrees.get(2)).toBeCloseTo(0.2, 2);
  expect(Math.max(...degrees.keys())).toBe(100);
});

it("looks for edges that exist about as often as the paper found some, and for absent ones", ({
  expect,
}) => {
  const points = reads.filter(({ op }) => op === "assocGet");
  const exists = ({ id1, id2 }: Op) => {
    const places = Array.from({ length: mode.degree(nodeOf(id1)) }, (_, n) => n);
    return places.some((place) => mode.neighbour(nodeOf(id1), place) === nodeOf(id2));
  };
  const found = share(points, exists);
  expect(found).toBeGreaterThan(0.1);
  expect(found).toBeLessThan(0.35);
});

it("asks for a page of one entry in 12 % of ranges, for 1,000 in most others", ({ expect }) => {
  const ranges = reads.filter(({ op }) => op === "assocRange");
  expect(Math.abs(share(ranges, ({ limit }) => limit === 1) - 0.12)).toBeLessThan(0.01);
  expect(Math.abs(share(ranges, ({ limit }) => limit === 1_000) - 0.88 * 0.95)).toBeLessThan(0.01);
  expect(reads.every(({ atype, op }) => op === "objGet" || atype === LIST)).toBe(true);
  expect(writableKind(LIST, "").ok).toBe(true);
});

it("reads objects and lists under popularities of their own", ({ expect }) => {
  const top = (ops: readonly Op[]) => {
    let at = 0;
    return Math.max(...shares(ops.length, () => ops[at++]?.id1).values());
  };
  // The first bucket is a thousandth of all keys: two nodes.
  expect(Math.abs(top(reads.filter(({ op }) => op === "objGet")) - 0.2)).toBeLessThan(0.02);
  expect(Math.abs(top(reads.filter(({ op }) => op === "assocCount")) - 0.125)).toBeLessThan(0.02);
});

it("makes objects of CacheBench's sizes, as far as a post can have them", ({ expect }) => {
  let node = 0;
  const sizes = shares(mode.nodes, () => mode.objectBytes(node++));
  expect(Math.abs((sizes.get(300) ?? 0) - 0.3)).toBeLessThan(0.04);
  expect(Math.abs((sizes.get(POST_BYTES.min) ?? 0) - 0.4)).toBeLessThan(0.04);
  expect(Math.abs((sizes.get(POST_BYTES.max) ?? 0) - 0.1)).toBeLessThan(0.04);
  for (const bytes of [POST_BYTES.min, 300, POST_BYTES.max]) {
    const op: Op = { op: "objAdd", id1: idOf(1), id2: idOf(2), atype: 0, limit: 0, bytes };
    const write = writeOf(op, 1_700_000_000_000);
    if (write?.op !== "objAdd") throw new Error("no object was added");
    const stored = objectPayload(write.otype, write.data, "data");
    expect(stored.ok && stored.value.length).toBe(bytes);
  }
});

it("is the same for the same seed", ({ expect }) => {
  const again = new TaoMode({ seed: 1, keys: 4_000, degreeMax: 100 }, taoModeData);
  const other = new TaoMode({ seed: 9, keys: 4_000, degreeMax: 100 }, taoModeData);
  const bytes = (one: TaoMode) => Array.from({ length: 50 }, (_, node) => one.objectBytes(node));
  expect(bytes(again)).toEqual(bytes(mode));
  expect(bytes(other)).not.toEqual(bytes(mode));
});

it("sends pages, reads alone and writes so that operations keep their proportions", ({
  expect,
}) => {
  const source = taoSource(mode, idOf, { batch: 50, aloneShare: 0.1 });
  const draw = stream(4, "source");
  const requests = Array.from({ length: 40_000 }, () => source.draw(draw));
  const ops = requests.flatMap((request) => request.ops);
  expect(Math.abs(ops.length / requests.length - source.meanOps) / source.meanOps).toBeLessThan(
    0.05,
  );
  const written = ops.filter((op) => !isRead(op)).length / ops.length;
  expect(Math.abs(written - WRITE_SHARE) / WRITE_SHARE).toBeLessThan(0.1);
  const alone = requests.filter((one) => one.ops.length === 1 && one.ops.every(isRead)).length;
  expect(Math.abs(alone / ops.length - 0.1)).toBeLessThan(0.01);
  expect(new Set(requests.map((one) => source.labels[one.label]))).toContain("50 reads");
});
