import { describe, it } from "vitest";

import { effectsOf } from "../../../core/degradation/effects.ts";
import { settings, updateSettings } from "../../../core/feed/usecases/accounts.ts";
import { LIMITS } from "../../../core/limits.ts";
import { cast, idsOf, must } from "../../fakes/feed-world.ts";
import { MemoryFeedCache } from "../../fakes/memory-feed-cache.ts";

/** A reader with one friend and one whom they only follow, each of whom has posted. */
async function start() {
  const { world, author, reader, other } = await cast();
  await world.befriend(reader, author);
  await world.relate(reader, other, "follow");
  const friends = await world.post(author);
  const followed = await world.post(other);
  return { world, reader, friends: friends.id, followed: followed.id };
}

describe("at level 2", () => {
  it("a feed is in the order of time, and says that this is not what was asked for", async ({
    expect,
  }) => {
    const { world, reader } = await start();
    expect((await world.home(reader, { mode: "ranked" })).mode).not.toBe("latest");
    world.effects = effectsOf(2);
    expect(await world.home(reader, { mode: "ranked" })).toMatchObject({
      mode: "latest",
      reason: "degraded",
    });
    expect(await world.home(reader, { mode: "latest" })).toMatchObject({ reason: "requested" });
  });

  it("who has the order of time by setting, and names none, is told so", async ({ expect }) => {
    const { world, reader } = await start();
    const before = await must(settings(world.as(reader)));
    await must(updateSettings(world.as(reader), { ...before, feedMode: "latest" }));
    world.cache = new MemoryFeedCache(() => world.nowMs);
    world.effects = effectsOf(2);
    const bySetting = { mode: "latest", reason: "setting" };
    const bySettings = { mode: undefined };
    expect(await world.home(reader, bySettings)).toMatchObject(bySetting);
    await world.settled();
    const kept = await world.home(reader, bySettings);
    expect(kept).toMatchObject(bySetting);
    expect(kept.calls).toBe(1);
    // Who has it otherwise, or asks for ranked pages, is told that it is the level.
    expect(await world.home(reader, { mode: "ranked" })).toMatchObject({ reason: "degraded" });
    await must(updateSettings(world.as(reader), { ...before, feedMode: "ranked" }));
    await world.settled();
    // Whoever changes settings is told to the cache, which forgets the entry.
    world.cache = new MemoryFeedCache(() => world.nowMs);
    const levelled = { mode: "latest", reason: "degraded" };
    expect(await world.home(reader, bySettings)).toMatchObject(levelled);
  });

  it("a page goes on in the order that it began in", async ({ expect }) => {
    const { world, reader } = await start();
    const first = await world.home(reader, { mode: "ranked", limit: 1 });
    world.effects = effectsOf(2);
    const cursor = first.cursor ?? "";
    const second = await world.home(reader, { mode: "ranked", limit: 1, cursor });
    expect(second.mode).not.toBe("latest");
    expect(second.items).toHaveLength(1);
  });

  it("what began in the order of time goes on so for who asks for ranked pages, and says why", async ({
    expect,
  }) => {
    const { world, reader, friends, followed } = await start();
    world.effects = effectsOf(2);
    const first = await world.home(reader, { mode: "ranked", limit: 1 });
    world.effects = effectsOf(0);
    const cursor = first.cursor ?? "";
    const second = await world.home(reader, { mode: "ranked", limit: 1, cursor });
    expect([...idsOf(first), ...idsOf(second)]).toEqual([followed, friends]);
    expect(second).toMatchObject({ mode: "latest", reason: "degraded" });
  });

  it("a page that no cache has is made by itself, with nobody left out; the entry comes after it", async ({
    expect,
  }) => {
    const { world, reader, friends, followed } = await start();
    const cache = new MemoryFeedCache(() => world.nowMs);
    world.cache = cache;
    world.effects = effectsOf(2);
    expect(idsOf(await world.home(reader))).toEqual([followed, friends]);
    await world.settled();
    const kept = await world.home(reader);
    expect(idsOf(kept)).toEqual([followed, friends]);
    expect(kept.calls).toBe(1);
  });

  it("an entry may be three times as old", async ({ expect }) => {
    const { world, reader } = await start();
    world.cache = new MemoryFeedCache(() => world.nowMs);
    await world.home(reader);
    await world.settled();
    world.nowMs += 3 * LIMITS.feedCacheTtlMs - 1_000;
    world.effects = effectsOf(2);
    expect((await world.home(reader)).ageMs).toBeGreaterThan(2 * LIMITS.feedCacheTtlMs);
    world.effects = effectsOf(0);
    expect((await world.home(reader)).ageMs).toBe(0);
  });
});
