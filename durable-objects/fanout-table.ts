import { ChunkIndex } from "../core/feed/fanout/chunk-index.ts";
import type {
  ChunkCounts,
  ChunkKind,
  ChunkMove,
  ChunkPlace,
  ChunkRow,
  EventQueue,
  EventRow,
  FanoutHead,
  FanoutTable,
  NewChunk,
} from "../core/feed/fanout/table.ts";
import type { FanoutRecord } from "../core/feed/fanout/service.ts";
import type { Count } from "../core/feed/fanout/work.ts";
import { type Id, idFromKey, idToKey } from "../core/ids.ts";
import {
  type Cell,
  chunkOf,
  headOf,
  indexedOf,
  num,
  recordOf,
  type Row,
  text,
} from "./fanout-rows.ts";
import { FANOUT_SCHEMA } from "./fanout-schema.ts";

/** As much of an object's storage as the table needs. */
export interface TableStorage {
  readonly sql: { exec(query: string, ...cells: Cell[]): Iterable<Row> };
  transactionSync(body: () => void): void;
}

/** Records that are forgotten in one go: until then there are so many more. */
const RECORDS_FORGOTTEN = 64;

/** What is known of the rows without reading them. */
interface Remembered {
  head: FanoutHead;
  readonly events: Record<EventQueue, number>;
  /** null: to be counted again. */
  counts: number | null;
  readonly chunks: ChunkIndex;
}

const TABLES: Record<EventQueue, string> = { posts: "events", beside: "beside" };

/** `FanoutTable` over the SQLite of a Durable Object, which nobody else writes. */
export class SqlFanoutTable implements FanoutTable {
  readonly #storage: TableStorage;
  #known: Remembered;

  constructor(storage: TableStorage) {
    this.#storage = storage;
    for (const statement of FANOUT_SCHEMA) this.#run(statement);
    this.#known = this.#read();
  }

  transaction(body: () => void): void {
    try {
      this.#storage.transactionSync(body);
    } catch (error) {
      this.#known = this.#read();
      throw error;
    }
  }

  head(): FanoutHead {
    return this.#known.head;
  }

  #read(): Remembered {
    const chunks = this.#all("SELECT number, kind, place, due_ms FROM chunks ORDER BY number");
    return {
      head: headOf(this.#one("SELECT * FROM head")),
      events: {
        posts: this.#number("SELECT count(*) AS n FROM events"),
        beside: this.#number("SELECT count(*) AS n FROM beside"),
      },
      counts: null,
      chunks: new ChunkIndex(chunks.map(indexedOf)),
    };
  }

  saveHead(head: FanoutHead): void {
    if (head === this.#known.head) return;
    this.#known.head = head;
    const { position, activeShare, entries, resent, countsMs } = head;
    this.#run(
      "INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?, ?, ?)",
      position?.epoch ?? null,
      position?.seq ?? null,
      activeShare,
      entries,
      resent,
      countsMs,
    );
  }

  addEvent(queue: EventQueue, event: string, fromMs: number): void {
    this.#run(`INSERT INTO ${TABLES[queue]} (event, from_ms) VALUES (?, ?)`, event, fromMs);
    this.#known.events[queue]++;
  }

