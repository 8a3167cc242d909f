import type { Level } from "../degradation/levels.ts";
import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import { type RegionCounts, RegionSums } from "./region-counts.ts";

export const MINUTE_MS = 60_000;
export const FIVE_MINUTES_MS = 5 * MINUTE_MS;
export const HOUR_MS = 3_600_000;
/** Later than any row. */
const EVER_MS = Number.MAX_SAFE_INTEGER;

/** What a region's isolates counted in one minute; in coarser rows: in their span. Plain JSON. */
export interface HistoryMinute {
  /** Unix ms of its beginning. */
  readonly atMs: number;
  readonly counts: RegionCounts;
  /** The worst that was published in it. */
  readonly level: Level;
}

/** Plain JSON: everything since the object was made, up to the last closed minute. */
export interface HistoryTotals {
  /** Unix ms. */
  readonly sinceMs: number;
  readonly counts: RegionCounts;
}

export type HistorySpan = "minute" | "five minutes" | "hour";

/** Spans that are made of closed rows of the one before, finest first. */
const COARSER = [
  { span: "five minutes", of: "minute", ms: FIVE_MINUTES_MS, keptMs: LIMITS.historyMinutesKeptMs },
  { span: "hour", of: "five minutes", ms: HOUR_MS, keptMs: LIMITS.historyHoursKeptMs },
] as const satisfies readonly { span: HistorySpan; of: HistorySpan; ms: number; keptMs: number }[];
type CoarserSpan = (typeof COARSER)[number]["span"];
const SPANS: readonly HistorySpan[] = ["minute", "five minutes", "hour"];

/** Rows that outlast the object's memory; of each span at most one per `atMs`. */
export interface HistoryRows {
  totals(): HistoryTotals | null;
  saveTotals(totals: HistoryTotals): void;
  /** Oldest first, `fromMs` <= atMs < `untilMs`. */
  read(span: HistorySpan, fromMs: number, untilMs: number): Iterable<HistoryMinute>;
  /** Adds a row, or replaces it. */
  put(span: HistorySpan, row: HistoryMinute): void;
  /** Of the newest row; null: there is none. */
  newestMs(span: HistorySpan): number | null;
  /** Deletes rows outside `fromMs` <= atMs < `untilMs`. */
  keep(span: HistorySpan, fromMs: number, untilMs: number): void;
}

interface Open {
  readonly atMs: number;
  readonly sums: RegionSums;
  level: Level;
}

/**
 * What a region has met, minute by minute: one row for each with traffic and one for each five minutes,
 * kept for a day, one for each hour, kept for a month, and the total. Memory holds the open minute only:
 * losing it loses a minute. Rows of five minutes are for plots of a day, which would read five times as many.
 *
 * A minute that belongs to a coarser row which exists is in that row too, always. Clocks that step back
 * add to the rows of then.
 */
export class History {
  readonly #rows: HistoryRows;
  readonly #prefixes = new LruMap<string, RegionSums>(LIMITS.historyPrefixesMax);
  readonly #total = new RegionSums();
  readonly #sinceMs: number;
  #open: Open | null = null;
  /** Spans before this have their rows. */
  readonly #rolledMs: Record<CoarserSpan, number>;

  constructor(rows: HistoryRows, nowMs: number) {
    this.#rows = rows;
    const totals = rows.totals();
    this.#sinceMs = totals?.sinceMs ?? nowMs;
    if (totals !== null) this.#total.add(totals.counts);
    this.#rolledMs = rolledOf(rows);
  }

  /** @returns the minute that this closed, if it did. Idle times make no rows. */
  add(counts: RegionCounts, level: Level, nowMs: number): HistoryMinute | null {
    const closed = this.close(nowMs);
    if (isNothing(counts)) return closed;
    this.#open ??= { atMs: floorTo(MINUTE_MS, nowMs), sums: new RegionSums(), level };
    this.#open.sums.add(counts);
    this.notice(level);
    return closed;
  }

