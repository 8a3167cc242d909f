import { it } from "vitest";

import type { Id } from "../../core/ids.ts";
import { DeposedError } from "../../core/tao/store.ts";
import type { StoreDriver } from "./graph-store-contract.ts";
import { HERE, Scribe, newUser, NOTHING } from "./scribe.ts";

/** What every `GraphStore` must do when leaders follow one another. */
export function succession(driver: StoreDriver): void {
  it("lets only one of two leaders commit, and the other's group fails whole", async ({
    expect,
  }) => {
    await driver.run(async ({ store, reopen }) => {
      const deposed = await Scribe.of(store);
      await deposed.users(1);
      const successor = new Scribe(await reopen(), deposed.head);
      const [mine] = (await successor.users(1)) as [Id];
      const lost = deposed.group([{ writes: [newUser], opId: "lost" }, { writes: [newUser] }]);
      await expect(lost).rejects.toThrow();
      const last = await reopen();
      expect(await last.head()).toEqual({ epoch: 1, seq: 2 });
      const { ops, lastIds } = await last.planRows({
        ...NOTHING,
        opIds: ["lost"],
        idShards: [HERE],
      });
      expect([ops, lastIds.get(HERE)]).toEqual([[], mine]);
    });
  });

  it("goes on at the same seq in a newer epoch, and stays in it", async ({ expect }) => {
    await driver.run(async ({ store, reopen }) => {
      const scribe = await Scribe.of(store);
      const [a] = (await scribe.users(2)) as [Id];
      const second = await Scribe.of(await reopen(2));
      expect(second.head).toEqual({ epoch: 2, seq: 2 });
      await second.write([{ op: "objUpdate", id: a, patch: `{"name":"second"}` }]);
      for (const open of [async () => second.store, () => reopen(2)]) {
        const view = await open();
        expect(await view.head()).toEqual({ epoch: 2, seq: 3 });
        const versions = (await view.objects([a])).map(({ version }) => version);
        expect(versions).toEqual([{ epoch: 2, seq: 3 }]);
        const records = await view.logAfter({ epoch: 1, seq: 0 }, 10);
        expect(records?.map(({ epoch }) => epoch)).toEqual([1, 2]);
      }
      // Without a write in between, an epoch is still an epoch.
      await reopen(5);
      const last = await reopen(5);
      expect(await last.head()).toEqual({ epoch: 5, seq: 3 });
      await last.trim(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      expect(await (await reopen(5)).head()).toEqual({ epoch: 5, seq: 3 });
    });
  });

  it("opens for nobody in an epoch that is over", async ({ expect }) => {
    await driver.run(async ({ reopen }) => {
      await reopen(3);
      await expect(reopen(2)).rejects.toThrow(DeposedError);
      const third = await Scribe.of(await reopen(3));
      await third.users(1);
      await third.store.trim(0, 0);
      await expect(reopen(1)).rejects.toThrow(DeposedError);
      expect(await (await reopen(4)).head()).toEqual({ epoch: 4, seq: 1 });
    });
  });

  it("lets nobody commit in an epoch that is over", async ({ expect }) => {
    await driver.run(async ({ store, reopen }) => {
      const deposed = await Scribe.of(store);
      await deposed.users(1);
      await reopen(2);
      await expect(deposed.write([newUser], "lost")).rejects.toThrow();
      await expect(deposed.write([newUser], "lost")).rejects.toThrow();
      const last = await reopen(2);
      expect(await last.head()).toEqual({ epoch: 2, seq: 1 });
      expect((await last.planRows({ ...NOTHING, opIds: ["lost"] })).ops).toEqual([]);
    });
  });
}