  events(queue: EventQueue, limit: number): readonly EventRow[] {
    if (this.#known.events[queue] === 0) return [];
    const query = `SELECT * FROM ${TABLES[queue]} ORDER BY number LIMIT ?`;
    return this.#all(query, limit).map((row) => ({
      number: num(row, "number"),
      text: text(row, "event"),
      fromMs: num(row, "from_ms"),
    }));
  }

  dropEvent(queue: EventQueue, number: number): void {
    const dropped = `DELETE FROM ${TABLES[queue]} WHERE number = ? RETURNING number`;
    this.#known.events[queue] -= this.#all(dropped, number).length;
  }

  putCount({ at, post, of, count }: Count, fromMs: number): void {
    this.#known.counts = null;
    this.#run(
      `INSERT INTO counts (post, of, count, epoch, seq, from_ms) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (post, of) DO UPDATE SET
          count = excluded.count, epoch = excluded.epoch, seq = excluded.seq`,
      idToKey(post),
      of,
      count,
      at.epoch,
      at.seq,
      fromMs,
    );
  }

  counts(limit: number): { readonly counts: readonly Count[]; readonly fromMs: number } {
    if (this.countCount() === 0) return { counts: [], fromMs: 0 };
    const rows = this.#all("SELECT * FROM counts ORDER BY from_ms LIMIT ?", limit);
    const counts = rows.map((row) => ({
      at: { epoch: num(row, "epoch"), seq: num(row, "seq") },
      post: idFromKey(text(row, "post")),
      of: text(row, "of") as Count["of"],
      count: num(row, "count"),
    }));
    const [first] = rows;
    return { counts, fromMs: first === undefined ? 0 : num(first, "from_ms") };
  }

  dropCount({ post, of }: Count): void {
    this.#known.counts = null;
    this.#run("DELETE FROM counts WHERE post = ? AND of = ?", idToKey(post), of);
  }

  eventCount(queue: EventQueue): number {
    return this.#known.events[queue];
  }

  countCount(): number {
    this.#known.counts ??= this.#number("SELECT count(*) AS n FROM counts");
    return this.#known.counts;
  }

  addChunk({ kind, post, work, fromMs }: NewChunk, dueMs: number): void {
    const number = this.#number(
      `INSERT INTO chunks (kind, post, work, from_ms, place, due_ms, tries, last_error)
        VALUES (?, ?, ?, ?, 'waiting', ?, 0, NULL) RETURNING number AS n`,
      kind,
      post === null ? null : idToKey(post),
      work,
      fromMs,
      dueMs,
    );
    this.#known.chunks.put({ number, kind, place: "waiting", dueMs });
  }

  chunk(number: number): ChunkRow | null {
    const row = this.#one("SELECT * FROM chunks WHERE number = ?", number);
    return row === null ? null : chunkOf(row);
  }

  due(place: Exclude<ChunkPlace, "dead">, nowMs: number, limit: number): readonly ChunkRow[] {
    const numbers = this.#known.chunks.due(place, nowMs, limit);
    return numbers.flatMap((number) => this.chunk(number) ?? []);
  }

  dead(limit: number): readonly ChunkRow[] {
    const query = "SELECT * FROM chunks WHERE place = 'dead' ORDER BY number LIMIT ?";
    return this.#all(query, limit).map(chunkOf);
  }

  move(move: ChunkMove): void {
    this.#known.chunks.move(move);
    const { number, place, dueMs, tries, lastError } = move;
    this.#run(
      "UPDATE chunks SET place = ?, due_ms = ?, tries = ?, last_error = ? WHERE number = ?",
      place,
      dueMs,
      tries,
      lastError,
      number,
    );
  }

  dropChunk(number: number): void {
    this.#known.chunks.drop(number);
    this.#run("DELETE FROM chunks WHERE number = ?", number);
  }

  chunkCounts(): ChunkCounts {
    return this.#known.chunks.counts();
  }

  hasChunkOf(kind: ChunkKind): boolean {
    return this.#known.chunks.hasLive(kind);
  }

  nextDueMs(): number | null {
    return this.#known.chunks.nextDueMs();
  }

  oldestMs(): number | null {
    return this.#numberOrNull(`SELECT min(n) AS n FROM (
      SELECT min(from_ms) AS n FROM events UNION ALL SELECT min(from_ms) FROM beside
      UNION ALL SELECT min(from_ms) FROM counts
      UNION ALL SELECT min(from_ms) FROM chunks WHERE place <> 'dead')`);
  }

  putRecord(record: FanoutRecord, max: number): void {
    const cells = [
      idToKey(record.post),
      idToKey(record.author),
      record.strategy,
      record.reason,
      record.followers,
      record.costMs,
      record.chunks,
      record.chunksDone,
      record.named,
      record.active,
      record.calls,
      record.postedMs,
      record.plannedMs,
      record.doneMs,
    ];
    const number = this.#number(
      `INSERT INTO posts (post, author, strategy, reason, followers, cost_ms, chunks, chunks_done,
          named, active, calls, posted_ms, planned_ms, done_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (post) DO UPDATE SET strategy = excluded.strategy, reason = excluded.reason,
          followers = excluded.followers, cost_ms = excluded.cost_ms, chunks = excluded.chunks,
          chunks_done = excluded.chunks_done, named = excluded.named, active = excluded.active,
          calls = excluded.calls, posted_ms = excluded.posted_ms,
          planned_ms = excluded.planned_ms, done_ms = excluded.done_ms
        RETURNING number AS n`,
      ...cells,
    );
    if (number % RECORDS_FORGOTTEN > 0) return;
    this.#run("DELETE FROM posts WHERE number <= (SELECT max(number) FROM posts) - ?", max);
  }

  record(post: Id): FanoutRecord | null {
    const row = this.#one("SELECT * FROM posts WHERE post = ?", idToKey(post));
    return row === null ? null : recordOf(row);
  }

  records(limit: number): readonly FanoutRecord[] {
    return this.#all("SELECT * FROM posts ORDER BY number DESC LIMIT ?", limit).map(recordOf);
  }

  #run(query: string, ...cells: Cell[]): void {
    this.#all(query, ...cells);
  }

  #all(query: string, ...cells: Cell[]): Row[] {
    return [...this.#storage.sql.exec(query, ...cells)];
  }

  #one = (query: string, ...cells: Cell[]): Row | null => this.#all(query, ...cells)[0] ?? null;

  #numberOrNull(query: string, ...cells: Cell[]): number | null {
    const found = this.#one(query, ...cells)?.["n"];
    return typeof found === "number" ? found : null;
  }

  #number = (query: string, ...cells: Cell[]): number => this.#numberOrNull(query, ...cells) ?? 0;
}
