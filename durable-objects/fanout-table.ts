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
import type { FanoutRecord, FanoutStrategy } from "../core/feed/fanout/service.ts";
import type { Count } from "../core/feed/fanout/work.ts";
import { type Id, idFromKey, idToKey } from "../core/ids.ts";
import { FANOUT_SCHEMA } from "./fanout-schema.ts";

type Cell = string | number | null;
type Row = Record<string, Cell>;

/** As much of an object's storage as the table needs. */
export interface TableStorage {
  readonly sql: { exec(query: string, ...cells: Cell[]): Iterable<Row> };
  transactionSync(body: () => void): void;
}

const TABLES: Record<EventQueue, string> = { posts: "events", beside: "beside" };

const EMPTY: FanoutHead = {
  position: null,
  // Before anybody was named, everybody may be there.
  activeShare: 1,
  entries: 0,
  resent: 0,
  countsMs: 0,
};

/** `FanoutTable` over the SQLite of a Durable Object. */
export class SqlFanoutTable implements FanoutTable {
  readonly #storage: TableStorage;

  constructor(storage: TableStorage) {
    this.#storage = storage;
    for (const statement of FANOUT_SCHEMA) this.#run(statement);
  }

  transaction(body: () => void): void {
    this.#storage.transactionSync(body);
  }

  head(): FanoutHead {
    const row = this.#one("SELECT * FROM head");
    if (row === null) return EMPTY;
    return {
      position: row["epoch"] === null ? null : { epoch: num(row, "epoch"), seq: num(row, "seq") },
      activeShare: num(row, "active_share"),
      entries: num(row, "entries"),
      resent: num(row, "resent"),
      countsMs: num(row, "counts_ms"),
    };
  }

  saveHead({ position, activeShare, entries, resent, countsMs }: FanoutHead): void {
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

  addEvent(queue: EventQueue, text: string, fromMs: number): void {
    this.#run(`INSERT INTO ${TABLES[queue]} (event, from_ms) VALUES (?, ?)`, text, fromMs);
  }

  events(queue: EventQueue, limit: number): readonly EventRow[] {
    const query = `SELECT * FROM ${TABLES[queue]} ORDER BY number LIMIT ?`;
    return this.#all(query, limit).map((row) => ({
      number: num(row, "number"),
      text: text(row, "event"),
      fromMs: num(row, "from_ms"),
    }));
  }

  dropEvent(queue: EventQueue, number: number): void {
    this.#run(`DELETE FROM ${TABLES[queue]} WHERE number = ?`, number);
  }

  putCount({ at, post, of, count }: Count, fromMs: number): void {
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
    this.#run("DELETE FROM counts WHERE post = ? AND of = ?", idToKey(post), of);
  }

  eventCount(queue: EventQueue): number {
    return this.#number(`SELECT count(*) AS n FROM ${TABLES[queue]}`);
  }

  countCount(): number {
    return this.#number("SELECT count(*) AS n FROM counts");
  }

  addChunk({ kind, post, work, fromMs }: NewChunk, dueMs: number): void {
    this.#run(
      `INSERT INTO chunks (kind, post, work, from_ms, place, due_ms, tries, last_error)
        VALUES (?, ?, ?, ?, 'waiting', ?, 0, NULL)`,
      kind,
      post === null ? null : idToKey(post),
      work,
      fromMs,
      dueMs,
    );
  }

  chunk(number: number): ChunkRow | null {
    const row = this.#one("SELECT * FROM chunks WHERE number = ?", number);
    return row === null ? null : chunkOf(row);
  }

  due(place: ChunkPlace, nowMs: number, limit: number): readonly ChunkRow[] {
    const query = `SELECT * FROM chunks WHERE place = ? AND due_ms <= ?
      ORDER BY due_ms, number LIMIT ?`;
    return this.#all(query, place, nowMs, limit).map(chunkOf);
  }

  dead(limit: number): readonly ChunkRow[] {
    const query = "SELECT * FROM chunks WHERE place = 'dead' ORDER BY number LIMIT ?";
    return this.#all(query, limit).map(chunkOf);
  }

  move({ number, place, dueMs, tries, lastError }: ChunkMove): void {
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
    this.#run("DELETE FROM chunks WHERE number = ?", number);
  }

  chunkCounts(): ChunkCounts {
    const rows = this.#all("SELECT place, count(*) AS n FROM chunks GROUP BY place");
    const of = (place: ChunkPlace) => {
      const row = rows.find((candidate) => candidate["place"] === place);
      return row === undefined ? 0 : num(row, "n");
    };
    return { waiting: of("waiting"), outstanding: of("outstanding"), dead: of("dead") };
  }

  hasChunkOf(kind: ChunkKind): boolean {
    const query = "SELECT 1 FROM chunks WHERE kind = ? AND place <> 'dead' LIMIT 1";
    return this.#one(query, kind) !== null;
  }

  nextDueMs(): number | null {
    return this.#numberOrNull("SELECT min(due_ms) AS n FROM chunks WHERE place <> 'dead'");
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
    this.#run(
      `INSERT INTO posts (post, author, strategy, reason, followers, cost_ms, chunks, chunks_done,
          named, active, calls, posted_ms, planned_ms, done_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (post) DO UPDATE SET strategy = excluded.strategy, reason = excluded.reason,
          followers = excluded.followers, cost_ms = excluded.cost_ms, chunks = excluded.chunks,
          chunks_done = excluded.chunks_done, named = excluded.named, active = excluded.active,
          calls = excluded.calls, posted_ms = excluded.posted_ms,
          planned_ms = excluded.planned_ms, done_ms = excluded.done_ms`,
      ...cells,
    );
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

  #numberOrNull(query: string): number | null {
    const found = this.#one(query)?.["n"];
    return typeof found === "number" ? found : null;
  }

  #number = (query: string): number => this.#numberOrNull(query) ?? 0;
}

const num = (row: Row, column: string): number => Number(row[column]);
const text = (row: Row, column: string): string => String(row[column]);
const idOrNull = (cell: Cell | undefined): Id | null =>
  typeof cell === "string" ? idFromKey(cell) : null;

const chunkOf = (row: Row): ChunkRow => ({
  number: num(row, "number"),
  kind: text(row, "kind") as ChunkKind,
  post: idOrNull(row["post"]),
  work: text(row, "work"),
  fromMs: num(row, "from_ms"),
  tries: num(row, "tries"),
  lastError: typeof row["last_error"] === "string" ? row["last_error"] : null,
});

const recordOf = (row: Row): FanoutRecord => ({
  post: idFromKey(text(row, "post")),
  author: idFromKey(text(row, "author")),
  strategy: text(row, "strategy") as FanoutStrategy,
  reason: text(row, "reason"),
  followers: num(row, "followers"),
  costMs: num(row, "cost_ms"),
  chunks: num(row, "chunks"),
  chunksDone: num(row, "chunks_done"),
  named: num(row, "named"),
  active: num(row, "active"),
  calls: num(row, "calls"),
  postedMs: num(row, "posted_ms"),
  plannedMs: num(row, "planned_ms"),
  doneMs: row["done_ms"] === null ? null : num(row, "done_ms"),
});
