import type { Untold } from "../core/feed/realtime/quiet.ts";
import { decodeStream, encodeStream } from "../core/feed/realtime/stream-text.ts";
import type { Stream } from "../core/feed/realtime/stream.ts";
import type { StreamStore } from "../core/feed/realtime/streams.ts";
import { formatId, type Id, idFromKey, idToKey } from "../core/ids.ts";

/** Characters of one statement's parameter: a value may have 2 MB, and text outside Latin takes more bytes. */
const PARAMETER_CHARS_MAX = 500_000;

interface Row extends Record<string, SqlStorageValue> {
  readonly viewer: string;
  readonly left_ms: number | null;
  readonly text: string;
}

/** Streams in the object's SQLite: one row per viewer, since each row written is paid for. */
export class StreamTable implements StreamStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS streams (viewer TEXT PRIMARY KEY, left_ms INTEGER, text TEXT NOT NULL) WITHOUT ROWID",
    );
    this.#sql.exec("CREATE TABLE IF NOT EXISTS untold (one INTEGER PRIMARY KEY, until_ms INTEGER)");
  }

  untold(): Untold | null {
    const [row] = this.#sql.exec<{ until_ms: number | null }>("SELECT until_ms FROM untold");
    return row === undefined ? null : { untilMs: row.until_ms };
  }

  saveUntold(untold: Untold | null): void {
    if (untold === null) this.#sql.exec("DELETE FROM untold");
    else this.#sql.exec("INSERT OR REPLACE INTO untold VALUES (1, ?)", untold.untilMs);
  }

  load(viewers: readonly Id[]): ReadonlyMap<Id, Stream> {
    const rows = this.#sql.exec<Row>(
      "SELECT viewer, left_ms, text FROM streams WHERE viewer IN (SELECT value FROM json_each(?))",
      JSON.stringify(viewers.map(idToKey)),
    );
    const streams = new Map<Id, Stream>();
    for (const { viewer, left_ms, text } of rows)
      streams.set(idFromKey(viewer), decodeStream(text, left_ms));
    return streams;
  }

  save(streams: ReadonlyMap<Id, Stream>): void {
    this.#storage.transactionSync(() => {
      let batch: unknown[] = [];
      let chars = 0;
      for (const [viewer, stream] of streams) {
        const text = encodeStream(stream);
        batch.push([idToKey(viewer), stream.leftMs, text]);
        chars += text.length;
        if (chars < PARAMETER_CHARS_MAX) continue;
        this.#put(batch);
        batch = [];
        chars = 0;
      }
      if (batch.length > 0) this.#put(batch);
    });
  }

  #put(batch: readonly unknown[]): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO streams SELECT value->>0, value->>1, value->>2 FROM json_each(?)",
      JSON.stringify(batch),
    );
  }

  drop(viewers: readonly Id[]): void {
    if (viewers.length === 0) return;
    this.#sql.exec(
      "DELETE FROM streams WHERE viewer IN (SELECT value FROM json_each(?))",
      JSON.stringify(viewers.map(idToKey)),
    );
  }

  viewers(): readonly Id[] {
    return this.#select("SELECT viewer FROM streams");
  }

  count(): number {
    return Number(this.#sql.exec("SELECT count(*) AS n FROM streams").one()["n"]);
  }

  /** Ids stand in quotes in the text. */
  mentioning(post: Id): readonly Id[] {
    return this.#select("SELECT viewer FROM streams WHERE instr(text, ?)", `"${formatId(post)}"`);
  }

  leftBefore(beforeMs: number): readonly Id[] {
    return this.#select("SELECT viewer FROM streams WHERE left_ms < ?", beforeMs);
  }

  present(): readonly Id[] {
    return this.#select("SELECT viewer FROM streams WHERE left_ms IS NULL");
  }

  #select(query: string, ...parameters: readonly SqlStorageValue[]): readonly Id[] {
    return [...this.#sql.exec<Pick<Row, "viewer">>(query, ...parameters)].map(({ viewer }) =>
      idFromKey(viewer),
    );
  }
}
