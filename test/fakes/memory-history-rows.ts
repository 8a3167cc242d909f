import type {
  HistoryMinute,
  HistoryRows,
  HistorySpan,
  HistoryTotals,
} from "../../core/telemetry/history.ts";

/** Rows in this process, as text: nothing that is kept can change afterwards. */
export class MemoryHistoryRows implements HistoryRows {
  readonly #rows = {
    minute: new Map<number, string>(),
    "five minutes": new Map<number, string>(),
    hour: new Map<number, string>(),
  };
  #totals: string | null = null;
  /** Rows written so far, and read. */
  puts = 0;
  reads = 0;

  totals(): HistoryTotals | null {
    return this.#totals === null ? null : (JSON.parse(this.#totals) as HistoryTotals);
  }

  saveTotals(totals: HistoryTotals): void {
    this.#totals = JSON.stringify(totals);
  }

  *read(span: HistorySpan, fromMs: number, untilMs: number): Iterable<HistoryMinute> {
    const times = [...this.#rows[span].keys()].toSorted((a, b) => a - b);
    for (const atMs of times.filter((one) => one >= fromMs && one < untilMs)) {
      this.reads++;
      yield JSON.parse(this.#rows[span].get(atMs) ?? "") as HistoryMinute;
    }
  }

  put(span: HistorySpan, row: HistoryMinute): void {
    this.puts++;
    this.#rows[span].set(row.atMs, JSON.stringify(row));
  }

  newestMs(span: HistorySpan): number | null {
    const times = [...this.#rows[span].keys()];
    return times.length === 0 ? null : Math.max(...times);
  }

  keep(span: HistorySpan, fromMs: number, untilMs: number): void {
    for (const atMs of this.#rows[span].keys())
      if (atMs < fromMs || atMs >= untilMs) this.#rows[span].delete(atMs);
  }
}
