import type { FailureName } from "../core/telemetry/events.ts";
import { drizzle } from "drizzle-orm/durable-sqlite";

import type { Clock } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { GroupLog } from "../core/tao/log-group.ts";
import type { GraphStore } from "../core/tao/store.ts";
import { mysqlDatabase } from "../db/mysql-client.ts";
import { MysqlGroups } from "../db/mysql-groups.ts";
import { MysqlStore } from "../db/mysql-store.ts";
import { SqliteGroups } from "../db/sqlite-groups.ts";
import { SqliteStore } from "../db/sqlite-store.ts";
import type { StoreConfig } from "./store-config.ts";

export interface LeaderStorePorts {
  readonly ctx: Pick<DurableObjectState, "storage" | "waitUntil">;
  readonly clock: Clock;
  readonly report: (event: FailureName, error: unknown) => void;
}

export interface LeaderStore {
  /** Opens the shard's truth in an epoch. */
  readonly open: (epoch: number) => Promise<GraphStore>;
  /** How far durable consumers of the log are, kept beside it; of an opened store. */
  readonly cursors: () => Pick<GroupLog, "cursor" | "saveCursor">;
}

/** Where a leader has its shard's truth. Over MySQL the object keeps nothing of it: only its alarm. */
export function leaderStore(
  config: StoreConfig,
  shard: PhysicalShard,
  { ctx, clock, report }: LeaderStorePorts,
): LeaderStore {
  if (config.kind === "embedded") {
    return {
      open: (epoch) => SqliteStore.open(ctx.storage, epoch),
      cursors: () => new SqliteGroups(ctx.storage, drizzle(ctx.storage)),
    };
  }
  const db = mysqlDatabase({
    url: config.databaseUrl,
    timeoutMs: LIMITS.storeStatementMs,
    fetch: (input, init) => fetch(input, init),
  });
  const defer = (work: Promise<unknown>) => ctx.waitUntil(work);
  return {
    open: (epoch) =>
      MysqlStore.open(shard, { db, clock, writer: crypto.randomUUID(), defer, report }, epoch),
    cursors: () => new MysqlGroups(db, shard),
  };
}
