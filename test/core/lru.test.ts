import fc from "fast-check";
import { it } from "vitest";

import { LruMap, LruShelf } from "../../core/lru.ts";

it("forgets the least recently used beyond its budget", ({ expect }) => {
  const map = new LruMap<string, number>(30);
  for (const key of ["a", "b", "c"]) map.set(key, 1, 10);
  map.get("a");
  map.set("d", 1, 10);
  expect(["a", "b", "c", "d"].filter((key) => map.get(key) !== undefined)).toEqual(["a", "c", "d"]);
});

it("does not keep what is larger than the whole budget", ({ expect }) => {
  const map = new LruMap<string, number>(30);
  map.set("huge", 1, 31);
  expect([map.size, map.bytes]).toEqual([0, 0]);
});

it("counts its bytes exactly and never exceeds the budget", ({ expect }) => {
  const action = fc.record({ key: fc.nat(9), bytes: fc.nat(40), isDelete: fc.boolean() });
  fc.assert(
    fc.property(fc.array(action), (actions) => {
      const map = new LruMap<number, number>(100);
      for (const { key, bytes, isDelete } of actions) {
        if (isDelete) map.delete(key);
        else map.set(key, bytes, bytes);
        expect(map.bytes).toBeLessThanOrEqual(100);
      }
      const held = Array.from({ length: 10 }, (_, key) => map.get(key) ?? 0);
      expect(held.reduce((sum, bytes) => sum + bytes, 0)).toBe(map.bytes);
    }),
  );
});

it("gives the room of a kind that is not used to another", ({ expect }) => {
  const map = new LruMap<unknown, unknown>(40);
  const [numbers, texts] = [new LruShelf<number, string>(map), new LruShelf<string, number>(map)];
  for (const key of [1, 2, 3, 4]) numbers.set(key, `${key}`, 10);
  numbers.get(1);
  for (const key of ["a", "b", "c"]) texts.set(key, 1, 10);
  expect([1, 2, 3, 4].map(numbers.get)).toEqual(["1", undefined, undefined, undefined]);
  expect(["a", "b", "c"].map(texts.get)).toEqual([1, 1, 1]);
  expect(map.bytes).toBe(40);
});

it("does not keep in a shared map what is larger than a quarter of it", ({ expect }) => {
  const map = new LruMap<unknown, unknown>(40);
  const shelf = new LruShelf<string, number>(map);
  shelf.set("a", 1, 10);
  shelf.set("a", 2, 11);
  expect([shelf.get("a"), map.size]).toEqual([undefined, 0]);
});
