import { describe, it } from "vitest";

import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import { encodeEvent } from "../../../../core/feed/fanout/work.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { nextAt } from "../../../fakes/fanout-events.ts";
import { REGIONS } from "../../../fakes/fanout-world.ts";
import { AUTHOR, counted, countsIn, FANS, id, last, newWorld } from "./author-world.ts";

describe("a shard's fan-out", () => {
  it.for([
    ["read", false, 1],
    ["known with the post", true, 0],
  ] as const)(
    "names the author and every follower, %s, once in each region",
    async ([, areKnown, listReads], { expect }) => {
      const { world, post, accept } = newWorld();
      world.fewAreKnown = areKnown;
      await accept([post(10)]);
      world.clock.advance(250);
      await world.quiesce();
      expect(world.listReads).toBe(listReads);
      for (const region of REGIONS)
        expect([...world.readersOf(id(10), region)].toSorted()).toEqual(
          [AUTHOR, ...FANS].toSorted(),
        );
      const record = await world.fanout.record(id(10));
      expect(record).toMatchObject({
        strategy: "push",
        followers: FANS.length,
        chunks: 1,
        chunksDone: 1,
        named: REGIONS.length * (FANS.length + 1),
      });
      expect(record?.calls).toBeGreaterThanOrEqual(REGIONS.length);
      const tookMs = (record?.doneMs ?? 0) - (record?.postedMs ?? 0);
      expect(tookMs).toBeGreaterThanOrEqual(250);
      expect(world.visibleMs).toEqual([tookMs]);
      // Those who are told that there is something new: not the author.
      const told = world.sockets.flatMap(({ event }) =>
        event.kind === "new-post" ? event.viewers : [],
      );
      expect(told.includes(AUTHOR)).toBe(false);
      expect(new Set(told).size).toBe(FANS.length);
      expect(world.noted.map(({ kind }) => kind)).toEqual(["posted"]);
    },
  );

  it("asks every bucket where that is cheaper, and names the author alone", async ({ expect }) => {
    const { world, post, accept } = newWorld(1, "announce");
    await accept([post(10)]);
    await world.quiesce();
    expect([...world.readersOf(id(10), "here")]).toEqual([AUTHOR]);
    const announced = world.told.filter(({ event }) => event.kind === "announce");
    expect(announced).toHaveLength(REGIONS.length * world.topology.buckets);
    expect((await world.fanout.record(id(10)))?.strategy).toBe("announce");
  });

  it("follows the audience: friends, the author alone, nobody when it is gone", async ({
    expect,
  }) => {
    const { world, post, accept } = newWorld(1, "announce");
    const friends = [id(300), id(301)];
    world.friends.set(AUTHOR, friends);
    const events = [post(10), post(11), post(12)];
    world.audiences.set(id(10), "friends");
    world.audiences.set(id(11), "only_me");
    world.audiences.delete(id(12));
    await accept(events);
    await world.quiesce();
    expect([...world.readersOf(id(10), "here")].toSorted()).toEqual(
      [AUTHOR, ...friends].toSorted(),
    );
    expect([...world.readersOf(id(11), "here")]).toEqual([AUTHOR]);
    expect(world.readersOf(id(12), "here").size).toBe(0);
    expect(await world.fanout.record(id(12))).toMatchObject({ strategy: "skip", chunks: 0 });
  });

  it("tells every bucket of what is gone, and a viewer's own of their relations", async ({
    expect,
  }) => {
    const { world, accept } = newWorld();
    const base = { fromMs: 1, author: AUTHOR } as const;
    const viewer = FANS[0] ?? AUTHOR;
    await accept([
      { ...base, at: nextAt(), kind: "unposted", post: id(10) },
      { ...base, at: nextAt(), kind: "audience", post: id(11), timeMs: 1, audience: 3 },
      {
        at: nextAt(),
        fromMs: 1,
        kind: "related",
        viewer,
        other: AUTHOR,
        relation: "mutes",
        on: true,
      },
      { at: nextAt(), fromMs: 1, kind: "settings", viewer: id(500) },
    ]);
    await world.quiesce();
    const here = world.told.filter(({ region }) => region === "here");
    for (const post of [id(10), id(11)]) {
      const revoked = here.filter(({ event }) => event.kind === "revoke" && event.post === post);
      expect(revoked).toHaveLength(world.topology.buckets);
    }
    const forgotten = here.flatMap(({ bucket, event }) =>
      event.kind === "forget" ? event.viewers.map((one) => [one, bucket] as const) : [],
    );
    expect(forgotten.toSorted()).toEqual(
      [viewer, id(500)].map((one) => [one, world.topology.bucketOf(one)]).toSorted(),
    );
    expect(world.sockets.map(({ event }) => event)).toContainEqual({
      kind: "related",
      viewer,
      other: AUTHOR,
      hide: true,
    });
  });

  it("names followers and friends once each of what is public", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    const [fan = AUTHOR] = FANS;
    world.friends.set(AUTHOR, [fan, id(300)]);
    await accept([post(10)]);
    await world.quiesce();
    const readers = [...world.readersOf(id(10), "here")];
    expect(readers.toSorted()).toEqual([AUTHOR, ...FANS, id(300)].toSorted());
  });

  it("spreads a post that is for others than before to those, unless it is for the author alone", async ({
    expect,
  }) => {
    const { world, accept } = newWorld();
    world.friends.set(AUTHOR, [id(300)]);
    world.audiences.set(id(10), "friends");
    world.audiences.set(id(11), "only_me");
    const base = { fromMs: 1, kind: "audience", author: AUTHOR, timeMs: 1 } as const;
    await accept([
      { ...base, at: nextAt(), post: id(10), audience: 2 },
      { ...base, at: nextAt(), post: id(11), audience: 3 },
    ]);
    await world.quiesce();
    expect([...world.readersOf(id(10), "here")].toSorted()).toEqual([AUTHOR, id(300)].toSorted());
    expect(world.readersOf(id(11), "here").size).toBe(0);
    const revoked = world.told.filter(({ event }) => event.kind === "revoke");
    expect(revoked).toHaveLength(2 * REGIONS.length * world.topology.buckets);
  });

  it("spreads a post that became public, and says that it did", async ({ expect }) => {
    const { world, accept } = newWorld();
    world.audiences.set(id(10), "public");
    const at = nextAt();
    await accept([
      { at, fromMs: 1, kind: "audience", post: id(10), author: AUTHOR, timeMs: 1, audience: 0 },
    ]);
    await world.quiesce();
    expect(world.readersOf(id(10), "here").size).toBe(FANS.length + 1);
    const revoked = world.told.filter(({ event }) => event.kind === "revoke");
    expect(revoked).toHaveLength(REGIONS.length * world.topology.buckets);
    expect(revoked[0]?.event).toEqual({ kind: "revoke", at, post: id(10), audience: 0 });
    // It is nobody's news a second time.
    expect(world.noted).toEqual([]);
  });

  it("gathers what comes beside posts, at once after a lull", async ({ expect }) => {
    const { world, accept } = newWorld();
    const settings = (n: number): GraphEvent => ({
      at: nextAt(),
      fromMs: 1,
      kind: "settings",
      viewer: id(n),
    });
    await accept([settings(1)]);
    await world.idle();
    expect(world.queue).toHaveLength(1);
    for (let n = 0; n < 20; n++) {
      await accept([settings(10 + n)]);
      await world.idle();
    }
    expect(await world.fanout.state()).toMatchObject({ events: 20, outstanding: 1 });
    await world.quiesce();
    const chunks = world.told.flatMap(({ event }) =>
      event.kind === "forget" ? event.viewers : [],
    );
    expect(new Set(chunks).size).toBe(21);
    expect((await world.fanout.state()).resent).toBe(0);
  });

  it("takes the same events again without doing them again", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    const events = [post(10), post(11)];
    const upTo = await accept(events);
    await world.quiesce();
    const before = world.told.length;
    expect(await accept(events)).toEqual(upTo);
    expect(await accept(events.slice(0, 1))).toEqual(upTo);
    await world.quiesce();
    expect(world.told.length).toBe(before);
  });

  it("takes no more than fits, and says up to where", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    world.faults.graphIsAway = true;
    const { table } = world;
    const others = LIMITS.fanoutEventsMax - 1;
    table.transaction(() => {
      for (let n = 0; n < others; n++) table.addEvent("posts", encodeEvent(post(20)), 1);
    });
    // Two meanings of one log entry are taken together.
    const at = nextAt();
    const pair = [post(10), post(11)].map((event) => ({ ...event, at }));
    const rest = [...pair, post(12)];
    expect(await accept(rest)).toEqual(at);
    expect(await accept(rest)).toEqual(at);
    table.transaction(() => {
      for (const { number } of table.events("posts", others)) table.dropEvent("posts", number);
    });
    world.faults.graphIsAway = false;
    await world.quiesce();
    expect(await accept(rest)).toEqual(last(rest));
    await world.quiesce();
    for (const n of [10, 11, 12])
      expect(world.readersOf(id(n), "there").size).toBe(FANS.length + 1);
  });

  it("has a bounded number of chunks on their way", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    await accept(Array.from({ length: 3 * LIMITS.fanoutWindow }, (_, n) => post(1_000 + n)));
    await world.quiesce();
    expect(world.outstandingMax).toBe(LIMITS.fanoutWindow);
    expect((await world.fanout.records(1_000)).every(({ doneMs }) => doneMs !== null)).toBe(true);
  });

  it("sends counts in one message, the newest of each post", async ({ expect }) => {
    const { world, accept } = newWorld();
    await accept(Array.from({ length: 50 }, (_, n) => counted(id(n % 5), n)));
    await world.quiesce();
    await accept(Array.from({ length: 50 }, (_, n) => counted(id(n % 5), 100 + n)));
    await world.quiesce();
    expect(world.calls).toBe(2 * REGIONS.length * world.topology.buckets);
    for (const { count } of countsIn(world, "here").values()) expect(count).toBeGreaterThan(144);
  });

  it("has one message of counts on its way, so that none overtakes another", async ({ expect }) => {
    const { world, accept } = newWorld();
    for (let n = 0; n < 5; n++) {
      await accept([counted(id(1), n)]);
      await world.idle();
      world.clock.advance(LIMITS.fanoutCountsEveryMs);
      await world.fanout.wake();
    }
    expect(await world.fanout.state()).toMatchObject({ outstanding: 1, events: 1 });
    await world.quiesce();
    expect(countsIn(world, "here").values().next().value?.count).toBe(4);
  });

  it("has an alarm from the moment it has an event", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    await accept([post(10)]);
    // This life ends before it has planned anything.
    world.restart();
    await world.quiesce();
    expect(world.readersOf(id(10), "here").size).toBe(FANS.length + 1);
  });

  it("learns how many readers are there", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    for (let n = 0; n < 120; n++) {
      await accept([post(1_000 + n)]);
      await world.quiesce();
    }
    // Buckets of this world say that some half of whom they are named has an entry.
    expect((await world.fanout.state()).activeShare).toBeGreaterThan(0.2);
    expect((await world.fanout.state()).activeShare).toBeLessThan(0.5);
  });
});
