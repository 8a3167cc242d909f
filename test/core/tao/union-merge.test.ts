import fc from "fast-check";
import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { compareListOrder } from "../../../core/tao/types.ts";
import type { UnionEntry } from "../../../core/tao/union.ts";
import {
  blockersOf,
  entriesOf,
  frontierOf,
  mergeParts,
  type ShardPart,
} from "../../../core/tao/union-merge.ts";

const entryAt = (timeMs: number, id2: number): UnionEntry => ({
  id1: 1n as Id,
  id2: BigInt(id2) as Id,
  timeMs,
  edge: "",
  counts: [],
  object: null,
});
const part = (times: readonly number[], more: boolean, base = 0): ShardPart => ({
  id1s: [],
  entries: times.map((time) => entryAt(time, base + time)),
  more,
});

it("is complete down to the newest of the ends of those that have more", ({ expect }) => {
  const deep = part([90, 50, 10], true, 1_000);
  const shallow = part([80, 70], true, 2_000);
  const whole = part([60, 5], false, 3_000);
  const frontier = frontierOf([deep, shallow, whole]);
  expect(frontier).toEqual({ timeMs: 70, id2: 2_070n });
  expect(mergeParts([deep, shallow, whole], frontier).map((entry) => entry.timeMs)).toEqual([
    90, 80, 70,
  ]);
  expect(frontier && blockersOf([deep, shallow, whole], frontier)).toEqual([shallow]);
});

it("has no frontier once every shard has told all", ({ expect }) => {
  const parts = [part([9, 3], false), part([], false), part([7], false, 100)];
  expect(frontierOf(parts)).toBeNull();
  expect(mergeParts(parts, null).map((entry) => entry.timeMs)).toEqual([9, 7, 3]);
});

it("never shows an entry that something unseen could precede", ({ expect }) => {
  const list = fc.array(fc.nat(60), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(list, { minLength: 1, maxLength: 5 }), fc.nat(6), (lists, cut) => {
      const whole = lists.map((times, shard) =>
        [...new Set(times)]
          .map((time) => entryAt(time, shard * 1_000 + time))
          .toSorted(compareListOrder),
      );
      const parts = whole.map((entries) => ({
        id1s: [],
        entries: entries.slice(0, cut + 1),
        more: entries.length > cut + 1,
      }));
      const shown = mergeParts(parts, frontierOf(parts));
      const all = whole.flat().toSorted(compareListOrder);
      expect(shown).toEqual(all.slice(0, shown.length));
      // And all of it where nobody holds back.
      if (parts.every(({ more }) => !more)) expect(shown).toHaveLength(all.length);
    }),
  );
});

it("asks a shard for its share and some, never for more than a page and one", ({ expect }) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 400 }),
      fc.nat(400),
      (limit, lists, others) => {
        const entries = entriesOf(limit, lists, lists + others);
        expect(entries).toBeGreaterThanOrEqual(1);
        expect(entries).toBeLessThanOrEqual(limit + 1);
        expect(entries).toBeGreaterThanOrEqual(
          Math.min(limit + 1, ((limit + 1) * lists) / (lists + others)),
        );
      },
    ),
  );
});
