import {
  bigint,
  customType,
  index,
  int,
  mediumtext,
  mysqlTable,
  primaryKey,
  smallint,
} from "drizzle-orm/mysql-core";

/**
 * The truth of the hosted profile: MySQL on PlanetScale, one database per region.
 * `shard` leads every primary key and is the Vitess sharding key, so every query is
 * routed to one place and no transaction crosses. No foreign keys: Vitess refuses them
 * on sharded keyspaces, and the ends of an edge may live on different shards.
 */
const id = (name: string) => bigint(name, { mode: "bigint", unsigned: true });
const count = (name: string) => bigint(name, { mode: "number", unsigned: true });
const shard = () => int("shard", { unsigned: true }).notNull();
/** Version of a key: the log entry that last wrote it. `seq` first: `mysql-tables.ts` says why. */
const version = () => ({
  seq: count("seq").notNull(),
  epoch: int("epoch", { unsigned: true }).notNull(),
});
/** Text compared byte by byte: no collation of a server may take two different ones for the same. */
const exactText = customType<{
  data: string;
  driverData: string | Uint8Array;
  config: { readonly bytes: number };
  configRequired: true;
}>({
  dataType: ({ bytes }) => `varbinary(${bytes})`,
  fromDriver: (value) => (typeof value === "string" ? value : new TextDecoder().decode(value)),
});

/** One row per object that ever was. `data` null is a tombstone: versions must never fall. */
export const objects = mysqlTable(
  "objects",
  {
    shard: shard(),
    id: id("id").notNull(),
    otype: smallint("otype", { unsigned: true }).notNull(),
    /** JSON text, up to 1 MB; text, because MariaDB and MySQL disagree about JSON columns. */
    data: mediumtext("data"),
    ...version(),
  },
  (table) => [primaryKey({ columns: [table.shard, table.id] })],
);

/** One row per directed edge; read almost only as "newest N of (id1, atype)", which `by_time` serves. */
export const assocs = mysqlTable(
  "assocs",
  {
    shard: shard(),
    id1: id("id1").notNull(),
    atype: smallint("atype", { unsigned: true }).notNull(),
    id2: id("id2").notNull(),
    /** Unix milliseconds, set by the caller. */
    timeMs: count("time_ms").notNull(),
    /** JSON text, up to 64 KB, one byte more than `text` holds; empty for most types. */
    data: mediumtext("data").notNull(),
    ...version(),
  },
  (table) => [
    primaryKey({ columns: [table.shard, table.id1, table.atype, table.id2] }),
    index("by_time").on(table.shard, table.id1, table.atype, table.timeMs, table.id2),
  ],
);

/** Length and version of each list: O(1) counts. A row outlives the last edge, for its version. */
export const lists = mysqlTable(
  "lists",
  {
    shard: shard(),
    id1: id("id1").notNull(),
    atype: smallint("atype", { unsigned: true }).notNull(),
    count: count("count").notNull(),
    ...version(),
  },
  (table) => [primaryKey({ columns: [table.shard, table.id1, table.atype] })],
);

/**
 * The commit itself: a group's rows are inserted by one statement, and the tables above
 * follow. Places of a shard are contiguous, so a leader that was deposed collides with
 * the row that its successor began with, and its group fails whole. A row without a record
 * marks where a leader began, or carries effects alone.
 */
export const log = mysqlTable(
  "log",
  {
    shard: shard(),
    place: count("place").notNull(),
    /** Which leader wrote it, in which attempt: how a lost reply is told from a collision. */
    writer: exactText("writer", { bytes: 64 }).notNull(),
    /** The shard's head once this row is there. */
    ...version(),
    timeMs: count("time_ms").notNull(),
    /** JSON of `LogRecord` (core/tao/log-wire.ts), and the seq of its last entry. */
    record: mediumtext("record"),
    lastSeq: count("last_seq"),
    /** JSON of what else its group changed (mysql-log.ts). */
    effects: mediumtext("effects"),
  },
  (table) => [
    primaryKey({ columns: [table.shard, table.place] }),
    index("by_seq").on(table.shard, table.lastSeq),
    index("by_time").on(table.shard, table.timeMs),
  ],
);

/** First answers of idempotent requests, for their replays. */
export const ops = mysqlTable(
  "ops",
  {
    shard: shard(),
    /** 128 characters of at most 3 bytes each. */
    opId: exactText("op_id", { bytes: 384 }).notNull(),
    timeMs: count("time_ms").notNull(),
    /** JSON of `OpRow` (mysql-log.ts). */
    op: mediumtext("op").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.shard, table.opId] }),
    index("by_time").on(table.shard, table.timeMs),
  ],
);

/** Inverse edges that have not reached their shard, keyed by their forward write's version. */
export const intents = mysqlTable(
  "intents",
  {
    shard: shard(),
    target: int("target", { unsigned: true }).notNull(),
    ...version(),
    inverse: mediumtext("inverse").notNull(),
  },
  (table) => [primaryKey({ columns: [table.shard, table.target, table.epoch, table.seq] })],
);

/** How far the inverses of another shard are applied on this one. */
export const sources = mysqlTable(
  "sources",
  { shard: shard(), source: int("source", { unsigned: true }).notNull(), ...version() },
  (table) => [primaryKey({ columns: [table.shard, table.source] })],
);

/** Followers that get a shard's log pushed. */
export const followers = mysqlTable(
  "followers",
  { shard: shard(), name: exactText("name", { bytes: 128 }).notNull() },
  (table) => [primaryKey({ columns: [table.shard, table.name] })],
);

/** How far each durable consumer of a shard's log is (core/tao/log-consumers.ts). */
export const consumers = mysqlTable(
  "consumers",
  { shard: shard(), name: exactText("name", { bytes: 128 }).notNull(), ...version() },
  (table) => [primaryKey({ columns: [table.shard, table.name] })],
);

/** How far the tables follow the log of each shard. */
export const heads = mysqlTable(
  "heads",
  {
    shard: shard(),
    /** Place where the leader began that last wrote the tables: no older one may write them. */
    fence: count("fence").notNull(),
    /** Last place of the log that the tables contain, and the head there. */
    place: count("place").notNull(),
    ...version(),
  },
  (table) => [primaryKey({ columns: [table.shard] })],
);
