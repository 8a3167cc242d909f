import { describe, it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { HotCache } from "../../../core/tao/hot-cache.ts";
import { hotKeyOf, HotKeys } from "../../../core/tao/hot-keys.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { ReadResponse } from "../../../core/tao/service.ts";
import type { Read } from "../../../core/tao/types.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const get = (id: number): Read => ({ op: "objGet", id: BigInt(id) as Id });
const START = 1_800_000_000_000;

/** `perSecond` requests for each batch, spread over `seconds`. */
function drive(keys: HotKeys, perSecond: number, seconds: number, batch: (i: number) => Read[]) {
  let nowMs = START;
  for (let i = 0; i < perSecond * seconds; i++) {
    nowMs = START + (i * 1_000) / perSecond;
    keys.saw(batch(i), nowMs);
  }
  return nowMs;
}

describe("hot keys", () => {
  it("are those read often, alone or among others", ({ expect }) => {
    const keys = new HotKeys();
    const nowMs = drive(keys, 400, 2, (i) => [get(1_000 + i), get(7), get(5_000 + (i % 50))]);
    expect(keys.placesIn([get(7), get(1_001), get(5_003), get(7)], nowMs)).toEqual([0, 3]);
    expect(keys.placesIn([get(1_001)], nowMs)).toBeUndefined();
  });

  it("are more where less is often", ({ expect }) => {
    const keys = new HotKeys({ readsPerSecond: 20, sampleEvery: 5 });
    const nowMs = drive(keys, 40, 2, () => [get(7)]);
    expect(keys.placesIn([get(7)], nowMs)).toEqual([0]);
    const usual = new HotKeys();
    expect(
      usual.placesIn(
        [get(7)],
        drive(usual, 40, 2, () => [get(7)]),
      ),
    ).toBeUndefined();
  });

  it("are none while every key is read seldom, however many there are", ({ expect }) => {
    const keys = new HotKeys();
    const nowMs = drive(keys, 2_000, 2, (i) => [get(i % 500)]);
    const all = Array.from({ length: 500 }, (_, id) => get(id));
    expect(keys.placesIn(all, nowMs)).toBeUndefined();
  });

  it("are found among far more keys than are counted", ({ expect }) => {
    const keys = new HotKeys();
    const many = (i: number) => Array.from({ length: 50 }, (_, n) => get(1_000 + i * 50 + n));
    const nowMs = drive(keys, 1_000, 2, (i) => [...many(i), get(7)]);
    expect(keys.placesIn([get(7), ...many(1_999)], nowMs)).toEqual([0]);
  });

  it("cool down within two seconds", ({ expect }) => {
    const keys = new HotKeys();
    const nowMs = drive(keys, 1_000, 1, () => [get(7)]);
    expect(keys.placesIn([get(7)], nowMs)).toEqual([0]);
    expect(keys.placesIn([get(7)], nowMs + 500), "of the last second too").toEqual([0]);
    expect(keys.placesIn([get(7)], nowMs + 2_500)).toBeUndefined();
  });

  it("have one name for the same answer, and none for answers that differ by reader", ({
    expect,
  }) => {
    const id1 = 5n as Id;
    const range = { op: "assocRange", id1, atype: ASSOC.likes, after: null, limit: 10 } as const;
    const point = { op: "assocGet", id1, atype: ASSOC.likes, id2s: [6n as Id] } as const;
    const named: Read[] = [
      { op: "objGet", id: id1 },
      { op: "assocCount", id1, atype: ASSOC.likes },
      range,
      { ...range, limit: 11 },
      point,
      { ...point, lowMs: 3 },
      { ...point, highMs: 3 },
    ];
    const names = named.map(hotKeyOf);
    expect(names).not.toContain(null);
    expect(new Set(names).size).toBe(named.length);
    const unnamed: Read[] = [
      { ...range, after: { timeMs: 1, id2: 2n as Id } },
      { ...range, limit: 1_000 },
      { ...point, id2s: [6n as Id, 7n as Id] },
      { op: "assocTimeRange", id1, atype: ASSOC.likes, highMs: 9, lowMs: 1, limit: 3 },
    ];
    expect(unnamed.map(hotKeyOf)).toEqual([null, null, null, null]);
  });
});

describe("hot answers", () => {
  const at = { epoch: 1, seq: 20 };
  const since = { epoch: 1, seq: 10 };
  const response: ReadResponse = {
    results: [
      { op: "objGet", object: null },
      { op: "objGet", object: null },
    ],
    at,
    since,
    hot: [1],
  };
  const kept = () => {
    const cache = new HotCache();
    cache.keep([get(1), get(2)], response, START);
    return cache;
  };

  it("are kept for a second from the call, and only those that are marked", ({ expect }) => {
    const cache = kept();
    expect(cache.get(get(1), null, START)).toBeUndefined();
    expect(cache.get(get(2), null, START + LIMITS.hotCacheMs - 1)).toMatchObject({ at, since });
    expect(cache.get(get(2), null, START + LIMITS.hotCacheMs)).toBeUndefined();
    expect(cache.counters).toEqual({ hits: 1, kept: 1 });
  });

  it("answer a ticket that they surely satisfy, and no other", ({ expect }) => {
    const cache = kept();
    const ask = (epoch: number, seq: number) => cache.get(get(2), { epoch, seq }, START);
    expect(ask(1, 10)).toBeDefined();
    expect(ask(1, 11), "newer than the answer may be").toBeUndefined();
    expect(ask(2, 0), "of a later epoch").toBeUndefined();
    expect(ask(0, 99), "of an earlier one").toBeDefined();
  });

  it("are not kept without the position that they reflect", ({ expect }) => {
    const cache = new HotCache();
    const { since: _, ...rest } = response;
    cache.keep([get(1), get(2)], rest, START);
    expect(cache.get(get(2), null, START)).toBeUndefined();
  });

  it("take a bounded amount of memory", ({ expect }) => {
    const cache = new HotCache(3_000);
    for (let id = 0; id < 100; id++) {
      cache.keep([get(id), get(id)], response, START);
    }
    const present = Array.from({ length: 100 }, (_, id) => cache.get(get(id), null, START));
    expect(present.filter((answer) => answer !== undefined)).toHaveLength(10);
    expect(present[99]).toBeDefined();
  });
});

it("an answer from an isolate's memory names the newest that it may show", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0);
  const [since, at] = [
    { epoch: 1, seq: 1 },
    { epoch: 1, seq: 3 },
  ];
  const results = [{ op: "objGet", object: null } as const];
  const reads = [{ op: "objGet", id } as const];
  world.hot.keep(reads, { results, at, hot: [0], since }, world.clock.nowMs());
  const tao = world.tao();
  unwrap(await tao.read(reads));
  expect([world.hot.counters.hits, tao.positionOf(id)]).toEqual([1, at]);
});
