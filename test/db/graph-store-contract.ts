import { describe, it } from "vitest";

import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { firstSeq } from "../../core/tao/log.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { GraphStore } from "../../core/tao/store.ts";
import type { Assoc, Write } from "../../core/tao/types.ts";
import { comparesWithMemory } from "./random-groups.ts";
import { succession } from "./succession-contract.ts";
import {
  follow,
  HERE,
  NEIGHBOUR,
  Scribe,
  START_MS,
  there,
  userData,
  newUser,
  NOTHING,
} from "./scribe.ts";

/** One empty shard, as long as `run` lasts. */
export interface Harness {
  readonly store: GraphStore;
  /** A new leader over the same data, in this epoch (default 1), while the old one still exists. */
  reopen(epoch?: number): Promise<GraphStore>;
}

export interface StoreDriver {
  readonly name: string;
  run(body: (harness: Harness) => Promise<void>): Promise<void>;
  /** Runs of the random comparison. */
  readonly runs: number;
}

const idsOf = (page: readonly Assoc[] | undefined) => page?.map(({ id2 }) => id2);

/** What every `GraphStore` must do, whatever is behind it. */
export function graphStoreContract(driver: StoreDriver): void {
  describe(`${driver.name} as a graph store`, () => {
    it("starts empty", async ({ expect }) => {
      await driver.run(async ({ store }) => {
        expect(await store.head()).toEqual({ epoch: 1, seq: 0 });
        expect(await store.objects([there(1)])).toEqual([]);
        expect(await store.ranges([])).toEqual([]);
        expect(await store.planRows(NOTHING)).toMatchObject({ objects: [], ops: [] });
        expect(await store.logAfter({ epoch: 1, seq: 0 }, 10)).toBeNull();
        expect([await store.intents(10), await store.intentCount()]).toEqual([[], 0]);
      });
    });

    it("keeps ids above 2^53 and texts as they are", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const name = `🐋 'quoted' "twice" \\ back ? 0x00`;
        const scribe = await Scribe.of(store);
        const data = userData(name);
        const ids = await scribe.write(
          Array.from({ length: 5 }, () => ({ op: "objAdd", otype: 1, shard: HERE, data })),
        );
        expect(ids.every((id) => id > 2n ** 53n)).toBe(true);
        for (const view of [store, await reopen()]) {
          const found = await view.objects(ids);
          expect(found.map(({ id }) => id).toSorted()).toEqual([...ids].toSorted());
          expect(JSON.parse(found[0]?.data ?? "")).toMatchObject({ name });
        }
      });
    });

    it("keeps versions of deleted objects and emptied lists, and never hands an id out twice", async ({
      expect,
    }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const [a, b] = (await scribe.users(2)) as [Id, Id];
        await scribe.write([follow(a, b, 5)]);
        await scribe.write([{ op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b }]);
        await scribe.write([{ op: "objDelete", id: b }]);
        for (const view of [store, await reopen()]) {
          const list = { id1: a, atype: ASSOC.follows };
          const rows = await view.planRows({
            ...NOTHING,
            objects: [b],
            lists: [list],
            assocs: [{ ...list, id2: b }],
            idShards: [HERE],
          });
          expect(rows.objects).toMatchObject([
            { id: b, data: null, version: { epoch: 1, seq: 7 } },
          ]);
          expect(rows.lists).toEqual([{ ...list, count: 0, version: { epoch: 1, seq: 5 } }]);
          expect(rows.assocs).toEqual([]);
          expect(rows.lastIds.get(HERE)).toBe(b);
          expect(await view.objects([a, b])).toMatchObject([{ id: a }]);
        }
      });
    });

    it("pages lists by (time, id2), newest first, within bounds", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const [a] = (await scribe.users(1)) as [Id];
        const key = { id1: a, atype: ASSOC.mutes };
        const mute = (n: number, timeMs: number): Write => ({
          op: "assocAdd",
          ...key,
          id2: there(n),
          timeMs,
          data: "",
        });
        await scribe.write([mute(1, 10), mute(2, 20), mute(3, 20), mute(4, 30)]);
        await store.trim(0, 0);
        const unmute = (n: number): Write => ({ op: "assocDelete", ...key, id2: there(n) });
        await scribe.write([mute(5, 15), unmute(4), unmute(3)]);
        const last = await reopen();
        for (const view of [store, last, last]) {
          const query = { ...key, after: null, limit: 10 };
          const pages = await view.ranges([
            query,
            { ...query, limit: 1 },
            { ...query, after: { timeMs: 20, id2: there(3) } },
            { ...query, highMs: 20, lowMs: 20 },
            { ...query, id1: there(9) },
          ]);
          const expected = [[2, 5, 1], [2], [2, 5, 1], [2], []];
          expect(pages.map(idsOf)).toEqual(expected.map((page) => page.map(there)));
          if (view === last) await last.trim(0, 0);
        }
      });
    });

    it("answers a replay from the first answer, op ids told apart exactly", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const add: Write = { op: "objAdd", otype: 1, shard: HERE, data: userData("once") };
        const ids = await scribe.write([add], "op-é");
        const others = ["OP-é", "op-e", "op-é ", "x".repeat(LIMITS.opIdCharsMax)];
        for (const opId of others) await scribe.write([add], opId);
        const again = await Scribe.of(await reopen());
        expect(await again.write([add], "op-é")).toEqual(ids);
        const rows = await again.store.planRows({ ...NOTHING, opIds: ["op-é", ...others, "op"] });
        expect(rows.ops.length).toBe(1 + others.length);
        expect(rows.ops.find(({ opId }) => opId === "op-é")).toMatchObject({
          timeMs: START_MS,
          at: { epoch: 1, seq: 1 },
          results: [{ id: ids[0], changed: true }],
        });
      });
    });

    it("keeps an answer that changed nothing", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const [a, b] = (await scribe.users(2)) as [Id, Id];
        const none: Write = { op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b };
        await scribe.write([none], "nothing");
        expect(scribe.head.seq).toBe(2);
        const again = await reopen();
        expect(await again.head()).toEqual({ epoch: 1, seq: 2 });
        const { ops } = await again.planRows({ ...NOTHING, opIds: ["nothing"] });
        expect(ops).toMatchObject([{ opId: "nothing", results: [{ changed: false }] }]);
      });
    });

    it("takes no group that was planned on an earlier head, even if it logs nothing", async ({
      expect,
    }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const [a, b] = (await scribe.users(2)) as [Id, Id];
        const late = new Scribe(store, { epoch: 1, seq: 1 });
        const none: Write = { op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b };
        await expect(late.write([none], "late")).rejects.toThrow("log collision");
        const again = await reopen();
        expect(await again.head()).toEqual({ epoch: 1, seq: 2 });
        expect((await again.planRows({ ...NOTHING, opIds: ["late"] })).ops).toEqual([]);
      });
    });

    it("hands out its log from any position, and says when it was trimmed", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        await scribe.users(2);
        scribe.nowMs += 100;
        await scribe.group([{ writes: [rename(scribe, "x")] }, { writes: [rename(scribe, "y")] }]);
        scribe.nowMs += 100;
        await scribe.write([rename(scribe, "z")]);
        const log = scribe.commits.flatMap(({ records }) => records);
        expect(log.map(firstSeq)).toEqual([1, 3, 4, 5]);
        for (const view of [store, await reopen()]) {
          expect(await view.logAfter({ epoch: 1, seq: 0 }, 10)).toEqual(log);
          expect(await view.logAfter({ epoch: 1, seq: 2 }, 2)).toEqual(log.slice(1, 3));
          expect(await view.logAfter({ epoch: 1, seq: 5 }, 10)).toBeNull();
        }
        const last = await reopen();
        await last.trim(START_MS + 150, 0);
        expect(await last.logAfter({ epoch: 1, seq: 0 }, 10)).toBeNull();
        expect(await last.logAfter({ epoch: 1, seq: 4 }, 10)).toEqual(log.slice(3));
        await last.trim(START_MS + 1_000, 0);
        expect(await last.logAfter({ epoch: 1, seq: 4 }, 10)).toEqual(log.slice(3));
        expect(await (await reopen()).head()).toEqual({ epoch: 1, seq: 5 });
      });
    });

    it("forgets old answers when it trims, and only those", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        await scribe.write([newUser], "old");
        scribe.nowMs += 10;
        await scribe.write([newUser], "new");
        await store.trim(0, START_MS + 5);
        for (const view of [store, await reopen()]) {
          const { ops } = await view.planRows({ ...NOTHING, opIds: ["old", "new"] });
          expect(ops.map(({ opId }) => opId)).toEqual(["new"]);
        }
      });
    });

    it("keeps inverse edges for other shards until they are dropped", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const [a] = (await scribe.users(1)) as [Id];
        for (const n of [1, 2, 3]) await scribe.write([follow(a, there(n), n)]);
        expect(await store.intentCount()).toBe(3);
        const two = await store.intents(2);
        expect(two.map(({ target, inverse }) => [target, inverse.id1])).toEqual([
          [NEIGHBOUR, there(1)],
          [NEIGHBOUR, there(2)],
        ]);
        await store.trim(0, 0);
        const second = two[1]?.inverse.source ?? scribe.head;
        await store.dropIntents(NEIGHBOUR + 1, scribe.head);
        await store.dropIntents(NEIGHBOUR, second);
        for (const view of [store, await reopen()]) {
          expect((await view.intents(9)).map(({ inverse }) => inverse.id1)).toEqual([there(3)]);
          expect(await view.intentCount()).toBe(1);
        }
      });
    });

    it("moves the cursor of another shard with its edges", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        const scribe = await Scribe.of(store);
        const [a] = (await scribe.users(1)) as [Id];
        const edge = { timeMs: 7, data: "" };
        const source = { epoch: 1, seq: 9 };
        const inverse = { source, id1: a, atype: ASSOC.followedBy, id2: there(1), edge };
        await scribe.inverses([inverse]);
        const again = await Scribe.of(await reopen());
        await again.inverses([{ ...inverse, edge: null }]);
        const rows = await again.store.planRows({ ...NOTHING, sources: [NEIGHBOUR, 5] });
        expect(rows.sources).toEqual([{ shard: NEIGHBOUR, version: source }]);
        expect(await again.store.assocs([inverse])).toMatchObject([{ id2: there(1), timeMs: 7 }]);
        expect(await again.store.lists([inverse])).toMatchObject([{ count: 1 }]);
      });
    });

    it("remembers its followers", async ({ expect }) => {
      await driver.run(async ({ store, reopen }) => {
        await store.addFollower("f/1");
        await store.addFollower("f/2");
        await store.addFollower("f/2");
        await store.dropFollower("f/1");
        await store.dropFollower("f/9");
        expect(await (await reopen()).followers()).toEqual(["f/2"]);
      });
    });

    succession(driver);

    it(
      `answers as the store in memory over ${driver.runs} random histories`,
      {
        timeout: 200_000,
      },
      async ({ expect }) => {
        const reached = await comparesWithMemory(driver, expect);
        expect(Math.min(...Object.values(reached)), JSON.stringify(reached)).toBeGreaterThan(0);
      },
    );
  });
}

function rename(scribe: Scribe, name: string): Write {
  const id = scribe.commits[0]?.objects[0]?.id;
  if (id === undefined) throw new Error("no user yet");
  return { op: "objUpdate", id, patch: JSON.stringify({ name }) };
}
