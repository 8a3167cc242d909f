import fc from "fast-check";
import { it } from "vitest";

import { LIMITS } from "../../../../core/limits.ts";
import { BucketWorld, countNow, type Shown, told, truth } from "../../../fakes/bucket-world.ts";

const place = fc.nat(1_000);
const lags = fc.array(
  fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  { minLength: 4, maxLength: 4 },
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("post" as const),
      author: place,
      rank: fc.constantFrom(0, 0, 0, 1, 2),
      of: place,
      embeds: fc.constantFrom("own" as const, "own" as const, "repost" as const, "quote" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("narrow" as const),
      of: place,
      by: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("count" as const), of: place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("relate" as const),
      who: place,
      whom: place,
      how: fc.constantFrom("follows" as const, "blocks" as const),
      on: fc.boolean(),
      withPlace: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      which: place,
      again: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("read" as const), who: place, lags }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("put" as const), which: place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.oneof(fc.nat(3_000), fc.nat(3_000), fc.nat(70_000), fc.nat(LIMITS.feedCacheTtlMs)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("evict" as const, "sweep" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** @returns a page, with whose it is, when the step read one. */
function take(world: BucketWorld, one: Step): { who: number; page: readonly Shown[] } | null {
  switch (one.do) {
    case "post":
      world.nowMs++;
      world.post(one.author, one.rank, one.of, one.embeds);
      return null;
    case "narrow":
      world.narrow(one.of, one.by);
      return null;
    case "count":
      world.count(one.of);
      return null;
    case "relate":
      world.relate(one.who, one.whom, one.how, one.on, one.withPlace);
      return null;
    case "deliver":
      world.deliver(one.which, one.again);
      return null;
    case "put":
      world.put(one.which);
      return null;
    case "wait":
      world.nowMs += one.ms;
      return null;
    case "evict":
      world.evict();
      return null;
    case "sweep":
      world.bucket.sweep(world.nowMs);
      return null;
    case "read": {
      const page = world.read(one.who, one.lags);
      return page === null ? null : { who: one.who, page };
    }
  }
}

it("shows all that the viewer may see and was told of, once, and nothing that was taken back", ({
  expect,
}) => {
  let pages = 0;
  let items = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const world = new BucketWorld();
      for (const one of steps) {
        const read = take(world, one);
        if (read === null) continue;
        pages++;
        items += read.page.length;
        const viewer = world.viewers[read.who % world.viewers.length];
        if (viewer === undefined) continue;
        const shown = new Map(read.page.map((item) => [item.id, item]));
        expect(shown.size, "once").toBe(read.page.length);
        const order = read.page.map((item) => Number(item.id));
        expect(order, "newest first").toEqual(order.toSorted((a, b) => b - a));
        if (!world.knowsRelations(viewer)) continue;

        for (const post of world.posts) {
          const item = shown.get(String(post.id));
          if (item !== undefined) {
            expect(world.hides(viewer, post, told), `leak of ${post.id}`).toBe(false);
            expect(world.follows(viewer, post.author), `${post.id} is not followed`).toBe(true);
            const quoted = world.posts.find(({ id }) => String(id) === item.quoteOf?.id);
            if (quoted !== undefined)
              expect(world.hides(viewer, quoted, told), `quoted ${quoted.id}`).toBe(false);
            if (post.toldCount && world.knowsCounts)
              expect(item.counts.reactions, `count of ${post.id}`).toBe(countNow(post));
          } else if (post.toldTo.has(viewer.id) && world.follows(viewer, post.author)) {
            const isRepeated = world.posts.some(
              ({ id, repostOf }) =>
                shown.has(String(id)) &&
                post.repostOf !== undefined &&
                (id === post.repostOf || repostOf === post.repostOf),
            );
            // A narrower audience may be another one: friends who do not follow gain a post.
            const isHidden =
              isRepeated || world.hides(viewer, post, truth) || world.hides(viewer, post, told);
            expect(isHidden, `hole at ${post.id}`).toBe(true);
          }
        }
      }
    }),
    { numRuns: 2_000 },
  );
  expect(pages).toBeGreaterThan(1_000);
  expect(items).toBeGreaterThan(pages);
});
