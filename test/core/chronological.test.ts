import fc from "fast-check";
import { it } from "vitest";

import { chronological } from "../../core/ranking/chronological.ts";
import type { Candidate } from "../../core/ranking/service.ts";

const candidate = (postId: string, createdAtMs: number): Candidate => ({
  postId,
  authorId: "1",
  createdAtMs,
  reactions: 0,
  comments: 0,
  reposts: 0,
});

it("scores the newest highest, whatever the order of the candidates", ({ expect }) => {
  const answer = chronological(
    [candidate("1", 20), candidate("2", 30), candidate("3", 10)],
    "no_model",
  );
  expect(answer).toEqual({ mode: "chronological", reason: "no_model", scores: [1, 2, 0] });
});

it("breaks a tie in time by the larger id, also above 2^53", ({ expect }) => {
  const near = [candidate("9007199254740993", 5), candidate("9007199254740992", 5)];
  expect(chronological(near, "no_model").scores).toEqual([1, 0]);
});

it("answers for no candidates at all", ({ expect }) => {
  expect(chronological([], "no_model").scores).toEqual([]);
});

it("gives every candidate a score of its own that orders like (time, id)", ({ expect }) => {
  const entry = fc.tuple(fc.bigInt(0n, (1n << 63n) - 1n), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ([id]) => id, maxLength: 30 }), (entries) => {
      const posts = entries.map(([id, timeMs]) => ({ id, timeMs }));
      const { scores } = chronological(
        posts.map(({ id, timeMs }) => candidate(String(id), timeMs)),
        "no_model",
      );
      expect(new Set(scores).size).toBe(posts.length);
      for (const [i, a] of posts.entries())
        for (const [j, b] of posts.entries()) {
          const newer = a.timeMs > b.timeMs || (a.timeMs === b.timeMs && a.id > b.id);
          if (newer) expect(scores[i]).toBeGreaterThan(scores[j] ?? Infinity);
        }
    }),
  );
});
