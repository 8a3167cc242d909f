import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { FollowerCache } from "../../../core/tao/follower-cache.ts";
import { listKey } from "../../../core/tao/keys.ts";
import type { LogEntry } from "../../../core/tao/log.ts";
import type { Assoc } from "../../../core/tao/types.ts";

const at = (seq: number) => ({ epoch: 1, seq });
const ID1 = 1n as Id;
const KEY = listKey(ID1, 1);
const edge = (id2: number, seq: number): Assoc => {
  const key = { id1: ID1, atype: 1, id2: BigInt(id2) as Id };
  return { ...key, timeMs: id2, data: "", version: at(seq) };
};
const added = (id2: number, seq: number, prev: number, count: number): LogEntry => ({
  seq,
  prev: at(prev),
  mutation: {
    kind: "assoc",
    id1: ID1,
    atype: 1,
    id2: BigInt(id2) as Id,
    timeMs: id2,
    data: "",
    count,
  },
});

function keepList(
  cache: FollowerCache,
  count: number,
  assocs: readonly Assoc[],
  seq: number,
): void {
  const lists = [{ count, version: at(seq), assocs }];
  const request = {
    objects: [],
    lists: [{ id1: ID1, atype: 1, prefix: assocs.length }],
    points: [],
  };
  cache.keep(request, { objects: [], lists, points: [], at: at(seq) });
}
function keepObject(cache: FollowerCache, id: Id, seq: number): void {
  const object = { id, otype: 1, data: "{}", version: at(1) };
  const request = { objects: [id], lists: [], points: [] };
  cache.keep(request, { objects: [object], lists: [], points: [], at: at(seq) });
}
const touch = (cache: FollowerCache, id: number, seq: number): void =>
  cache.apply(
    { seq, prev: null, mutation: { kind: "object", id: BigInt(id) as Id, otype: 1, data: null } },
    at(seq),
  );

it("applies an entry to a list only on top of the version that it names", ({ expect }) => {
  const cache = new FollowerCache(1_000_000);
  keepList(cache, 1, [edge(5, 3)], 3);
  cache.apply(added(6, 4, 3, 2), at(4));
  expect(cache.list(KEY)?.assocs.map(({ id2 }) => id2)).toEqual([6n, 5n]);
  cache.apply(added(8, 6, 5, 4), at(6));
  expect(cache.list(KEY), "entry 5 never came").toBeUndefined();
});

it("keeps a longer prefix when only the count of the same version arrives", ({ expect }) => {
  const cache = new FollowerCache(1_000_000);
  keepList(cache, 2, [edge(6, 3), edge(5, 2)], 3);
  const request = { objects: [], lists: [{ id1: ID1, atype: 1, prefix: 0 }], points: [] };
  const lists = [{ count: 2, version: at(3), assocs: [] }];
  cache.keep(request, { objects: [], lists, points: [], at: at(4) });
  expect(cache.list(KEY)?.assocs).toHaveLength(2);
});

it("keeps no fill from before it followed the log", ({ expect }) => {
  const cache = new FollowerCache(1_000_000);
  cache.startAt(at(5));
  keepObject(cache, 7n as Id, 4);
  expect(cache.object(7n as Id)).toBeUndefined();
  keepObject(cache, 7n as Id, 5);
  expect(cache.object(7n as Id)).toMatchObject({ id: 7n });
});

it("keeps no old fill of a key whose change it had to forget", ({ expect }) => {
  const cache = new FollowerCache(1_000_000);
  cache.startAt(at(1));
  touch(cache, 7, 2);
  for (let n = 0; n < LIMITS.touchedKeysMax; n++) touch(cache, 100 + n, 3 + n);
  keepObject(cache, 7n as Id, 1);
  expect(cache.object(7n as Id)).toBeUndefined();
});

it("does not guess the place of an edge below the prefix that it knows", ({ expect }) => {
  const cache = new FollowerCache(1_000_000);
  keepList(cache, 3, [edge(9, 3)], 3);
  cache.apply(added(2, 4, 3, 4), at(4));
  expect(cache.list(KEY)).toMatchObject({ count: 4, assocs: [{ id2: 9n }] });
});
