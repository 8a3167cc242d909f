import { randomUUID } from "node:crypto";

import { createConnection } from "mysql2/promise";

import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { assocKey, listKey } from "../../core/tao/keys.ts";
import { decodeRecord } from "../../core/tao/log-wire.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { AssocKey, GraphStore, ListKey, PlanKeys } from "../../core/tao/store.ts";
import { mysqlDatabase } from "../../db/mysql-client.ts";
import { MysqlStore } from "../../db/mysql-store.ts";
import { systemClock } from "../../platform/clock.ts";
import type { Backends } from "../backends.ts";
import type { ShardDump, ShardLog } from "./shard-dump.ts";

/** The log table, past all code of the product. */
export async function hostedLogs({ mysql }: Pick<Backends, "mysql">): Promise<readonly ShardLog[]> {
  const connection = await createConnection({ ...mysql, host: "127.0.0.1", database: mysql.user });
  try {
    const [rows] = await connection.query({
      sql: "SELECT shard, record FROM log WHERE record IS NOT NULL ORDER BY shard, place",
      rowsAsArray: true,
    });
    const byShard = Map.groupBy(rows as [PhysicalShard, string][], ([shard]) => shard);
    return [...byShard].map(([shard, found]) => ({
      shard,
      log: found.map(([, record]) => decodeRecord(record)),
    }));
  } finally {
    await connection.end();
  }
}

/**
 * Each shard as the next leader would find it: the store's own code, since its tables follow
 * the log by and by. Only while the product is down: opening a shard takes it over.
 */
export async function hostedDumps(backends: Backends): Promise<readonly ShardDump[]> {
  const db = mysqlDatabase({
    url: backends.databaseUrl,
    timeoutMs: LIMITS.storeStatementMs,
    fetch,
  });
  const background: Promise<unknown>[] = [];
  const ports = {
    db,
    clock: systemClock,
    writer: randomUUID(),
    defer: (work: Promise<unknown>) => void background.push(work),
    report: (event: string, error: unknown) => console.error(event, error),
  };
  const dumps: ShardDump[] = [];
  for (const one of await hostedLogs(backends)) {
    const store = await MysqlStore.open(one.shard, ports, one.log.at(-1)?.epoch ?? 0);
    dumps.push(await dumpStore(store, one));
  }
  await Promise.all(background);
  return dumps;
}

/** Keys in one look: a statement that names more is slow to plan. */
const KEYS_AT_ONCE = 200;

async function dumpStore(store: GraphStore, { shard, log }: ShardLog): Promise<ShardDump> {
  const objects = new Set<Id>();
  const assocs = new Map<string, AssocKey>();
  const lists = new Map<string, ListKey>();
  for (const { mutation } of log.flatMap(({ entries }) => entries)) {
    if (mutation.kind === "object") {
      objects.add(mutation.id);
      continue;
    }
    const { id1, atype, id2 } = mutation;
    assocs.set(assocKey(mutation), { id1, atype, id2 });
    lists.set(listKey(id1, atype), { id1, atype });
  }
  const all = { objects: [...objects], assocs: [...assocs.values()], lists: [...lists.values()] };
  const dump = { objects: [], assocs: [], lists: [] } as Parts;
  for (const name of ["objects", "assocs", "lists"] as const) {
    for (let from = 0; from < all[name].length; from += KEYS_AT_ONCE) {
      const keys = { ...NO_KEYS, [name]: all[name].slice(from, from + KEYS_AT_ONCE) };
      const rows = await store.planRows(keys);
      dump.objects.push(...rows.objects);
      dump.assocs.push(...rows.assocs);
      dump.lists.push(...rows.lists);
    }
  }
  return { shard, log, ...dump };
}

type Parts = { [K in "objects" | "assocs" | "lists"]: ShardDump[K][number][] };
const NO_KEYS: PlanKeys = {
  objects: [],
  assocs: [],
  lists: [],
  opIds: [],
  idShards: [],
  sources: [],
};
