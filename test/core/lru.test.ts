import fc from "fast-check";
import { it } from "vitest";

import { LruMap } from "../../core/lru.ts";

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
