import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The leader's own SQLite: the truth of the embedded profile, twin of `schema.ts`.
 * Ids are 16 hexadecimal digits, because binding a BigInt throws in a Durable Object
 * and large integers read back rounded; hex of fixed width sorts like the number.
 */

/** One row per object that ever was. `data` null is a tombstone: versions must never fall. */
export const objects = sqliteTable("objects", {
  id: text("id").primaryKey(),
  otype: integer("otype").notNull(),
  data: text("data"),
  epoch: integer("epoch").notNull(),
  seq: integer("seq").notNull(),
});

/** One row per directed edge, read almost only as "newest N of (id1, atype)", which `assocs_by_time` serves. */
export const assocs = sqliteTable(
  "assocs",
  {
    id1: text("id1").notNull(),
    atype: integer("atype").notNull(),
    id2: text("id2").notNull(),
    /** Unix milliseconds, set by the caller. */
    timeMs: integer("time_ms").notNull(),
    data: text("data").notNull(),
    epoch: integer("epoch").notNull(),
    seq: integer("seq").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id1, table.atype, table.id2] }),
    index("assocs_by_time").on(table.id1, table.atype, table.timeMs, table.id2),
  ],
);

/** Length and version of each list: O(1) counts. A row outlives the last edge, for its version. */
export const lists = sqliteTable(
  "lists",
  {
    id1: text("id1").notNull(),
    atype: integer("atype").notNull(),
    count: integer("count").notNull(),
    epoch: integer("epoch").notNull(),
    seq: integer("seq").notNull(),
  },
  (table) => [primaryKey({ columns: [table.id1, table.atype] })],
);

/** One row per write request: its entries committed together (`core/tao/log-wire.ts`). */
export const log = sqliteTable(
  "log",
  {
    lastSeq: integer("last_seq").primaryKey(),
    firstSeq: integer("first_seq").notNull(),
    epoch: integer("epoch").notNull(),
    timeMs: integer("time_ms").notNull(),
    record: text("record").notNull(),
  },
  (table) => [index("log_by_time").on(table.timeMs)],
);

/**
 * One row per group commit, and per beginning of an epoch, for durable consumers
 * (core/tao/log-group.ts); empty while nobody keeps groups. The records are in `log`.
 */
export const groups = sqliteTable(
  "groups",
  {
    place: integer("place").primaryKey(),
    /** The head before, and once it is there: the same for a group that logged nothing. */
    afterEpoch: integer("after_epoch").notNull(),
    afterSeq: integer("after_seq").notNull(),
    epoch: integer("epoch").notNull(),
    seq: integer("seq").notNull(),
  },
  (table) => [index("groups_by_after").on(table.afterEpoch, table.afterSeq)],
);

/** What a group changed beside the graph, one answer, intent or source a row: a group may have megabytes. */
export const groupEffects = sqliteTable(
  "group_effects",
  {
    place: integer("place").notNull(),
    number: integer("number").notNull(),
    /** JSON (sqlite-groups.ts). */
    effect: text("effect").notNull(),
  },
  (table) => [primaryKey({ columns: [table.place, table.number] })],
);

/** How far each durable consumer of the log is. */
export const consumers = sqliteTable("consumers", {
  name: text("name").primaryKey(),
  epoch: integer("epoch").notNull(),
  seq: integer("seq").notNull(),
});

/** First answers of idempotent requests, for their replays. */
export const ops = sqliteTable(
  "ops",
  {
    opId: text("op_id").primaryKey(),
    hash: text("hash").notNull(),
    timeMs: integer("time_ms").notNull(),
    answer: text("answer").notNull(),
  },
  (table) => [index("ops_by_time").on(table.timeMs)],
);

/** Inverse edges that have not reached their shard, keyed by their forward write's seq. */
export const intents = sqliteTable(
  "intents",
  {
    target: integer("target").notNull(),
    epoch: integer("epoch").notNull(),
    seq: integer("seq").notNull(),
    inverse: text("inverse").notNull(),
  },
  (table) => [primaryKey({ columns: [table.target, table.epoch, table.seq] })],
);

/** How far the inverses of another shard are applied here. */
export const sources = sqliteTable("sources", {
  shard: integer("shard").primaryKey(),
  epoch: integer("epoch").notNull(),
  seq: integer("seq").notNull(),
});

/** Followers that get this shard's log pushed. */
export const followers = sqliteTable("followers", { name: text("name").primaryKey() });

/** One row: the shard's last (epoch, seq). */
export const head = sqliteTable("head", {
  id: integer("id").primaryKey(),
  epoch: integer("epoch").notNull(),
  seq: integer("seq").notNull(),
});
