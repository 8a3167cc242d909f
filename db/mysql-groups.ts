import { and, asc, desc, eq, gt, isNull, lt } from "drizzle-orm";

import { LIMITS } from "../core/limits.ts";
import type { GroupLog, LogGroup } from "../core/tao/log-group.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { sameVersion, type Version } from "../core/tao/version.ts";
import type { MysqlDatabase } from "./mysql-client.ts";
import { charsOf, fromCells, type LogRow } from "./mysql-log.ts";
import { FIRST_EPOCH } from "./mysql-tables.ts";
import * as schema from "./schema.ts";

/** Rows of the log in one answer: more than one group ever has. */
const PAGE = 200;

/** Every append has a name of its own, so the rows of one name are one group. */
interface NamedRow extends LogRow {
  readonly name: string;
}

/** The log of one shard by whole groups, for durable consumers. */
export class MysqlGroups implements GroupLog {
  readonly #db: MysqlDatabase;
  readonly #shard: PhysicalShard;

  constructor(db: MysqlDatabase, shard: PhysicalShard) {
    this.#db = db;
    this.#shard = shard;
  }

  /** Where the log ends, whoever leads: for a standby that has not opened its store. */
  async head(): Promise<Version> {
    const { log } = schema;
    const [row] = await this.#db
      .select({ epoch: log.epoch, seq: log.seq })
      .from(log)
      .where(eq(log.shard, this.#shard))
      .orderBy(desc(log.place))
      .limit(1);
    return row ?? { epoch: FIRST_EPOCH, seq: 0 };
  }

  async groupsAfter(after: Version, limit: number): Promise<readonly LogGroup[] | null> {
    const start = await this.#placeOf(after);
    if (start === null) return sameVersion(await this.head(), after) ? [] : null;
    const groups = new Joined(after, limit);
    for (let place = start; ;) {
      const rows = await this.#rowsAfter(place);
      for (const row of rows) {
        // Places follow one another: one that is missing was trimmed.
        if (row.place !== ++place) return groups.isEmpty ? null : groups.done();
        if (!groups.add(row)) return groups.done();
      }
      if (rows.length < PAGE) return groups.atEnd();
    }
  }

  async cursor(consumer: string): Promise<Version | null> {
    const { consumers } = schema;
    const [row] = await this.#db
      .select({ epoch: consumers.epoch, seq: consumers.seq })
      .from(consumers)
      .where(and(eq(consumers.shard, this.#shard), eq(consumers.name, consumer)));
    return row ?? null;
  }

  async saveCursor(name: string, at: Version): Promise<void> {
    await this.#db
      .insert(schema.consumers)
      .values({ shard: this.#shard, name, ...at })
      .onDuplicateKeyUpdate({ set: { epoch: at.epoch, seq: at.seq } });
  }

  /** The row at which the head became `at`; null when it is not in the log, or no longer known to be the first. */
  async #placeOf(at: Version): Promise<number | null> {
    const { log } = schema;
    const ofShard = eq(log.shard, this.#shard);
    const place = { place: log.place };
    const inEpoch = and(ofShard, eq(log.epoch, at.epoch));
    const [record] = await this.#db
      .select(place)
      .from(log)
      .where(and(inEpoch, eq(log.lastSeq, at.seq)));
    if (record !== undefined) return record.place;
    // Otherwise it is where an epoch began: the first row that is in it.
    const [mark] = await this.#db
      .select(place)
      .from(log)
      .where(and(inEpoch, eq(log.seq, at.seq), isNull(log.record)))
      .orderBy(asc(log.place))
      .limit(1);
    if (mark === undefined) return null;
    const [before] = await this.#db
      .select({ epoch: log.epoch })
      .from(log)
      .where(and(ofShard, lt(log.place, mark.place)))
      .orderBy(desc(log.place))
      .limit(1);
    const isFirst = before === undefined ? mark.place === 1 : before.epoch !== at.epoch;
    return isFirst ? mark.place : null;
  }

  async #rowsAfter(place: number): Promise<NamedRow[]> {
    const { log } = schema;
    const cells = await this.#db
      .select()
      .from(log)
      .where(and(eq(log.shard, this.#shard), gt(log.place, place)))
      .orderBy(asc(log.place))
      .limit(PAGE);
    return cells.map((row) => ({ ...fromCells(row), name: row.writer }));
  }
}

/** Joins rows into groups; what a group without records did beside goes with the next one. */
class Joined {
  readonly #limit: number;
  readonly #groups: LogGroup[] = [];
  #at: Version;
  /** Rows since the last group. */
  #rows: NamedRow[] = [];
  #chars = 0;

  constructor(after: Version, limit: number) {
    this.#at = after;
    this.#limit = limit;
  }

  /** @returns whether there is room for more. */
  add(row: NamedRow): boolean {
    if (row.name !== this.#rows.at(-1)?.name) this.#close();
    this.#rows.push(row);
    this.#chars += charsOf(row);
    return this.#groups.length < this.#limit && (this.isEmpty || this.#chars <= LIMITS.logCharsMax);
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  done = (): readonly LogGroup[] => this.#groups;

  /** Nothing follows: the last group is whole. */
  atEnd(): readonly LogGroup[] {
    this.#close();
    return this.#groups;
  }

  #close(): void {
    const last = this.#rows.at(-1);
    if (last === undefined || sameVersion(last.head, this.#at)) return;
    const effects = this.#rows.flatMap((row) => row.effects ?? []);
    this.#groups.push({
      after: this.#at,
      head: last.head,
      records: this.#rows.flatMap(({ record }) => record ?? []),
      ops: effects.flatMap(({ ops }) => ops),
      intents: effects.flatMap(({ intents }) => intents),
      sources: effects.flatMap(({ sources }) => sources),
    });
    this.#at = last.head;
    this.#rows = [];
  }
}
