import { InferenceSession, Tensor } from "onnxruntime-node";

import { DENSE_COUNT, ID_COUNT, type Rows } from "../../../core/ranking/features.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { floatsIn, tensorOf } from "../fit/runtime.ts";

/** Between which values a tensor lies, 0 always among them. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Runs `graph` over `rows` and looks at what goes through the tensors named. */
export async function rangesOf(
  graph: Graph,
  names: readonly string[],
  rows: Rows,
): Promise<ReadonlyMap<string, Range>> {
  const watched: Graph = {
    ...graph,
    outputs: names.map((name) => ({ name, type: "float", dims: null })),
  };
  const session = await InferenceSession.create(encodeModel(watched), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const n = rows.dense.length / DENSE_COUNT;
  const answer = await session.run({
    dense: tensorOf(rows.dense, [n, DENSE_COUNT]),
    ids: new Tensor("int32", rows.ids, [n, ID_COUNT]),
  });
  await session.release();
  return new Map(names.map((name) => [name, rangeOf(floatsIn(answer[name]))] as const));
}

/** The whole range: what is cut off at its ends moves single scores by a tenth. */
function rangeOf(values: Float32Array): Range {
  let [low, high] = [0, 0];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
