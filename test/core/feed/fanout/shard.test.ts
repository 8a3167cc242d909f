import { describe, it } from "vitest";

import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import { encodeEvent } from "../../../../core/feed/fanout/work.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import type { Version } from "../../../../core/tao/version.ts";
import { SeededRandom } from "../../../../sim/random.ts";
import { FanoutWorld, nextAt, posted, REGIONS } from "../../../fakes/fanout-world.ts";

const id = (n: number): Id => (9_007_199_254_740_993n + BigInt(n)) as Id;
const AUTHOR = id(1);
const FANS = Array.from({ length: 7 }, (_, n) => id(100 + n));
const last = (events: readonly GraphEvent[]): Version => events.at(-1)?.at ?? { epoch: 1, seq: 0 };

function newWorld(seed = 1, force: "push" | "announce" | null = null) {
  const world = new FanoutWorld(new SeededRandom(seed), force);
  world.followers.set(AUTHOR, FANS);
  const post = (n: number): GraphEvent => {
    world.audiences.set(id(n), "public");
    return posted(id(n), AUTHOR, world.clock.nowMs());
  };
  const accept = (events: readonly GraphEvent[]) => world.fanout.accept(events, last(events));
  return { world, post, accept };
}

const counted = (post: Id, count: number): GraphEvent => ({
  at: nextAt(),
  fromMs: 1_800_000_000_000,
  kind: "counted",
  post,
  of: "reactions",
  count,
});

/** Counts as a bucket would have them that heeds their places in the log. */
function countsIn(world: FanoutWorld, region: string) {
  const known = new Map<string, { seq: number; count: number }>();
  for (const { region: where, bucket, event } of world.told) {
    if (where !== region || event.kind !== "count") continue;
    const key = `${bucket} ${event.post}`;
    if ((known.get(key)?.seq ?? 0) < event.at.seq)
      known.set(key, { seq: event.at.seq, count: event.count });
  }
  return known;
}

