import { afterAll, beforeAll, describe, it } from "vitest";

import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { mysqlDatabase } from "../../db/mysql-client.ts";
import { rowsOf } from "../../db/mysql-log.ts";
import { Memtable } from "../../db/mysql-memtable.ts";
import { materialise } from "../../db/mysql-tables.ts";
import { follow, HERE, Scribe, userData } from "../db/scribe.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { answered, migrate, openStore, opIds } from "./mysql-shard.ts";

let database: TestDatabase;
let shards = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  await migrate(database.emulator.url);
}, 120_000);

afterAll(() => database.stop());

const INSERT = /^insert into `log`/i;
const add: Write = { op: "objAdd", otype: 1, shard: HERE, data: userData("new") };
const open = (shard: number) => openStore(database.emulator.url, shard);

describe("round trips", () => {
  it("takes two for a group, whatever is in it", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    const [a, b] = (await scribe.users(2)) as [Id, Id];
    wire.queries.length = 0;
    await scribe.group([
      { writes: [follow(a, b, 1), add], opId: "one" },
      { writes: [{ op: "objUpdate", id: a, patch: "{}" }, follow(b, a, 2)], opId: "two" },
      { writes: [{ op: "objDelete", id: b }] },
    ]);
    expect(wire.queries.map((query) => query.slice(0, 7))).toEqual(["(SELECT", "insert "]);
  });

  it("brings the tables up in the background, many groups at a time", async ({ expect }) => {
    const { store, wire, idle, reports } = await open(++shards);
    const scribe = await Scribe.of(store);
    wire.queries.length = 0;
    const requests = LIMITS.groupRequestsMax;
    const groups = (LIMITS.materialiseRows * 4) / requests;
    for (let n = 0; n < groups; n++) {
      const group = Array.from({ length: requests }, (_, k) => ({
        writes: [add],
        opId: `${n}.${k}`,
      }));
      await scribe.group(group);
    }
    await idle();
    expect(reports).toEqual([]);
    const begun = wire.queries.filter((query) => query === "BEGIN").length;
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThanOrEqual(4);
    expect(wire.queries.length / groups).toBeLessThan(4);
    expect(await store.planRows({ ...opIds(), idShards: [HERE] })).toMatchObject({
      lastIds: new Map([[HERE, scribe.commits.at(-1)?.objects.at(-1)?.id]]),
    });
  });
});

