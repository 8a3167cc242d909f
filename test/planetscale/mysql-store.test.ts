import { afterAll, beforeAll } from "vitest";

import { graphStoreContract } from "../db/graph-store-contract.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { migrate, openStore } from "./mysql-shard.ts";

let database: TestDatabase;
let shards = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  await migrate(database.emulator.url);
}, 120_000);

afterAll(() => database.stop());

graphStoreContract({
  name: "MysqlStore",
  runs: 15,
  async run(body) {
    const shard = ++shards;
    const { url } = database.emulator;
    const { store } = await openStore(url, shard);
    await body({ store, reopen: async (epoch = 1) => (await openStore(url, shard, epoch)).store });
  },
});