describe("a shard's fan-out", () => {
  it("names the author and every follower, once in each region", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    await accept([post(10)]);
    await world.quiesce();
    for (const region of REGIONS)
      expect([...world.readersOf(id(10), region)].toSorted()).toEqual([AUTHOR, ...FANS].toSorted());
    const record = await world.fanout.record(id(10));
    expect(record).toMatchObject({
      strategy: "push",
      followers: FANS.length,
      chunks: 1,
      chunksDone: 1,
      named: REGIONS.length * (FANS.length + 1),
    });
    expect(record?.calls).toBeGreaterThanOrEqual(REGIONS.length);
    // Those who are told that there is something new: not the author.
    const told = world.sockets.flatMap(({ event }) =>
      event.kind === "new-post" ? event.viewers : [],
    );
    expect(told.includes(AUTHOR)).toBe(false);
    expect(new Set(told).size).toBe(FANS.length);
    expect(world.noted.map(({ kind }) => kind)).toEqual(["posted"]);
  });

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
      { ...base, at: nextAt(), kind: "audience", post: id(11), timeMs: 1, audience: 2 },
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
      [viewer, AUTHOR, id(500)].map((one) => [one, world.topology.bucketOf(one)]).toSorted(),
    );
    expect(world.sockets.map(({ event }) => event)).toContainEqual({
      kind: "related",
      viewer,
      other: AUTHOR,
      hide: true,
    });
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
      for (let n = 0; n < others; n++) table.addEvent(encodeEvent(post(20)), 1);
    });
    // Two meanings of one log entry are taken together.
    const at = nextAt();
    const pair = [post(10), post(11)].map((event) => ({ ...event, at }));
    const rest = [...pair, post(12)];
    expect(await accept(rest)).toEqual(at);
    expect(await accept(rest)).toEqual(at);
    table.transaction(() => {
      for (const { number } of table.events(others)) table.dropEvent(number);
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

  it("waits with what it cannot read, and goes on by itself", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    world.faults.graphIsAway = true;
    await accept([post(10), counted(id(10), 3)]);
    await world.idle();
    expect(await world.fanout.state()).toMatchObject({ events: 1, dead: 0 });
    expect(world.reports).toContain("fanout_not_planned");
    world.faults.graphIsAway = false;
    await world.quiesce();
    expect(world.readersOf(id(10), "here").size).toBe(FANS.length + 1);
  });

  it("counts no try while the queue is away", async ({ expect }) => {
    const { world, post, accept } = newWorld();
    world.faults.queueIsAway = true;
    await accept([post(10)]);
    for (let n = 0; n < 3 * LIMITS.fanoutTriesMax; n++) {
      await world.idle();
      world.clock.advance(Math.max(0, (world.alarmMs ?? 0) - world.clock.nowMs()));
      await world.fanout.wake();
    }
    expect(world.table.due("waiting", Infinity, 9)).toMatchObject([{ tries: 0 }]);
    world.faults.queueIsAway = false;
    await world.quiesce();
    expect(world.readersOf(id(10), "here").size).toBe(FANS.length + 1);
  });

  it.for([
    ["fails each time", { bucketFails: 1 }, /bucket \d: unavailable/],
    ["is never answered", { lost: 1 }, /no answer/],
  ] as const)("puts aside what %s, and replays it", async ([, faults, reason], { expect }) => {
    const { world, post, accept } = newWorld();
    Object.assign(world.faults, faults);
    await accept([post(10)]);
    await world.quiesce();
    const [letter, ...others] = await world.fanout.deadLetters(10);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ shard: 0, post: id(10), tries: LIMITS.fanoutTriesMax });
    expect(letter?.lastError).toMatch(reason);
    expect((await world.fanout.record(id(10)))?.doneMs).toBeNull();
    expect((await world.fanout.state()).dead).toBe(1);

    Object.assign(world.faults, { bucketFails: 0, lost: 0 });
    expect(await world.fanout.replay([12_345])).toEqual({ ok: true, value: 0 });
    expect(await world.fanout.replay(null)).toEqual({ ok: true, value: 1 });
    await world.quiesce();
    expect(await world.fanout.deadLetters(10)).toEqual([]);
    expect(world.readersOf(id(10), "here").size).toBe(FANS.length + 1);
    expect((await world.fanout.record(id(10)))?.doneMs).not.toBeNull();
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

describe("whatever the queue does, and wherever a life ends", () => {
  it.for(Array.from({ length: 25 }, (_, seed) => seed))(
    "everything takes effect, with seed %i",
    async (seed, { expect }) => {
      const { world, post, accept } = newWorld(seed + 1);
      const random = new SeededRandom(seed + 1_000);
      Object.assign(world.faults, { lost: 0.2, twice: 0.2, bucketFails: 0.05, ackLost: 0.2 });
      const posts: Id[] = [];
      for (let n = 0; n < 30; n++) {
        const events = [post(2_000 + n), counted(id(n % 3), n)];
        posts.push(id(2_000 + n));
        const accepted = accept(events);
        // At any await: what was acknowledged is kept, what was not comes again from the log.
        for (let turns = Math.floor(random.next() * 12); turns > 0; turns--)
          await Promise.resolve();
        if (random.next() < 0.4) world.restart();
        await accepted.catch(() => null);
        await accept(events);
        if (random.next() < 0.5) await world.consume(5);
        world.clock.advance(Math.floor(random.next() * 2_000));
      }
      world.restart();
      await world.quiesce();
      // Ten failures in a row happen, with faults like these.
      while ((await world.fanout.state()).dead > 0) {
        await world.fanout.replay(null);
        await world.quiesce();
      }
      for (const region of REGIONS) {
        for (const one of posts)
          expect(world.readersOf(one, region).size, `${one} in ${region}`).toBe(FANS.length + 1);
        for (const { count } of countsIn(world, region).values())
          expect(count).toBeGreaterThanOrEqual(27);
      }
      const records = await world.fanout.records(1_000);
      expect(records.map(({ doneMs }) => doneMs === null)).toEqual(posts.map(() => false));
      expect((await world.fanout.state()).oldestMs).toBeNull();
    },
  );
});
