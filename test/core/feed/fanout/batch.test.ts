import { describe, it } from "vitest";

import type { BucketEvent, Cell, PushedPost } from "../../../../core/feed/cache/port.ts";
import { feedTopology } from "../../../../core/feed/cache/topology.ts";
import { takeBatch } from "../../../../core/feed/fanout/batch.ts";
import type { ChunkOutcome, FanoutMessage } from "../../../../core/feed/fanout/service.ts";
import type { Sink } from "../../../../core/feed/fanout/sinks.ts";
import { encodeWork, NO_WORK, type Work } from "../../../../core/feed/fanout/work.ts";
import type { SocketEvent } from "../../../../core/feed/realtime/port.ts";
import type { Id } from "../../../../core/ids.ts";
import { err, ok } from "../../../../core/result.ts";

const REGIONS = ["here", "there"];
const id = (n: number): Id => (9_007_199_254_740_993n + BigInt(n)) as Id;
const AUTHOR = id(1);
const pushed = (post: Id): PushedPost => {
  const counts = { reactions: 0, comments: 0, reposts: 0 };
  const cell: Cell = { id: post, author: AUTHOR, post: "{}", user: "{}", ...counts };
  return { cell, timeMs: 1, original: null };
};
const message = (shard: number, chunk: number, work: Partial<Work>): FanoutMessage => ({
  shard,
  chunk,
  work: encodeWork({ ...NO_WORK, ...work }),
  fromMs: 1,
});
const AT = { epoch: 1, seq: 9 };
const gone = (post: number) => ({ at: AT, post: id(post), audience: null });
const push = (post: Id, viewers: readonly Id[]) => ({
  pushes: [{ pushed: pushed(post), viewers }],
});

/** Everything that a batch leads to, in order. */
async function take(bodies: readonly unknown[], buckets = 4) {
  const topology = feedTopology(buckets);
  const steps: string[] = [];
  const cache: { region: string; bucket: number; events: readonly BucketEvent[] }[] = [];
  const sockets: { region: string; bucket: number; events: readonly SocketEvent[] }[] = [];
  const settled = new Map<number, (readonly ChunkOutcome[])[]>();
  const reports: string[] = [];
  const fails = { cacheIn: "", throws: false, settle: false };
  const sinks: readonly Sink[] = [
    {
      kind: "sockets",
      topology,
      sink: {
        tell: async (region, bucket, events) => {
          steps.push("sockets");
          sockets.push({ region, bucket, events });
          return ok("told");
        },
      },
    },
    {
      kind: "cache",
      topology,
      sink: {
        apply: async (region, bucket, events) => {
          await new Promise(setImmediate);
          steps.push("cache");
          if (region === fails.cacheIn && fails.throws) throw new Error("a bug");
          if (region === fails.cacheIn) return err({ code: "overloaded", retryAfterMs: 1 });
          cache.push({ region, bucket, events });
          const named = events.flatMap((event) => (event.kind === "push" ? event.viewers : []));
          return ok({ named: named.length, active: named.length });
        },
      },
    },
    { kind: "notifications", sink: { note: async (events) => ok(events.map(() => id(77))) } },
  ];
  const run = () =>
    takeBatch(bodies, {
      regions: REGIONS,
      sinks,
      fanout: (shard) => ({
        settle: async (outcomes) => {
          if (fails.settle) throw new Error("away");
          settled.set(shard, [...(settled.get(shard) ?? []), outcomes]);
        },
      }),
      report: (event) => void reports.push(event),
    });
  return { run, fails, steps, cache, sockets, settled, reports, topology };
}

