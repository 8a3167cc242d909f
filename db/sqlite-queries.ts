import { and, desc, eq, gte, lt, lte, type SQL, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";

import * as schema from "./sqlite-schema.ts";

/** Placeholders by name; a JSON one holds an array of key rows: any number of them in one parameter. */
const given = sql.placeholder;

/**
 * The statements that every request runs, built once per object: building one costs more
 * than running it.
 */
export function prepareQueries(db: DrizzleSqliteDODatabase) {
  const { objects, assocs, lists, ops, sources, head } = schema;
  const among = (columns: SQL, cells: SQL) =>
    sql`(${columns}) IN (SELECT ${cells} FROM json_each(${given("keys")}))`;

  return {
    head: db.select().from(head).prepare(),

    /** keys: [[id], ...] */
    objects: db
      .select()
      .from(objects)
      .where(sql`${objects.id} IN (SELECT value ->> 0 FROM json_each(${given("keys")}))`)
      .prepare(),

    /** keys: [[id1, atype, id2], ...] */
    assocs: db
      .select()
      .from(assocs)
      .where(
        among(
          sql`${assocs.id1}, ${assocs.atype}, ${assocs.id2}`,
          sql`value ->> 0, value ->> 1, value ->> 2`,
        ),
      )
      .prepare(),

    /** keys: [[id1, atype], ...] */
    lists: db
      .select()
      .from(lists)
      .where(among(sql`${lists.id1}, ${lists.atype}`, sql`value ->> 0, value ->> 1`))
      .prepare(),

    op: db
      .select()
      .from(ops)
      .where(eq(ops.opId, given("opId")))
      .prepare(),
    source: db
      .select()
      .from(sources)
      .where(eq(sources.shard, given("shard")))
      .prepare(),

    /** Largest object id in [from, to). */
    lastId: db
      .select({ id: objects.id })
      .from(objects)
      .where(and(gte(objects.id, given("from")), lt(objects.id, given("to"))))
      .orderBy(desc(objects.id))
      .limit(1)
      .prepare(),

    range: db
      .select()
      .from(assocs)
      .where(
        and(
          eq(assocs.id1, given("id1")),
          eq(assocs.atype, given("atype")),
          sql`(${assocs.timeMs}, ${assocs.id2}) < (${given("afterMs")}, ${given("afterId")})`,
          lte(assocs.timeMs, given("highMs")),
          gte(assocs.timeMs, given("lowMs")),
        ),
      )
      .orderBy(desc(assocs.timeMs), desc(assocs.id2))
      .limit(given("limit"))
      .prepare(),
  };
}

export type Queries = ReturnType<typeof prepareQueries>;
