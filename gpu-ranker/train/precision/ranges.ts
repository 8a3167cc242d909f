import { InferenceSession, Tensor } from "onnxruntime-node";

import { DENSE_COUNT, ID_COUNT, type Rows } from "../../../core/ranking/features.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { floatsIn, tensorOf } from "../fit/runtime.ts";

/** Share of values at each end that may lie outside a range: one in ten thousand does not stretch the scale. */
const OUTSIDE = 1e-4;

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

function rangeOf(values: Float32Array): Range {
  const sorted = values.toSorted();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: Math.min(0, at(OUTSIDE)), high: Math.max(0, at(1 - OUTSIDE)) };
}
