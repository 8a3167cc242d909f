import fc from "fast-check";
import { type ExpectStatic, it } from "vitest";

import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { countNow, sinceTold, told, truth } from "../../../fakes/bucket-posts.ts";
import { BucketWorld, type Shown } from "../../../fakes/bucket-world.ts";
import { LAST } from "../../../fakes/histories.ts";

/** Of a list that grows: any of it, or what came last. */
const place = fc.oneof(fc.nat(1_000), fc.constant(LAST));
const lags = fc.array(
  fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  { minLength: 4, maxLength: 4 },
);
/** How long an event is on its way, ms. */
type Took = fc.Arbitrary<number>;
/** Until it is delivered. */
const never = fc.constant(Infinity);
/** At once, or as late as anybody remembers what became of a post. */
const soonOrLate = fc.oneof(
  fc.nat(1_000),
  fc.integer({ min: LIMITS.feedCacheTtlMs, max: LIMITS.feedEventsKeptMs - 1_000 }),
);

const posting = (takesMs: Took) =>
  fc.record({
    takesMs,
    do: fc.constant("post" as const),
    author: place,
    rank: fc.constantFrom(0, 0, 0, 1, 2),
    of: place,
    embeds: fc.constantFrom("own" as const, "own" as const, "repost" as const, "quote" as const),
  });
const narrowing = (takesMs: Took) =>
  fc.record({
    takesMs,
    do: fc.constant("narrow" as const),
    of: place,
    by: fc.integer({ min: 1, max: 4 }),
  });
const counting = (takesMs: Took) =>
  fc.record({ takesMs, do: fc.constant("count" as const), of: place });
const relating = fc.record({
  do: fc.constant("relate" as const),
  who: place,
  whom: place,
  how: fc.constantFrom("follows" as const, "blocks" as const),
  on: fc.boolean(),
  withPlace: fc.boolean(),
  device: place,
});
const reacting = fc.record({
  do: fc.constant("react" as const),
  who: place,
  device: place,
  of: place,
  kind: fc.constantFrom("like" as const, "love" as const, null),
  isTold: fc.boolean(),
});
const delivering = fc.record({
  do: fc.constant("deliver" as const),
  which: fc.array(place, { minLength: 1, maxLength: 3 }),
  again: fc.boolean(),
});
const reading = fc.record({ do: fc.constant("read" as const), who: place, lags, device: place });
/** A read whose build, if it needs one, is kept at once. */
const visiting = fc.record({ do: fc.constant("visit" as const), who: place, lags, device: place });
const putting = fc.record({ do: fc.constant("put" as const), which: place });
const waiting = (...ms: readonly fc.Arbitrary<number>[]) =>
  fc.record({ do: fc.constant("wait" as const), ms: fc.oneof(...ms) });
const losing = fc.record({ do: fc.constantFrom("evict" as const, "sweep" as const) });

/** Everything, soon or late. */
const anything = fc.oneof(
  { weight: 5, arbitrary: posting(never) },
  { weight: 2, arbitrary: narrowing(never) },
  { weight: 1, arbitrary: counting(never) },
  { weight: 1, arbitrary: relating },
  { weight: 3, arbitrary: reacting },
  { weight: 8, arbitrary: delivering },
  { weight: 6, arbitrary: reading },
  { weight: 6, arbitrary: putting },
  {
    weight: 4,
    arbitrary: waiting(fc.nat(3_000), fc.nat(3_000), fc.nat(70_000), fc.nat(LIMITS.feedCacheTtlMs)),
  },
  { weight: 1, arbitrary: losing },
);
/** Posts that are on their way for as long as anybody remembers what became of them. */
const late = fc.oneof(
  { weight: 4, arbitrary: posting(soonOrLate) },
  { weight: 3, arbitrary: narrowing(soonOrLate) },
  { weight: 1, arbitrary: counting(soonOrLate) },
  { weight: 2, arbitrary: delivering },
  { weight: 5, arbitrary: visiting },
  {
    weight: 4,
    arbitrary: waiting(
      fc.nat(3_000),
      fc.integer({ min: LIMITS.feedEventsSliceMs, max: LIMITS.followerTtlMs }),
      fc.integer({ min: LIMITS.feedCacheTtlMs, max: LIMITS.feedEventsKeptMs }),
      fc.constant(LIMITS.feedEventsKeptMs),
    ),
  },
  { weight: 2, arbitrary: losing },
);
type Step = typeof anything | typeof late extends fc.Arbitrary<infer T> ? T : never;

