import { describe, it } from "vitest";

import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { SeededRandom } from "../../../../sim/random.ts";
import { REGIONS } from "../../../fakes/fanout-world.ts";
import { counted, countsIn, FANS, id, newWorld } from "./author-world.ts";

describe("a shard's fan-out, when something is away", () => {
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
    expect(world.putAside).toBe(1);

    Object.assign(world.faults, { bucketFails: 0, lost: 0 });
    expect(await world.fanout.replay([12_345])).toEqual({ ok: true, value: 0 });
    expect(await world.fanout.replay(null)).toEqual({ ok: true, value: 1 });
    await world.quiesce();
    expect(await world.fanout.deadLetters(10)).toEqual([]);
    expect(world.readersOf(id(10), "here").size).toBe(FANS.length + 1);
    expect((await world.fanout.record(id(10)))?.doneMs).not.toBeNull();
  });
});

describe("whatever the queue does, and wherever a life ends", () => {
  it.for(Array.from({ length: 25 }, (_, seed) => seed))(
    "everything takes effect, with seed %i",
    async (seed, { expect }) => {
      const { world, post, accept } = newWorld(seed + 1);
      const random = new SeededRandom(seed + 1_000);
      world.fewAreKnown = seed % 2 === 0;
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
