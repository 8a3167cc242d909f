import { and, asc, eq, lt, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { z } from "zod";

import { LIMITS } from "../core/limits.ts";
import type { GroupLog, LogGroup } from "../core/tao/log-group.ts";
import {
  decodeAnswer,
  decodeInverse,
  decodeRecord,
  encodeAnswer,
  encodeInverse,
} from "../core/tao/log-wire.ts";
import { firstSeq, type LogRecord } from "../core/tao/log.ts";
import type { Commit, IntentRow, OpRow, SourceRow } from "../core/tao/store.ts";
import { sameVersion, type Version } from "../core/tao/version.ts";
import { jsonChunks } from "./sqlite-rows.ts";
import * as schema from "./sqlite-schema.ts";

const GROUPS = `SELECT place, after_epoch AS afterEpoch, after_seq AS afterSeq, epoch, seq
  FROM groups WHERE place >= ? ORDER BY place`;
const RECORDS = "SELECT record FROM log WHERE last_seq > ? AND last_seq <= ? ORDER BY last_seq";

const FIRST_EPOCH = 1;

type Effects = Pick<LogGroup, "ops" | "intents" | "sources">;
type Row = Record<"place" | "afterEpoch" | "afterSeq" | "epoch" | "seq", number>;

/** Whole groups beside the log, for durable consumers: what `log` alone does not say. */
export class SqliteGroups implements GroupLog {
  readonly #storage: DurableObjectStorage;
  readonly #db: DrizzleSqliteDODatabase;

  constructor(storage: DurableObjectStorage, db: DrizzleSqliteDODatabase) {
    this.#storage = storage;
    this.#db = db;
  }

  /** Inside the transaction that moves the head from `after`: by a commit, or by a new epoch. */
  add(
    after: Version,
    head: Version,
    effects: Partial<Pick<Commit, "ops" | "intents" | "sources">>,
  ) {
    const { groups } = schema;
    const place =
      1 +
      (this.#db
        .select({ last: sql<number | null>`max(place)` })
        .from(groups)
        .get()?.last ?? 0);
    const ends = { afterEpoch: after.epoch, afterSeq: after.seq, ...head };
    this.#db
      .insert(groups)
      .values({ place, ...ends })
      .run();
    const cells = textsOf(effects).map((effect, number) => [place, number, effect]);
    for (const chunk of jsonChunks(cells))
      this.#db.run(sql`INSERT INTO group_effects (place, number, effect)
        SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${chunk})`);
  }

  async groupsAfter(after: Version, limit: number): Promise<readonly LogGroup[] | null> {
    const { groups } = schema;
    const at = and(eq(groups.afterEpoch, after.epoch), eq(groups.afterSeq, after.seq));
    const first = this.#db
      .select()
      .from(groups)
      .where(at)
      .orderBy(asc(groups.place))
      .limit(1)
      .get();
    if (first === undefined) return sameVersion(this.#head(), after) ? [] : null;
    // A cursor, not a list: any number of groups may have logged nothing.
    const rows = this.#storage.sql.exec<Row>(GROUPS, first.place);
    return this.#join(rows, after, limit);
  }

  async cursor(consumer: string): Promise<Version | null> {
    const { consumers } = schema;
    const row = this.#db.select().from(consumers).where(eq(consumers.name, consumer)).get();
    return row === undefined ? null : { epoch: row.epoch, seq: row.seq };
  }

  async saveCursor(name: string, at: Version): Promise<void> {
    this.#db
      .insert(schema.consumers)
      .values({ name, ...at })
      .onConflictDoUpdate({ target: schema.consumers.name, set: at })
      .run();
  }

  /** Forgets groups whose records are gone. */
  trim(): void {
    const { groups, groupEffects } = schema;
    this.#db
      .delete(groups)
      .where(lt(groups.seq, sql`(SELECT min(first_seq) - 1 FROM log)`))
      .run();
    this.#db
      .delete(groupEffects)
      .where(lt(groupEffects.place, sql`(SELECT coalesce(min(place), 0) FROM groups)`))
      .run();
  }

  /** Groups that follow one another from `after` on, with their records; null when those of the first are gone. */
  #join(rows: Iterable<Row>, after: Version, limit: number): readonly LogGroup[] | null {
    const joined: LogGroup[] = [];
    const waiting: string[] = [];
    let at = after;
    let chars = 0;
    for (const row of rows) {
      // Groups were not kept for a while.
      if (!sameVersion(at, { epoch: row.afterEpoch, seq: row.afterSeq })) break;
      const head = { epoch: row.epoch, seq: row.seq };
      waiting.push(...this.#effects(row.place));
      if (sameVersion(head, at)) continue;
      const found = this.#records(at.seq, head.seq);
      if (found === null) return joined.length === 0 ? null : joined;
      chars += found.chars + waiting.reduce((sum, text) => sum + text.length, 0);
      if (joined.length >= limit || (joined.length > 0 && chars > LIMITS.logCharsMax)) break;
      joined.push({ after: at, head, records: found.records, ...effectsOf(waiting.splice(0)) });
      at = head;
    }
    return joined;
  }

  #records(after: number, upTo: number): { records: LogRecord[]; chars: number } | null {
    const records: LogRecord[] = [];
    let chars = 0;
    for (const { record } of this.#storage.sql.exec<{ record: string }>(RECORDS, after, upTo)) {
      chars += record.length;
      records.push(decodeRecord(record));
    }
    const [first] = records;
    const isWhole = first === undefined ? after === upTo : firstSeq(first) === after + 1;
    return isWhole ? { records, chars } : null;
  }

  #effects(place: number): string[] {
    const { groupEffects } = schema;
    return this.#db
      .select({ effect: groupEffects.effect })
      .from(groupEffects)
      .where(eq(groupEffects.place, place))
      .orderBy(asc(groupEffects.number))
      .all()
      .map(({ effect }) => effect);
  }

  #head(): Version {
    const row = this.#db.select().from(schema.head).get();
    return row === undefined ? { epoch: FIRST_EPOCH, seq: 0 } : { epoch: row.epoch, seq: row.seq };
  }
}

const effect = z.discriminatedUnion("is", [
  z.object({
    is: z.literal("op"),
    opId: z.string(),
    hash: z.string(),
    timeMs: z.number(),
    answer: z.string(),
  }),
  z.object({ is: z.literal("intent"), target: z.number(), inverse: z.string() }),
  z.object({ is: z.literal("source"), shard: z.number(), epoch: z.number(), seq: z.number() }),
]);

const textsOf = ({ ops = [], intents = [], sources = [] }: Partial<Effects>): string[] =>
  [
    ...ops.map((op) => ({
      is: "op",
      opId: op.opId,
      hash: op.hash,
      timeMs: op.timeMs,
      answer: encodeAnswer(op),
    })),
    ...intents.map(({ target, inverse }) => ({
      is: "intent",
      target,
      inverse: encodeInverse(inverse),
    })),
    ...sources.map(({ shard, version }) => ({ is: "source", shard, ...version })),
  ].map((one) => JSON.stringify(one));

function effectsOf(texts: readonly string[]): Effects {
  const ops: OpRow[] = [];
  const intents: IntentRow[] = [];
  const sources: SourceRow[] = [];
  for (const text of texts) {
    const one = effect.parse(JSON.parse(text));
    if (one.is === "op") {
      const { opId, hash, timeMs, answer } = one;
      ops.push({ opId, hash, timeMs, ...decodeAnswer(answer) });
    } else if (one.is === "intent")
      intents.push({ target: one.target, inverse: decodeInverse(one.inverse) });
    else sources.push({ shard: one.shard, version: { epoch: one.epoch, seq: one.seq } });
  }
  return { ops, intents, sources };
}
