import { it } from "vitest";

import { followed, type Trail } from "../../web/ops/data/trail.ts";

const NONE: Trail = { atMs: [], values: [] };

it("keeps what was read, once each, and the newest of it", ({ expect }) => {
  const first = followed(NONE, 1_000, [1, null]);
  expect(first).toEqual({ atMs: [1_000], values: [[1], [null]] });
  // The same answer again, or one that was overtaken on the way.
  expect(followed(first, 1_000, [2, 2])).toBe(first);
  expect(followed(first, 999, [2, 2])).toBe(first);
  let trail = NONE;
  for (let at = 1; at <= 400; at++) trail = followed(trail, at, [at]);
  expect(trail.atMs).toHaveLength(300);
  expect([trail.atMs[0], trail.values[0]?.[0], trail.values[0]?.at(-1)]).toEqual([101, 101, 400]);
});
