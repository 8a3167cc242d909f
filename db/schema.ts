import {
  bigint,
  index,
  int,
  mediumtext,
  mysqlTable,
  primaryKey,
  smallint,
  text,
  varchar,
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
/** Version of a key: the log entry that last wrote it. */
const version = () => ({
  epoch: int("epoch", { unsigned: true }).notNull(),
  seq: count("seq").notNull(),
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
    /** JSON text, up to 64 KB; empty for most types. */
    data: text("data").notNull(),
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
 * One row per write request; the row is the commit. A leader that was deposed collides
 * with its successor's rows on (shard, last_seq), and its group fails whole.
 */
export const log = mysqlTable(
  "log",
  {
    shard: shard(),
    lastSeq: count("last_seq").notNull(),
    firstSeq: count("first_seq").notNull(),
    epoch: int("epoch", { unsigned: true }).notNull(),
    timeMs: count("time_ms").notNull(),
    /** JSON of `LogRecord` (core/tao/log-wire.ts). */
    record: mediumtext("record").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.shard, table.lastSeq] }),
    index("by_time").on(table.shard, table.timeMs),
  ],
);

/** First answers of idempotent requests, for their replays. */
export const ops = mysqlTable(
  "ops",
  {
    shard: shard(),
    opId: varchar("op_id", { length: 128 }).notNull(),
    hash: varchar("hash", { length: 16 }).notNull(),
    timeMs: count("time_ms").notNull(),
    answer: mediumtext("answer").notNull(),
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
    inverse: text("inverse").notNull(),
  },
  (table) => [primaryKey({ columns: [table.shard, table.target, table.epoch, table.seq] })],
);

/** How far the inverses of another shard are applied on this one. */
export const sources = mysqlTable(
  "sources",
  { shard: shard(), source: int("source", { unsigned: true }).notNull(), ...version() },
  (table) => [primaryKey({ columns: [table.shard, table.source] })],
);

/** Last (epoch, seq) of each shard. */
export const heads = mysqlTable("heads", { shard: shard(), ...version() }, (table) => [
  primaryKey({ columns: [table.shard] }),
]);
