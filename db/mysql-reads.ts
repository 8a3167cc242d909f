import { and, asc, eq, gt, inArray, lte, sql, type SQL } from "drizzle-orm";
import { z } from "zod";

import { type Id, idRange, type LogicalShard, shardOf } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { decodeRecord } from "../core/tao/log-wire.ts";
import type { LogRecord } from "../core/tao/log.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type {
  AssocKey,
  ListKey,
  ListRow,
  ObjectRow,
  PlanKeys,
  PlanRows,
  RangeQuery,
} from "../core/tao/store.ts";
import type { Assoc } from "../core/tao/types.ts";
import type { MysqlDatabase } from "./mysql-client.ts";
import { decodeOp, fromCells, type LogRow } from "./mysql-log.ts";
import * as schema from "./schema.ts";

/** Members of one UNION: keeps a statement well under a message's 16 MB. */
const MEMBERS_MAX = 200;
/** Keys of one IN list, for the same reason. */
const KEYS_MAX = 5_000;
/** Rows of the log in one answer: each has up to a few MB. */
const LOG_PAGE = 200;

/** Sums and unions of numbers arrive as text; ids never become JS numbers. */
const id = z.coerce.bigint().transform((value) => value as Id);
const unionRow = z.object({
  kind: z.coerce.number(),
  a: id,
  t: z.coerce.number(),
  b: id,
  n: z.coerce.number(),
  seq: z.coerce.number(),
  epoch: z.coerce.number(),
  data: z.string().nullable(),
});
type UnionRow = z.infer<typeof unionRow>;
const KIND = { object: 1, assoc: 2, list: 3, op: 4, lastId: 5, source: 6 } as const;

/** Apart from every place of a range in its union. */
const ROW_OF_LIST = -1;

/** Rows of lists, and one page per query. */
export interface FoundPrefixes {
  readonly rows: readonly ListRow[];
  readonly pages: readonly (readonly Assoc[])[];
}

/** What the tables of one shard hold; the memtable is newer (`mysql-store.ts`). */
export class MysqlReads {
  readonly #db: MysqlDatabase;
  readonly #shard: PhysicalShard;

  constructor(db: MysqlDatabase, shard: PhysicalShard) {
    this.#db = db;
    this.#shard = shard;
  }

