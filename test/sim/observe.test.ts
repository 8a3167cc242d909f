import { it } from "vitest";

import type { Id } from "../../core/ids.ts";
import { observeUnion } from "../../sim/observe.ts";

it("takes a merged page to end between two lists that have the same edge", ({ expect }) => {
  const [ann, ben, post] = [1n as Id, 2n as Id, 9n as Id];
  const entry = { id1: ann, id2: post, timeMs: 5, edge: "", counts: [], object: null };
  const seen = observeUnion(
    { id1s: [ann, ben], atype: 4, after: null, limit: 1, counts: [] },
    { entries: [entry], more: true, owners: new Map(), calls: 1 },
    true,
    () => 0,
  );
  const ends = seen.flatMap(({ observation }) =>
    observation.of === "newest" ? [[observation.key.id1, observation.downTo]] : [],
  );
  expect(ends).toEqual([
    [ann, { timeMs: 5, id2: 9n }],
    [ben, { timeMs: 5, id2: 10n }],
  ]);
});
