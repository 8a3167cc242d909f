import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { ID_NAMES } from "../../../core/ranking/features.ts";
import { type LineFault, type LogRecord, recordOf } from "../../../core/ranking/log-record.ts";
import { examplesOf, visitsOf } from "../examples.ts";
import type { Source } from "./source.ts";

/** Rows that fit into memory with room: some 300 bytes each. */
const ROWS_MAX = 5_000_000;

export interface LogSource extends Source {
  /** Lines that were left out, by fault. */
  readonly leftOut: Readonly<Record<LineFault, number>>;
}

/**
 * The product's own log: lines of `core/ranking/log-record.ts`, in any number of segments. What has
 * other features is left out and counted, so that a log that spans a change of features stays of use.
 *
 * @throws RangeError when there are more rows than memory is meant to hold.
 */
export async function productLog(files: readonly string[]): Promise<LogSource> {
  const records: LogRecord[] = [];
  const leftOut = { malformed: 0, other_schema: 0 };
  for (const file of files)
    for await (const line of createInterface({ input: createReadStream(file, "utf8") })) {
      if (line === "") continue;
      const record = recordOf(line);
      if (!record.ok) leftOut[record.error]++;
      else if (records.push(record.value) > ROWS_MAX)
        throw new RangeError(`the log has more than ${ROWS_MAX} rows`);
    }
  const { examples, order } = examplesOf(records);
  return {
    name: "product",
    examples,
    visits: visitsOf(order),
    unknownIds: ID_NAMES.map(() => false),
    splitMs: null,
    truth: null,
    leftOut,
  };
}
