import type { Clock } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { GraphStore } from "../core/tao/store.ts";
import { mysqlDatabase } from "../db/mysql-client.ts";
import { MysqlStore } from "../db/mysql-store.ts";
import { SqliteStore } from "../db/sqlite-store.ts";
import type { StoreConfig } from "./store-config.ts";

export interface LeaderStorePorts {
  readonly ctx: Pick<DurableObjectState, "storage" | "waitUntil">;
  readonly clock: Clock;
  readonly report: (event: string, error: unknown) => void;
}

/**
 * How a leader opens its shard's truth in an epoch. Over MySQL the object keeps nothing of
 * it: only its alarm.
 */
export function leaderStore(
  config: StoreConfig,
  shard: PhysicalShard,
  { ctx, clock, report }: LeaderStorePorts,
): (epoch: number) => Promise<GraphStore> {
  if (config.kind === "embedded") return (epoch) => SqliteStore.open(ctx.storage, epoch);
  const db = mysqlDatabase({
    url: config.databaseUrl,
    timeoutMs: LIMITS.storeStatementMs,
    fetch: (input, init) => fetch(input, init),
  });
  const defer = (work: Promise<unknown>) => ctx.waitUntil(work);
  return (epoch) =>
    MysqlStore.open(shard, { db, clock, writer: crypto.randomUUID(), defer, report }, epoch);
}