  /** Everything a group needs in one statement, as long as its keys fit one. */
  async planRows(keys: PlanKeys): Promise<PlanRows> {
    const rows = await this.#union([
      ...chunks(keys.objects, KEYS_MAX).map((ids) => this.#objectsSql(ids)),
      ...chunks(keys.assocs, KEYS_MAX).map((edges) => this.#assocsSql(edges)),
      ...chunks(keys.lists, KEYS_MAX).map((lists) => this.#listsSql(lists)),
      ...chunks(keys.opIds, KEYS_MAX).map((opIds) => this.#opsSql(opIds)),
      ...keys.idShards.map((shard) => this.#lastIdSql(shard)),
      ...chunks(keys.sources, KEYS_MAX).map((shards) => this.#sourcesSql(shards)),
    ]);
    const of = (kind: number) => rows.filter((row) => row.kind === kind);
    return {
      objects: of(KIND.object).map(toObject),
      assocs: of(KIND.assoc).map(toAssoc),
      lists: of(KIND.list).map(toList),
      ops: of(KIND.op).map((row) => decodeOp(row.data ?? "")),
      lastIds: new Map(of(KIND.lastId).map(({ a }): [LogicalShard, Id] => [shardOf(a), a])),
      sources: of(KIND.source).map((row) => ({ shard: Number(row.a), version: toVersion(row) })),
    };
  }

  async objects(ids: readonly Id[]): Promise<ObjectRow[]> {
    return (await this.#union(chunks(ids, KEYS_MAX).map((part) => this.#objectsSql(part)))).map(
      toObject,
    );
  }

  async assocs(keys: readonly AssocKey[]): Promise<Assoc[]> {
    return (await this.#union(chunks(keys, KEYS_MAX).map((part) => this.#assocsSql(part)))).map(
      toAssoc,
    );
  }

  async lists(keys: readonly ListKey[]): Promise<ListRow[]> {
    return (await this.#union(chunks(keys, KEYS_MAX).map((part) => this.#listsSql(part)))).map(
      toList,
    );
  }

  /** One answer per query; `kind` carries the query's place through the union. */
  async ranges(queries: readonly RangeQuery[]): Promise<Assoc[][]> {
    const rows = await this.#union(queries.map((query, place) => this.#rangeSql(query, place)));
    const found = Map.groupBy(rows, (row) => row.kind);
    return queries.map((_, place) => (found.get(place) ?? []).map(toAssoc));
  }

  /** The rows of these lists and the newest edges of each, in one statement as long as they fit one. */
  async prefixes(queries: readonly RangeQuery[]): Promise<FoundPrefixes> {
    const found = await this.#union([
      ...chunks(queries, KEYS_MAX).map((lists) => this.#listsSql(lists, ROW_OF_LIST)),
      ...queries.flatMap((query, place) => (query.limit > 0 ? this.#rangeSql(query, place) : [])),
    ]);
    const parts = Map.groupBy(found, (row) => row.kind);
    return {
      rows: (parts.get(ROW_OF_LIST) ?? []).map(toList),
      pages: queries.map((_, place) => (parts.get(place) ?? []).map(toAssoc)),
    };
  }

  /** Rows after `place`, oldest first, up to some bound: an empty answer is the end. */
  async logPage(place: number): Promise<LogRow[]> {
    return (await this.logCells(place)).map(fromCells);
  }

  logCells(place: number) {
    const { log } = schema;
    return this.#db
      .select()
      .from(log)
      .where(and(eq(log.shard, this.#shard), gt(log.place, place)))
      .orderBy(asc(log.place))
      .limit(LOG_PAGE);
  }

  /** Records that end after `seq`, in rows up to `place`, oldest first, as many as a message takes. */
  async logAfter(seq: number, place: number, limit: number): Promise<LogRecord[]> {
    const { log } = schema;
    const asked = and(eq(log.shard, this.#shard), lte(log.place, place), gt(log.lastSeq, seq));
    // Sizes first: thousands of rows may have a megabyte each.
    const sizes = await this.#db
      .select({ lastSeq: log.lastSeq, chars: sql`LENGTH(record)`.mapWith(Number) })
      .from(log)
      .where(asked)
      .orderBy(asc(log.lastSeq))
      .limit(limit);
    const last = firstSizes(sizes, LIMITS.logCharsMax).at(-1)?.lastSeq;
    if (last === undefined || last === null) return [];
    const rows = await this.#db
      .select({ record: log.record })
      .from(log)
      .where(and(asked, lte(log.lastSeq, last)))
      .orderBy(asc(log.lastSeq));
    return rows.flatMap(({ record }) => (record === null ? [] : decodeRecord(record)));
  }

  async #union(members: readonly SQL[]): Promise<UnionRow[]> {
    const answers = await Promise.all(
      chunks(members, MEMBERS_MAX).map((part) =>
        this.#db.execute(sql.join([...part], sql` UNION ALL `)),
      ),
    );
    return answers.flatMap(({ rows }) => unionRow.array().parse(rows));
  }

  #objectsSql(ids: readonly Id[]): SQL {
    const { objects } = schema;
    return sql`(SELECT ${KIND.object} AS kind, id AS a, otype AS t, 0 AS b, 0 AS n, seq, epoch, data
      FROM objects WHERE shard = ${this.#shard} AND ${inArray(objects.id, [...ids])})`;
  }

  #assocsSql(keys: readonly AssocKey[]): SQL {
    const list = keys.map(({ id1, atype, id2 }) => sql`(${id1}, ${atype}, ${id2})`);
    return sql`(SELECT ${KIND.assoc} AS kind, id1 AS a, atype AS t, id2 AS b, time_ms AS n, seq, epoch, data
      FROM assocs WHERE shard = ${this.#shard} AND (id1, atype, id2) IN (${sql.join(list, sql`, `)}))`;
  }

  #listsSql(keys: readonly ListKey[], kind: number = KIND.list): SQL {
    const list = keys.map(({ id1, atype }) => sql`(${id1}, ${atype})`);
    return sql`(SELECT ${kind} AS kind, id1 AS a, atype AS t, 0 AS b, count AS n, seq, epoch, NULL AS data
      FROM lists WHERE shard = ${this.#shard} AND (id1, atype) IN (${sql.join(list, sql`, `)}))`;
  }

  #opsSql(opIds: readonly string[]): SQL {
    return sql`(SELECT ${KIND.op} AS kind, 0 AS a, 0 AS t, 0 AS b, time_ms AS n, 0 AS seq, 0 AS epoch, op AS data
      FROM ops WHERE shard = ${this.#shard} AND ${inArray(schema.ops.opId, [...opIds])})`;
  }

  /** Tombstones keep their ids, so the largest stored id is the largest ever given out. */
  #lastIdSql(shard: LogicalShard): SQL {
    const { from, to } = idRange(shard);
    return sql`(SELECT ${KIND.lastId} AS kind, id AS a, otype AS t, 0 AS b, 0 AS n, seq, epoch, NULL AS data
      FROM objects WHERE shard = ${this.#shard} AND id >= ${from} AND id < ${to} ORDER BY id DESC LIMIT 1)`;
  }

  #sourcesSql(shards: readonly PhysicalShard[]): SQL {
    return sql`(SELECT ${KIND.source} AS kind, source AS a, 0 AS t, 0 AS b, 0 AS n, seq, epoch, NULL AS data
      FROM sources WHERE shard = ${this.#shard} AND ${inArray(schema.sources.source, [...shards])})`;
  }

  #rangeSql({ id1, atype, after, highMs, lowMs, limit }: RangeQuery, place: number): SQL {
    const high = Math.min(
      highMs ?? Number.MAX_SAFE_INTEGER,
      after?.timeMs ?? Number.MAX_SAFE_INTEGER,
    );
    // Spelled out: neither server uses an index for a comparison of pairs.
    const below =
      after === null
        ? sql``
        : sql` AND (time_ms < ${after.timeMs} OR (time_ms = ${after.timeMs} AND id2 < ${after.id2}))`;
    return sql`(SELECT ${place} AS kind, id1 AS a, atype AS t, id2 AS b, time_ms AS n, seq, epoch, data
      FROM assocs WHERE shard = ${this.#shard} AND id1 = ${id1} AND atype = ${atype}
      AND time_ms <= ${high} AND time_ms >= ${lowMs ?? 0}${below}
      ORDER BY time_ms DESC, id2 DESC LIMIT ${limit})`;
  }
}

const toVersion = ({ epoch, seq }: UnionRow) => ({ epoch, seq });

const toObject = (row: UnionRow): ObjectRow => ({
  id: row.a,
  otype: row.t,
  data: row.data,
  version: toVersion(row),
});

const toAssoc = (row: UnionRow): Assoc => ({
  id1: row.a,
  atype: row.t,
  id2: row.b,
  timeMs: row.n,
  data: row.data ?? "",
  version: toVersion(row),
});

const toList = (row: UnionRow): ListRow => ({
  id1: row.a,
  atype: row.t,
  count: row.n,
  version: toVersion(row),
});

/** The first that together stay within `charsMax`; always one, if there is one. */
function firstSizes<T extends { readonly chars: number }>(
  sizes: readonly T[],
  charsMax: number,
): readonly T[] {
  let chars = 0;
  const end = sizes.findIndex((size, index) => (chars += size.chars) > charsMax && index > 0);
  return end < 0 ? sizes : sizes.slice(0, end);
}

/** Parts of at most `size`; none for an empty list. */
export function chunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
