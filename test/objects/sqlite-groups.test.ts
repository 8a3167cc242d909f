import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { leaderName } from "../../core/tao/names.ts";
import { headOf, SqliteStore } from "../../db/sqlite-store.ts";
import { groupLogContract } from "../db/group-log-contract.ts";
import { LoggedStore } from "../fakes/logged-store.ts";

let objects = 0;
/** One at a time: an object may not touch another's storage. */
const inObject = (body: (storage: DurableObjectStorage) => Promise<void>) =>
  runInDurableObject(env.LEADER.getByName(leaderName(0, `groups-${++objects}`)), (_, state) =>
    body(state.storage),
  );

groupLogContract({
  name: "SqliteStore",
  run: (body) =>
    inObject(async (storage) => {
      const copy = new LoggedStore();
      await body({
        open: async (epoch) => {
          const store = await SqliteStore.open(storage, epoch, true);
          if (store.groups === null) throw new Error("it keeps no groups");
          return { store, log: store.groups };
        },
        copy: { head: () => copy.head(), open: (epoch) => copy.open(epoch) },
      });
    }),
});

groupLogContract({
  name: "MemoryStore, with SqliteStore as its standby,",
  run: (body) =>
    inObject(async (storage) => {
      const store = new LoggedStore();
      await body({
        open: async (epoch) => ({ store: await store.open(epoch), log: store }),
        copy: {
          head: () => headOf(storage),
          open: (epoch) => SqliteStore.open(storage, epoch),
        },
      });
    }),
});