/** Memory for all entries, for about one, and for one that is short. */
const entriesBytes = fc.constantFrom(LIMITS.feedEntriesBytesMax, 40_000, 12_000);

interface Read {
  readonly who: number;
  readonly device: number;
  readonly page: readonly Shown[];
}

/** @returns a page, with whose it is, when the step read one. */
function take(world: BucketWorld, one: Step): Read | null {
  switch (one.do) {
    case "post":
      world.nowMs++;
      world.post(one.author, one.rank, one.of, one.embeds, one.takesMs);
      return null;
    case "narrow":
      world.narrow(one.of, one.by, one.takesMs);
      return null;
    case "count":
      world.count(one.of, one.takesMs);
      return null;
    case "relate":
      world.relate(one.who, one.whom, one.how, one.on, one.withPlace, one.device);
      return null;
    case "react":
      world.react(one.who, one.device, one.of, one.kind, one.isTold);
      return null;
    case "deliver":
      world.deliver(one.which, one.again);
      return null;
    case "put":
      world.put(one.which);
      return null;
    case "wait":
      world.wait(one.ms);
      return null;
    case "evict":
      world.evict();
      return null;
    case "sweep":
      world.bucket.sweep(world.nowMs);
      return null;
    case "visit":
      if (world.read(one.who, one.lags, one.device) === null) world.put(LAST);
    // falls through
    case "read": {
      const page = world.read(one.who, one.lags, one.device);
      return page === null ? null : { who: one.who, device: one.device, page };
    }
  }
}

/** That a page shows all that its viewer may see and was told of, once, and nothing else. */
function check(world: BucketWorld, { who, device, page }: Read, expect: ExpectStatic): void {
  const viewer = world.viewers.at(who === LAST ? LAST : who % world.viewers.length);
  if (viewer === undefined) return;
  const shown = new Map(page.map((item) => [item.id, item]));
  expect(shown.size, "once").toBe(page.length);
  const order = page.map((item) => Number(item.id));
  expect(order, "newest first").toEqual(order.toSorted((a, b) => b - a));
  for (const { id, viewer: own } of page) {
    const allowed = viewer.devices.allowed(device, BigInt(id) as Id);
    expect(allowed, `own reaction to ${id}`).toContain(own.reaction);
  }
  if (!world.knowsRelations(viewer, device)) return;

  for (const post of world.posts) {
    const item = shown.get(String(post.id));
    if (item !== undefined) {
      expect(world.hides(viewer, post, sinceTold), `leak of ${post.id}`).toBe(false);
      expect(world.follows(viewer, post.author), `${post.id} is not followed`).toBe(true);
      const quoted = world.posts.find(({ id }) => String(id) === item.quoteOf?.id);
      if (quoted !== undefined)
        expect(world.hides(viewer, quoted, sinceTold), `quoted ${quoted.id}`).toBe(false);
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

/** @returns how many pages were right, and how many posts they showed. */
function run(steps: fc.Arbitrary<Step[]>, numRuns: number, expect: ExpectStatic) {
  const seen = { pages: 0, items: 0 };
  const property = fc.property(steps, entriesBytes, (all, bytes) => {
    const world = new BucketWorld(bytes);
    for (const one of all) {
      const shown = take(world, one);
      if (shown === null) continue;
      seen.pages++;
      seen.items += shown.page.length;
      check(world, shown, expect);
    }
  });
  fc.assert(property, { numRuns });
  return seen;
}

it("shows all that the viewer may see and was told of, once, and nothing that was taken back", ({
  expect,
}) => {
  const { pages, items } = run(
    fc.array(anything, { minLength: 20, maxLength: 120 }),
    2_000,
    expect,
  );
  expect(pages).toBeGreaterThan(1_000);
  expect(items).toBeGreaterThan(pages);
});

it("does so when posts come as late as they are let in", ({ expect }) => {
  const { pages, items } = run(fc.array(late, { minLength: 10, maxLength: 60 }), 3_000, expect);
  expect(pages).toBeGreaterThan(3_000);
  expect(items).toBeGreaterThan(3_000);
});