describe("a batch of the queue", () => {
  it("costs one call per bucket and region, and one answer per shard", async ({ expect }) => {
    const viewers = Array.from({ length: 100 }, (_, n) => id(100 + n));
    const bodies = [
      message(0, 7, push(id(10), viewers)),
      message(1, 3, push(id(11), viewers)),
      message(0, 8, { announces: [pushed(id(12))], revokes: [gone(13)] }),
    ];
    const { run, cache, sockets, settled, topology } = await take(bodies);
    await run();
    const places = REGIONS.flatMap((region) =>
      Array.from({ length: topology.buckets }, (_, bucket) => `${region} ${bucket}`),
    );
    const called = (calls: readonly { region: string; bucket: number }[]) =>
      calls.map(({ region, bucket }) => `${region} ${bucket}`).toSorted();
    expect(called(cache)).toEqual(places.toSorted());
    expect(called(sockets)).toEqual(places.toSorted());
    for (const { bucket, events } of cache) {
      const own = viewers.filter((viewer) => topology.bucketOf(viewer) === bucket);
      expect(events).toEqual([
        { kind: "push", pushed: pushed(id(10)), viewers: own },
        { kind: "push", pushed: pushed(id(11)), viewers: own },
        { kind: "revoke", post: id(13), at: AT },
        { kind: "announce", pushed: pushed(id(12)) },
      ]);
    }
    expect([...settled.keys()].toSorted()).toEqual([0, 1]);
    expect(settled.get(0)).toEqual([
      [
        { chunk: 7, error: null, named: 200, active: 200, calls: 16 },
        { chunk: 8, error: null, named: 0, active: 0, calls: 16 },
      ],
    ]);
    expect(settled.get(1)?.[0]).toMatchObject([{ chunk: 3, named: 200 }]);
  });

  it("fills the caches before it tells anybody to look", async ({ expect }) => {
    const { run, steps } = await take([message(0, 1, push(id(10), [id(100), id(101)]))]);
    await run();
    expect(steps.lastIndexOf("cache")).toBeLessThan(steps.indexOf("sockets"));
  });

  it("fails the chunks that a failed call was for, and no other", async ({ expect }) => {
    const viewer = id(100);
    const { bucketOf, buckets } = feedTopology(4);
    const elsewhere = Array.from({ length: 50 }, (_, n) => id(200 + n)).find(
      (one) => bucketOf(one) !== bucketOf(viewer),
    );
    if (elsewhere === undefined) throw new Error(`all in one of ${buckets} buckets`);
    const bodies = [
      message(0, 1, push(id(10), [viewer])),
      message(0, 2, { forgets: [{ at: AT, viewer: elsewhere }] }),
      message(0, 3, {}),
    ];
    for (const throws of [false, true]) {
      const { run, fails, settled } = await take(bodies);
      Object.assign(fails, { cacheIn: "there", throws });
      await run();
      const outcomes = settled.get(0)?.[0] ?? [];
      const reason = throws ? "unavailable" : "overloaded";
      expect(outcomes.map(({ error }) => error)).toEqual([
        `there bucket ${bucketOf(viewer)}: ${reason}`,
        `there bucket ${bucketOf(elsewhere)}: ${reason}`,
        null,
      ]);
    }
  });

  it("forgets a viewer once, up to their newest change", async ({ expect }) => {
    const viewer = id(100);
    const later = { epoch: 1, seq: 12 };
    const changes = [
      { at: later, viewer, other: AUTHOR, hide: true },
      { at: AT, viewer, other: id(5), hide: false },
    ];
    const { run, cache, sockets } = await take([
      message(0, 1, { changes, forgets: [{ at: AT, viewer }] }),
    ]);
    await run();
    expect(cache.map(({ events }) => events)).toEqual(
      REGIONS.map(() => [{ kind: "forget", viewers: [viewer], at: later }]),
    );
    expect(sockets[0]?.events.map(({ kind }) => kind)).toEqual(["related", "related"]);
  });

  it("tells sockets and caches alike for whom a post is from now on", async ({ expect }) => {
    const revokes = [null, 0, 2].map((audience, n) => ({ at: AT, post: id(n), audience }));
    const { run, cache, sockets } = await take([message(0, 1, { revokes })], 1);
    await run();
    expect(cache[0]?.events).toEqual([
      { kind: "revoke", at: AT, post: id(0) },
      { kind: "revoke", at: AT, post: id(1), audience: 0 },
      { kind: "revoke", at: AT, post: id(2), audience: 2 },
    ]);
    expect(sockets[0]?.events).toEqual(cache[0]?.events);
  });

  it("tells a viewer that there is a notification", async ({ expect }) => {
    const note = {
      kind: "acted",
      at: { epoch: 1, seq: 2 },
      fromMs: 1,
      act: "follow",
      actor: id(5),
      target: AUTHOR,
      by: null,
      timeMs: 1,
      on: true,
    } as const;
    const { run, sockets, topology } = await take([message(0, 1, { notes: [note] })]);
    await run();
    expect(sockets).toEqual(
      REGIONS.map((region) => ({
        region,
        bucket: topology.bucketOf(id(77)),
        events: [{ kind: "notified", viewer: id(77) }],
      })),
    );
  });

  it("reports what is no message, and takes the others", async ({ expect }) => {
    const good = message(0, 1, { revokes: [gone(10)] });
    const bodies = [null, "text", { ...good, chunk: "1" }, { ...good, work: "{}", chunk: 2 }, good];
    const { run, reports, settled } = await take(bodies);
    await run();
    expect(reports.filter((event) => event === "fanout_message_refused")).toHaveLength(3);
    expect(settled.get(0)?.[0]).toMatchObject([
      { chunk: 2, error: "this version does not understand it" },
      { chunk: 1, error: null },
    ]);
  });

  it("does not fail when a shard cannot be told: it sends again by itself", async ({ expect }) => {
    const { run, fails, reports } = await take([message(0, 1, { revokes: [gone(10)] })]);
    fails.settle = true;
    await run();
    expect(reports).toEqual(["fanout_not_settled"]);
  });
});
