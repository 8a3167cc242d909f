import { afterAll, beforeAll, describe, it } from "vitest";

import type { Id } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { follow, HERE, Scribe, userData } from "../db/scribe.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { answered, migrate, openStore } from "./mysql-shard.ts";

let database: TestDatabase;
let shards = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  await migrate(database.emulator.url);
}, 120_000);

afterAll(() => database.stop());

const add: Write = { op: "objAdd", otype: 1, shard: HERE, data: userData("new") };
const open = (shard: number) => openStore(database.emulator.url, shard);

describe("a deposed leader", () => {
  it("cannot commit or write tables, also when the log was trimmed", async ({ expect }) => {
    const old = await open(++shards);
    const deposed = await Scribe.of(old.store);
    const [a, b] = (await deposed.users(2)) as [Id, Id];
    await deposed.write([follow(a, b, 1)]);

    const { store } = await open(shards);
    const successor = new Scribe(store, deposed.head);
    await successor.write([{ op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b }]);
    await successor.write([add]);
    await store.trim(Number.MAX_SAFE_INTEGER, 0);

    await expect(old.store.trim(0, 0)).rejects.toThrow("newer leader");
    await expect(deposed.write([add], "lost")).rejects.toThrow();
    await expect(old.store.head()).rejects.toThrow();
    const again = await open(shards);
    expect(await again.store.assocs([{ id1: a, atype: ASSOC.follows, id2: b }])).toEqual([]);
    expect(await answered(again.store, "lost")).toEqual([]);
    expect(await again.store.head()).toEqual(successor.head);
  });

  it("that died as its tables followed keeps nobody waiting, and brings nothing back", async ({
    expect,
  }) => {
    const old = await open(++shards);
    const deposed = await Scribe.of(old.store);
    const [a, b] = (await deposed.users(2)) as [Id, Id];
    await deposed.write([follow(a, b, 1)]);
    const list = { id1: a, atype: ASSOC.follows };
    const release = old.wire.hold(/^COMMIT$/);
    const following = old.store.trim(0, 0);
    while (!old.wire.queries.includes("COMMIT"))
      await new Promise((resolve) => setImmediate(resolve));

    const { store } = await open(shards);
    const successor = await Scribe.of(store);
    await successor.write([{ op: "assocDelete", ...list, id2: b }]);
    expect(await store.lists([list])).toMatchObject([{ count: 0 }]);
    await expect(store.trim(0, 0)).rejects.toThrow();
    release();
    await following;
    expect(await store.ranges([{ ...list, after: null, limit: 9 }])).toEqual([[]]);
    await store.trim(0, 0);
    for (const view of [store, (await open(shards)).store]) {
      expect(await view.lists([list])).toMatchObject([{ count: 0 }]);
      expect(await view.ranges([{ ...list, after: null, limit: 9 }])).toEqual([[]]);
    }
  });

  it("that has not noticed collides with its successor's first row", async ({ expect }) => {
    const old = await open(++shards);
    const deposed = await Scribe.of(old.store);
    await deposed.users(1);
    const { store } = await open(shards);
    await store.trim(Number.MAX_SAFE_INTEGER, 0);
    await expect(deposed.write([add], "lost")).rejects.toThrow("log collision");
    await expect(deposed.write([add], "lost")).rejects.toThrow("log collision");
    expect(await answered(store, "lost")).toEqual([]);
  });
});

describe("the store away", () => {
  it("rejects, and loses nothing that was acknowledged", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    const [a] = (await scribe.users(1)) as [Id];
    wire.isCut = true;
    await expect(scribe.write([add])).rejects.toThrow();
    await expect(store.objects([a])).rejects.toThrow();
    await expect(store.head()).resolves.toEqual(scribe.head);
    wire.isCut = false;
    await scribe.write([add], "back");
    expect((await store.objects([a])).length).toBe(1);
  });

  it("survives a kill of MariaDB under writes: what was acknowledged is there", async ({
    expect,
  }) => {
    const { store } = await open(++shards);
    const scribe = await Scribe.of(store);
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const writing = (async () => {
        for (let n = 0; ; n++) {
          await scribe.write([add], `op ${round}.${n}`);
          acknowledged.push(`op ${round}.${n}`);
        }
      })();
      const failed = expect(writing).rejects.toThrow();
      while (acknowledged.length < (round + 1) * 5)
        await new Promise((resolve) => setImmediate(resolve));
      await database.mariaDb.kill();
      await failed;
      await database.restart();
      scribe.head = await store.head();
    }
    expect((await answered(store, ...acknowledged)).toSorted()).toEqual(acknowledged.toSorted());
    const again = await open(shards);
    expect((await answered(again.store, ...acknowledged)).length).toBe(acknowledged.length);
    expect(await again.store.head()).toEqual(scribe.head);
  });
});