  /** The level has changed within the open minute. */
  notice(level: Level): void {
    if (this.#open !== null && level > this.#open.level) this.#open.level = level;
  }

  /** When somebody must call `close`, even if nothing comes; null: nothing is open. */
  get closesMs(): number | null {
    return this.#open === null ? null : this.#open.atMs + MINUTE_MS;
  }

  /** Writes the open minute's row once it is over, and with the first one of a new span those of the past. */
  close(nowMs: number): HistoryMinute | null {
    const open = this.#open;
    if (open === null || open.atMs === floorTo(MINUTE_MS, nowMs)) return null;
    this.#open = null;
    const minute = { atMs: open.atMs, counts: open.sums.counts(), level: open.level };
    this.#put("minute", minute);
    for (const { span, ms } of COARSER)
      if (open.atMs < this.#rolledMs[span])
        this.#put(span, { ...minute, atMs: floorTo(ms, open.atMs) });
    if (open.atMs < this.#rolledMs.hour) this.#prefixes.clear();
    this.#total.add(minute.counts);
    this.#rows.saveTotals(this.totals());
    this.#rollUp(nowMs);
    return minute;
  }

  /** Without the open minute: what is said here is never taken back, whatever happens to the object. */
  totals(): HistoryTotals {
    return { sinceMs: this.#sinceMs, counts: this.#total.counts() };
  }

  /**
   * What came since `fromMs`, including the open minute. Reads the minutes of two hours at most: what lies
   * between is in rows of hours, and their sum is remembered until the next one. Before the minutes that
   * are kept, `fromMs` is exact to the hour only.
   */
  sumsSince(fromMs: number): RegionSums {
    const startMs = floorTo(MINUTE_MS, fromMs);
    const firstHourMs = Math.ceil(startMs / HOUR_MS) * HOUR_MS;
    const sums = new RegionSums();
    const lead = this.#rows.read("minute", startMs, firstHourMs);
    for (const { counts } of lead) sums.add(counts);
    if (firstHourMs < this.#rolledMs.hour) sums.add(this.#hoursSince(firstHourMs).counts());
    const lateMs = Math.max(firstHourMs, this.#rolledMs.hour);
    for (const { counts } of this.#rows.read("minute", lateMs, EVER_MS)) sums.add(counts);
    if (this.#open !== null && this.#open.atMs >= startMs) sums.add(this.#open.sums.counts());
    return sums;
  }

  /**
   * Rows for a series, oldest first, the open minute included: of the span as far as there are any, and of
   * minutes from there on.
   *
   * @param fromMs of a whole span.
   */
  *rows(span: HistorySpan, fromMs: number, untilMs: number): Iterable<HistoryMinute> {
    const rolledMs = span === "minute" ? fromMs : Math.min(this.#rolledMs[span], untilMs);
    if (rolledMs > fromMs) yield* this.#rows.read(span, fromMs, rolledMs);
    yield* this.#rows.read("minute", Math.max(fromMs, rolledMs), untilMs);
    const open = this.#open;
    if (open !== null && open.atMs >= fromMs && open.atMs < untilMs)
      yield { atMs: open.atMs, counts: open.sums.counts(), level: open.level };
  }

  #hoursSince(fromMs: number): RegionSums {
    const untilMs = this.#rolledMs.hour;
    const key = `${fromMs} ${untilMs}`;
    const known = this.#prefixes.get(key);
    if (known !== undefined) return known;
    const sums = new RegionSums();
    for (const { counts } of this.#rows.read("hour", fromMs, untilMs)) sums.add(counts);
    this.#prefixes.set(key, sums, 1);
    return sums;
  }

  #put(span: HistorySpan, row: HistoryMinute): void {
    const [known] = this.#rows.read(span, row.atMs, row.atMs + 1);
    this.#rows.put(span, known === undefined ? row : together(known, row));
  }

  /** Rows for the spans that are over; what is too old goes, and what a clock made that was far ahead. */
  #rollUp(nowMs: number): void {
    const futureMs = floorTo(HOUR_MS, nowMs) + LIMITS.historyMinutesKeptMs;
    if (Math.max(...Object.values(this.#rolledMs)) > futureMs) this.#forgetFrom(futureMs);
    let hasRolled = false;
    for (const { span, of, ms } of COARSER) {
      const untilMs = floorTo(ms, nowMs);
      if (untilMs <= this.#rolledMs[span]) continue;
      const spans = new Map<number, HistoryMinute>();
      for (const part of this.#rows.read(of, this.#rolledMs[span], untilMs)) {
        const row = { ...part, atMs: floorTo(ms, part.atMs) };
        const known = spans.get(row.atMs);
        spans.set(row.atMs, known === undefined ? row : together(known, row));
      }
      for (const row of spans.values()) this.#rows.put(span, row);
      this.#rolledMs[span] = untilMs;
      hasRolled ||= span === "hour";
    }
    // Only now: after a long sleep, hours are made of rows that are about to go.
    if (hasRolled) this.#keep(floorTo(HOUR_MS, nowMs));
  }

  #keep(hourMs: number): void {
    this.#rows.keep("minute", hourMs - LIMITS.historyMinutesKeptMs, EVER_MS);
    for (const { span, keptMs } of COARSER) this.#rows.keep(span, hourMs - keptMs, EVER_MS);
  }

  #forgetFrom(futureMs: number): void {
    for (const span of SPANS) this.#rows.keep(span, 0, futureMs);
    Object.assign(this.#rolledMs, rolledOf(this.#rows));
    this.#prefixes.clear();
  }
}

export const floorTo = (spanMs: number, atMs: number): number => Math.floor(atMs / spanMs) * spanMs;

function rolledOf(rows: HistoryRows): Record<CoarserSpan, number> {
  const after = (span: CoarserSpan, ms: number): number => {
    const newestMs = rows.newestMs(span);
    return newestMs === null ? 0 : newestMs + ms;
  };
  return { "five minutes": after("five minutes", FIVE_MINUTES_MS), hour: after("hour", HOUR_MS) };
}

const isNothing = ({ counters, timings }: RegionCounts): boolean =>
  Object.keys(counters).length === 0 && Object.keys(timings).length === 0;

function together(a: HistoryMinute, b: HistoryMinute): HistoryMinute {
  const sums = new RegionSums();
  sums.add(a.counts);
  sums.add(b.counts);
  return { atMs: a.atMs, counts: sums.counts(), level: a.level > b.level ? a.level : b.level };
}
