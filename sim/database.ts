import { endOf, firstSeq, lastSeq, type LogRecord } from "../core/tao/log.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { commitOf, type LogGroup } from "../core/tao/log-group.ts";
import type { Commit, OpRow } from "../core/tao/store.ts";
import {
  compareVersions,
  formatVersion,
  maxVersion,
  sameVersion,
  type Version,
  ZERO,
} from "../core/tao/version.ts";
import { Tables } from "./tables.ts";

/** A row of a shard's log: a group, or (`commit` null) the mark of a leader that opened it. */
export interface LogRow {
  /** The life of a leader that wrote it. */
  readonly writer: string;
  readonly head: Version;
  readonly commit: Commit | null;
}

type Effects = Pick<LogGroup, "ops" | "intents" | "sources">;

/** Where the log of every shard begins. */
export const START: Version = { epoch: 1, seq: 0 };
const NO_EFFECTS: Effects = { ops: [], intents: [], sources: [] };

/**
 * The database of one shard in one place: survives every crash, answers at once. Its rows are
 * the truth, and nothing takes a row's place again, as MySQL's primary key (shard, place)
 * has it. `tables` show all of them; what a leader over a network sees is a view of its own.
 */
export class Database {
  /** Says where it is, in traces and checkers. */
  readonly name: string;
  readonly rows: LogRow[] = [];
  readonly tables = new Tables();
  readonly followers = new Set<string>();
  /** What it was told to follow although it does not: a database of any kind would be broken by it. */
  readonly misfits: string[] = [];
  /** Away until then, Unix ms. */
  awayUntilMs = 0;
  readonly #appended: (row: LogRow, before: Version) => void;
  #writers = 0;
  /** Intents up to here have reached their target. */
  readonly #delivered = new Map<PhysicalShard, Version>();
  /** How far each durable consumer is. */
  readonly cursors = new Map<string, Version>();
  readonly #groups: LogGroup[] = [];
  /** Of commits that logged nothing: they travel with the next group. */
  #effects: Effects = NO_EFFECTS;
  /** What has not been trimmed, oldest first. */
  #log: LogRecord[] = [];

  /** @param appended is told of each row and of the head that it found. */
  constructor(name: string, appended: (row: LogRow, before: Version) => void) {
    this.name = name;
    this.#appended = appended;
  }

  get head(): Version {
    return this.tables.head;
  }

  /** A name for a life that opens it, unlike any before. */
  newWriter = (): string => `${this.name}#${++this.#writers}`;

  /** A standby takes in what another database has: nobody leads here yet. @throws when it does not fit. */
  follow(group: LogGroup): void {
    if (!sameVersion(group.after, this.head)) {
      const [after, head] = [group.after, this.head].map(formatVersion);
      this.misfits.push(`${this.name}: a standby put what follows ${after} after ${head}`);
      throw new Error("the group does not fit");
    }
    const commit = group.records.length === 0 ? null : commitOf(group);
    this.#push({ writer: "standby", head: group.head, commit });
  }

  /** null when `after` is no position of this log. */
  groupsAfter(after: Version, limit: number): readonly LogGroup[] | null {
    if (sameVersion(this.head, after)) return [];
    const start = this.#groups.findLastIndex((group) => sameVersion(group.after, after));
    return start < 0 ? null : this.#groups.slice(start, start + limit);
  }

  /** What a standby that ends at `fork` never got. */
  after(fork: Version): { readonly records: readonly LogRecord[]; readonly ops: readonly OpRow[] } {
    const groups = this.groupsAfter(fork, Number.POSITIVE_INFINITY) ?? [];
    return {
      records: groups.flatMap(({ records }) => records),
      ops: [...groups.flatMap(({ ops }) => ops), ...this.#effects.ops],
    };
  }

  /** @returns the row that has this place already, or null: it is this one's now. */
  append(place: number, row: LogRow): LogRow | null {
    const taken = this.rows[place];
    if (taken !== undefined) return taken;
    if (place !== this.rows.length) throw new RangeError("a hole in the log");
    const before = this.head;
    this.#push(row);
    this.#appended(row, before);
    return null;
  }

  #push(row: LogRow): void {
    const { head, commit } = row;
    const after = this.head;
    this.rows.push(row);
    this.tables.take(row);
    if (commit === null) {
      if (head.epoch > after.epoch) this.#groups.push({ after, head, records: [], ...NO_EFFECTS });
      return;
    }
    const { records } = commit;
    this.#log.push(...records);
    this.#effects = {
      ops: [...this.#effects.ops, ...commit.ops],
      intents: [...this.#effects.intents, ...commit.intents],
      sources: [...this.#effects.sources, ...commit.sources],
    };
    if (records.length === 0) return;
    this.#groups.push({ after, head, records, ...this.#effects });
    this.#effects = NO_EFFECTS;
  }

  /** Of the log up to `head`. */
  logAfter(after: Version, head: Version, limit: number): readonly LogRecord[] | null {
    const isUpTo = (version: Version) => (record: LogRecord) =>
      compareVersions(endOf(record), version) <= 0;
    const from = this.#log.findLastIndex(isUpTo(after)) + 1;
    const to = this.#log.findLastIndex(isUpTo(head)) + 1;
    const found = this.#log.slice(from, Math.min(to, from + limit));
    const first = found[0];
    return first === undefined || firstSeq(first) > after.seq + 1 ? null : found;
  }

  trim(logBeforeMs: number): void {
    this.#log = this.#log.filter(
      (record) => record.timeMs >= logBeforeMs || lastSeq(record) === this.head.seq,
    );
  }

  deliveredTo = (target: PhysicalShard): Version => this.#delivered.get(target) ?? ZERO;

  delivered(target: PhysicalShard, upTo: Version): void {
    this.#delivered.set(target, maxVersion(this.deliveredTo(target), upTo));
  }
}