describe("a lost reply", () => {
  it("is found to have committed, and nothing is written twice", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    wire.fail(INSERT, "unanswered");
    wire.queries.length = 0;
    const ids = await scribe.write([add], "once");
    expect(wire.queries.filter((query) => INSERT.test(query)).length).toBe(1);
    expect((await store.objects(ids)).length).toBe(1);
    await scribe.write([add], "next");
    expect(scribe.head.seq).toBe(2);
  });

  it("of a group that never arrived is followed by one more try", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    wire.fail(INSERT, "unsent");
    await scribe.write([add], "late");
    expect(await answered(store, "late")).toEqual(["late"]);
  });

  it("that cannot be looked into leaves the head unknown, until it is read", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    wire.fail(INSERT, "unanswered");
    wire.fail(/^select .* from `log`/i, "unsent");
    await expect(scribe.write([add], "unknown")).rejects.toThrow();
    await expect(scribe.write([add], "blind")).rejects.toThrow("head is unknown");
    scribe.head = await store.head();
    expect(scribe.head.seq).toBe(1);
    expect(await answered(store, "unknown", "blind")).toEqual(["unknown"]);
    await scribe.write([add], "blind");
    expect(await answered(store, "blind")).toEqual(["blind"]);
  });

  it("that arrives after all collides with what took its place, or is taken in", async ({
    expect,
  }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    for (const arrives of ["before a look", "before the next", "after the next"]) {
      wire.fail(INSERT, "delayed");
      wire.fail(INSERT, "unsent");
      await expect(scribe.write([add], arrives)).rejects.toThrow();
      scribe.head = await store.head();
      const before = scribe.head.seq;
      if (arrives === "before a look") {
        await wire.late();
        scribe.head = await store.head();
        expect(scribe.head.seq).toBe(before + 1);
        expect(await answered(store, arrives)).toEqual([arrives]);
      } else if (arrives === "before the next") {
        await wire.late();
        await expect(scribe.write([add], "next 1")).rejects.toThrow();
        scribe.head = await store.head();
        expect(scribe.head.seq).toBe(before + 1);
        expect(await answered(store, arrives, "next 1")).toEqual([arrives]);
      } else {
        await scribe.write([add], "next 2");
        await wire.late();
        expect(await answered(store, arrives, "next 2")).toEqual(["next 2"]);
      }
    }
    const again = await open(shards);
    expect(await again.store.head()).toEqual(scribe.head);
  });

  it("of the tables' transaction changes nothing when it runs again", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    const [a, b] = (await scribe.users(2)) as [Id, Id];
    await scribe.write([follow(a, b, 1)], "follow");
    wire.fail(/^COMMIT$/, "unanswered");
    await expect(store.trim(0, 0)).rejects.toThrow();
    expect(await store.lists([{ id1: a, atype: ASSOC.follows }])).toMatchObject([{ count: 1 }]);
    await scribe.write([{ op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b }]);
    await store.trim(0, 0);
    const again = await open(shards);
    expect(await again.store.lists([{ id1: a, atype: ASSOC.follows }])).toMatchObject([
      { count: 0 },
    ]);
    expect(await answered(again.store, "follow")).toEqual(["follow"]);
  });
});

describe("tables that follow", () => {
  it("wait for queries that began before", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    const [a, b] = (await scribe.users(2)) as [Id, Id];
    await scribe.write([follow(a, b, 1)]);
    await store.trim(0, 0);
    const list = { id1: a, atype: ASSOC.follows };
    wire.queries.length = 0;
    const release = wire.hold(/FROM assocs/);
    const both = Promise.all([
      store.lists([list]),
      store.ranges([{ ...list, after: null, limit: 9 }]),
    ]);
    await scribe.write([{ op: "assocDelete", ...list, id2: b }]);
    const followed = store.trim(0, 0);
    await store.followers();
    expect(wire.queries.filter((query) => query === "BEGIN")).toEqual([]);
    release();
    await followed;
    const [lists, ranges] = await both;
    expect(lists).toMatchObject([{ count: 1 }]);
    expect(ranges.map((page) => page.map(({ id2 }) => id2))).toEqual([[b]]);
    expect(await store.lists([list])).toMatchObject([{ count: 0 }]);
  });

  it("never let a version fall", async ({ expect }) => {
    const { store, wire } = await open(++shards);
    const scribe = await Scribe.of(store);
    const [a, b] = (await scribe.users(2)) as [Id, Id];
    const list = { id1: a, atype: ASSOC.follows };
    await scribe.write([follow(a, b, 9)]);
    await scribe.write([{ op: "objUpdate", id: a, patch: `{"name":"newest"}` }]);
    await store.trim(0, 0);
    const older = scribe.commits.slice(0, 2).flatMap((commit) => rowsOf(commit, 1));
    for (const { version } of await store.objects([a])) expect(version.seq).toBe(5);
    const db = mysqlDatabase({
      url: database.emulator.url,
      timeoutMs: 5_000,
      fetch: wire.fetch as never,
    });
    const upTo = { place: scribe.commits.length + 1, head: scribe.head };
    await materialise(db, shards, 1, upTo, new Memtable(older));
    const again = await open(shards);
    expect((await again.store.objects([a]))[0]).toMatchObject({
      data: expect.stringContaining("newest"),
      version: { epoch: 1, seq: 5 },
    });
    expect(await again.store.lists([list])).toMatchObject([{ count: 1, version: { seq: 3 } }]);
  });
});
