import { afterAll, beforeAll } from "vitest";

import { mysqlDatabase } from "../../db/mysql-client.ts";
import { MysqlGroups } from "../../db/mysql-groups.ts";
import { groupLogContract } from "../db/group-log-contract.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { migrate, openStore } from "./mysql-shard.ts";

let database: TestDatabase;
let shards = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  await migrate(database.emulator.url);
}, 120_000);

afterAll(() => database.stop());

groupLogContract({
  name: "MysqlStore",
  async run(body) {
    const [shard, copy] = [++shards, ++shards];
    const { url } = database.emulator;
    const db = mysqlDatabase({ url, timeoutMs: 5_000, fetch: fetch as never });
    await body({
      open: async (epoch) => ({
        store: (await openStore(url, shard, epoch)).store,
        log: new MysqlGroups(db, shard),
      }),
      copy: {
        head: () => new MysqlGroups(db, copy).head(),
        open: async (epoch) => (await openStore(url, copy, epoch)).store,
      },
    });
  },
});
