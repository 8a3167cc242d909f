import { and, asc, between, eq } from "drizzle-orm";

import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { DeposedError } from "../core/tao/store.ts";
import type { MysqlDatabase } from "./mysql-client.ts";
import { fromCells, type LogRow, toCells } from "./mysql-log.ts";
import type { MysqlReads } from "./mysql-reads.ts";
import * as schema from "./schema.ts";

/** A statement is one message of at most 16 MB; quoting adds to it. */
const STATEMENT_CHARS_MAX = 12_000_000;
/** An insert whose reply was lost and that is not there is sent once more, never blindly again. */
const INSERTS_MAX = 2;

/**
 * Appends to one shard's log. Each append has a name of its own, so that after a lost reply
 * the rows found at its places tell whether it happened.
 */
export class CommitLog {
  readonly #db: MysqlDatabase;
  readonly #shard: PhysicalShard;
  readonly #writer: string;
  #appends = 0;

  /** @param writer unique to this leader's life, at most 48 characters. */
  constructor(db: MysqlDatabase, shard: PhysicalShard, writer: string) {
    this.#db = db;
    this.#shard = shard;
    this.#writer = writer;
  }

  /**
   * One statement: all rows or none.
   *
   * @throws DeposedError when another leader has these places. Any other rejection means the
   *   outcome is unknown: rows may still appear until `since` has been read and a later
   *   append has succeeded.
   */
  async append(rows: readonly LogRow[]): Promise<void> {
    const name = `${this.#writer}.${++this.#appends}`;
    const cells = rows.map((row) => toCells(this.#shard, name, row));
    const chars = cells.reduce(
      (sum, { record, effects }) => sum + (record?.length ?? 0) + (effects?.length ?? 0),
      0,
    );
    if (chars > STATEMENT_CHARS_MAX) throw new RangeError(`a group of ${chars} characters`);
    for (let inserts = 1; ; inserts++) {
      try {
        await this.#db.insert(schema.log).values(cells);
        return;
      } catch (error) {
        const found = await this.#writersOf(rows);
        if (found.length === rows.length && found.every((writer) => writer === name)) return;
        this.#refuseForeign(found);
        if (found.length > 0 || inserts >= INSERTS_MAX) throw error;
      }
    }
  }

  /**
   * The next rows after `place`, all of which this leader wrote: those of appends whose
   * outcome was unknown.
   *
   * @throws DeposedError when another leader has written there.
   */
  async since(reads: MysqlReads, place: number): Promise<LogRow[]> {
    const cells = await reads.logCells(place);
    this.#refuseForeign(cells.map(({ writer }) => writer));
    return cells.map(fromCells);
  }

  #refuseForeign(writers: readonly string[]): void {
    if (writers.some((writer) => !writer.startsWith(`${this.#writer}.`)))
      throw new DeposedError(`log collision: shard ${this.#shard} has another leader`);
  }

  async #writersOf(rows: readonly LogRow[]): Promise<string[]> {
    const { log } = schema;
    const [first, last] = [rows[0]?.place ?? 0, rows.at(-1)?.place ?? 0];
    const found = await this.#db
      .select({ writer: log.writer })
      .from(log)
      .where(and(eq(log.shard, this.#shard), between(log.place, first, last)))
      .orderBy(asc(log.place));
    return found.map(({ writer }) => writer);
  }
}
