import { firstSeq, type LogRecord } from "../../core/tao/log.ts";
import { formatVersion } from "../../core/tao/version.ts";
import type { LogRows } from "./log-rows.ts";

/** Every record that was ever seen in a log, so that trimming forgets none for a drill. */
export class LogBook {
  readonly #records = new Map<string, Map<string, LogRecord>>();

  add(rows: LogRows): void {
    for (const [shard, records] of rows) {
      const known = this.#records.get(shard) ?? new Map<string, LogRecord>();
      // Two writes that claim one place differ in their opId: both stay, to be found out.
      for (const record of records) known.set(keyOf(record), record);
      this.#records.set(shard, known);
    }
  }

  get rows(): LogRows {
    return new Map([...this.#records].map(([shard, known]) => [shard, [...known.values()]]));
  }
}

const keyOf = (record: LogRecord): string =>
  `${formatVersion({ epoch: record.epoch, seq: firstSeq(record) })} ${record.opId} ${record.timeMs}`;
