import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { ID_NAMES } from "../../../core/ranking/features.ts";
import { type LineFault, type LogRecord, recordOf } from "../../../core/ranking/log-record.ts";
import { examplesOf, visitsOf } from "../examples.ts";
import type { Source } from "./source.ts";
import { isKnown, readTruth, truthOf } from "./truth-file.ts";

/** Rows that fit into memory with room: some 300 bytes each. */
const ROWS_MAX = 5_000_000;

export interface LogSource extends Source {
  /** Lines that were left out, by fault. */
  readonly leftOut: Readonly<Record<LineFault | "no_truth", number>>;
}

/**
 * The product's own log: lines of `core/ranking/log-record.ts`, in any number of segments. What has
 * other features is left out and counted, so that a log that spans a change of features stays of use.
 *
 * @param truthFile what is true of the readers, where their maker knows it (`npm run behave`): those are nobody in
 * another product, so that their ids are not trained on. Rows of which nothing is known are left out.
 * @throws RangeError when there are more rows than memory is meant to hold.
 */
export async function productLog(
  files: readonly string[],
  truthFile: string | null = null,
): Promise<LogSource> {
  const known = truthFile === null ? null : await readTruth(truthFile);
  const records: LogRecord[] = [];
  const leftOut = { malformed: 0, other_schema: 0, no_truth: 0 };
  for (const file of files)
    for await (const line of createInterface({ input: createReadStream(file, "utf8") })) {
      if (line === "") continue;
      const record = recordOf(line);
      if (!record.ok) leftOut[record.error]++;
      else if (known !== null && !isKnown(known, record.value)) leftOut.no_truth++;
      else if (records.push(record.value) > ROWS_MAX)
        throw new RangeError(`the log has more than ${ROWS_MAX} rows`);
    }
  const { examples, order } = examplesOf(records);
  return {
    name: "product",
    examples,
    visits: visitsOf(order),
    unknownIds: ID_NAMES.map((name) => known !== null && name !== "topic"),
    splitMs: null,
    truth: known === null ? null : truthOf(known, examples, order),
    leftOut,
  };
}
