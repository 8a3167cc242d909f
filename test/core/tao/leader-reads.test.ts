import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { cut } from "../../../core/tao/leader-reads.ts";
import type { Assoc } from "../../../core/tao/types.ts";

const edges = (count: number, bytes: number): Assoc[] =>
  Array.from({ length: count }, (_, n) => ({
    id1: 1n as Id,
    atype: 9,
    id2: BigInt(n) as Id,
    timeMs: count - n,
    data: "x".repeat(bytes),
    version: { epoch: 1, seq: n },
  }));

it.for([
  { what: "its limit", count: 30, bytes: 0, limit: 20, kept: 20 },
  { what: "the whole list", count: 20, bytes: 0, limit: 20, kept: 20 },
  { what: "6,000 entries", count: 6_500, bytes: 0, limit: 9_000, kept: LIMITS.listEntriesMax },
  { what: "a mebibyte", count: 40, bytes: 60_000, limit: 40, kept: 17 },
])(
  "cuts a page at $what, and says whether there is more",
  ({ count, bytes, limit, kept }, { expect }) => {
    const page = cut(edges(count, bytes), limit);
    expect(page.assocs).toHaveLength(kept);
    expect(page.more).toBe(kept < count);
  },
);
