import { DatabaseSync } from "node:sqlite";

import type { TableStorage } from "../../durable-objects/fanout-table.ts";

/** The real SQLite, in memory, with as much of an object's storage as a table needs. */
export function sqlStorage(): TableStorage {
  const database = new DatabaseSync(":memory:");
  const statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  return {
    sql: {
      exec(query, ...cells) {
        const statement = statements.get(query) ?? database.prepare(query);
        statements.set(query, statement);
        return statement.all(...cells) as Record<string, string | number | null>[];
      },
    },
    transactionSync(body) {
      database.exec("BEGIN");
      try {
        body();
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** Storage as one life of the object has it. */
export const endingWith = (
  { sql, transactionSync }: TableStorage,
  isOver: () => boolean,
  gone: () => Error,
): TableStorage => ({
  sql: {
    exec(query, ...cells) {
      if (isOver()) throw gone();
      return sql.exec(query, ...cells);
    },
  },
  transactionSync(body) {
    if (isOver()) throw gone();
    transactionSync(body);
  },
});
