import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { z } from "zod";

import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import type { LogRecord } from "../../../core/ranking/log-record.ts";
import type { Examples } from "../examples.ts";
import type { Truth } from "./source.ts";

const probabilities = z.array(z.number().min(0).max(1)).length(HEAD_COUNT);
const lineSchema = z.object({
  slate: z.string(),
  post: z.string(),
  placed: probabilities,
  top: probabilities,
});
type TruthLine = z.infer<typeof lineSchema>;

/** Of what was shown, what nobody but the maker of its readers knows; by slate and post. */
export type KnownTruth = ReadonlyMap<string, Pick<TruthLine, "placed" | "top">>;

const keyOf = ({ slate, post }: Pick<LogRecord, "slate" | "post">): string => `${slate} ${post}`;

/** Lines of `npm run behave`'s truth.jsonl. @throws ZodError for a line that is none. */
export async function readTruth(file: string): Promise<KnownTruth> {
  const truth = new Map<string, Pick<TruthLine, "placed" | "top">>();
  for await (const line of createInterface({ input: createReadStream(file, "utf8") })) {
    if (line === "") continue;
    const { slate, post, placed, top } = lineSchema.parse(JSON.parse(line));
    truth.set(keyOf({ slate, post }), { placed, top });
  }
  return truth;
}

export const isKnown = (truth: KnownTruth, record: LogRecord): boolean => truth.has(keyOf(record));

/**
 * The truth of a log's rows. What was shown together is the pool that rankers are compared over: a log
 * has no features of what was not shown.
 *
 * @param order the records of `examples`, row by row, all of which are known.
 */
export function truthOf(truth: KnownTruth, examples: Examples, order: readonly LogRecord[]): Truth {
  const of = (kind: "placed" | "top") =>
    Float32Array.from(order.flatMap((record) => truth.get(keyOf(record))?.[kind] ?? []));
  const pools = examples.slateEnds.map((end, n) => {
    const from = examples.slateEnds[n - 1] ?? 0;
    return {
      timeMs: examples.timesMs[from] ?? 0,
      dense: examples.dense.slice(from * DENSE_COUNT, end * DENSE_COUNT),
      ids: examples.ids.slice(from * ID_COUNT, end * ID_COUNT),
      truth: order.slice(from, end).map((record) => truth.get(keyOf(record))?.top ?? []),
    };
  });
  return { placed: of("placed"), top: of("top"), pools };
}
