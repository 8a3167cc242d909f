import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { leaderName } from "../../core/tao/names.ts";
import { SqliteStore } from "../../db/sqlite-store.ts";
import { graphStoreContract } from "../db/graph-store-contract.ts";

let objects = 0;

graphStoreContract({
  name: "SqliteStore",
  runs: 40,
  async run(body) {
    const stub = env.LEADER.getByName(leaderName(0, `contract-${++objects}`));
    await runInDurableObject(stub, async (_, { storage }) => {
      await body({
        store: await SqliteStore.open(storage, 1),
        reopen: (epoch = 1) => SqliteStore.open(storage, epoch),
      });
    });
  },
});
