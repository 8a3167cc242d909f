import fc from "fast-check";
import { describe, it } from "vitest";

import { isSeen, mergeRanges, rangeOf } from "../../../../core/feed/explain/seen-ranges.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { compareListOrder, type ListCursor } from "../../../../core/tao/types.ts";

const place = (n: number): ListCursor => ({ timeMs: n >> 1, id2: BigInt(n & 1) as Id });
const range = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => rangeOf(place(a), place(b)));

describe("seen ranges", () => {
  it("cover exactly what was told, in any order, as few as possible", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        fc.array(range, { maxLength: 12 }),
        (a, b) => {
          const merged = mergeRanges(mergeRanges([], a), b);
          for (let n = 0; n <= 61; n++) {
            expect(isSeen(merged, place(n))).toBe(isSeen([...a, ...b], place(n)));
          }
          for (const [index, { from, to }] of merged.entries()) {
            expect(compareListOrder(from, to)).toBeLessThanOrEqual(0);
            const next = merged[index + 1];
            if (next !== undefined) expect(compareListOrder(to, next.from)).toBeLessThan(0);
          }
        },
      ),
    );
  });

  it("forget the oldest beyond their bound", ({ expect }) => {
    const many = Array.from({ length: LIMITS.seenRangesMax + 5 }, (_, n) =>
      rangeOf(place(10 * n), place(10 * n + 1)),
    );
    const merged = mergeRanges([], many);
    expect(merged.length).toBe(LIMITS.seenRangesMax);
    expect(isSeen(merged, place(10 * (LIMITS.seenRangesMax + 4)))).toBe(true);
    expect(isSeen(merged, place(0))).toBe(false);
  });
});
