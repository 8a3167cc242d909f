import { InferenceSession, Tensor } from "onnxruntime-node";

import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";

/** Rows in one call: bounds memory, and is long enough for the products to be efficient. */
const CHUNK = 2_048;

/** One thread: the same numbers on every run, and one core used. */
export const openSession = (model: Uint8Array): Promise<InferenceSession> =>
  InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });

export const tensorOf = (values: Float32Array, dims: readonly number[]): Tensor =>
  new Tensor("float32", values, dims);

/** @throws TypeError when the session gave something else, which is a bug in the graph. */
export function floatsIn(tensor: Tensor | undefined): Float32Array {
  const data = tensor?.data;
  if (!(data instanceof Float32Array)) throw new TypeError("expected floats");
  return data;
}

/** @returns rows x `HEAD_COUNT`. */
export async function score(
  session: InferenceSession,
  dense: Float32Array,
  ids: Int32Array,
  chunk = CHUNK,
): Promise<Float32Array<ArrayBuffer>> {
  const rows = dense.length / DENSE_COUNT;
  const out = new Float32Array(rows * HEAD_COUNT);
  for (let from = 0; from < rows; from += chunk) {
    const n = Math.min(chunk, rows - from);
    const feeds = {
      dense: tensorOf(dense.slice(from * DENSE_COUNT, (from + n) * DENSE_COUNT), [n, DENSE_COUNT]),
      ids: new Tensor("int32", ids.slice(from * ID_COUNT, (from + n) * ID_COUNT), [n, ID_COUNT]),
    };
    // A model that reads no ids has no such input.
    const wanted = session.inputNames.includes("ids") ? feeds : { dense: feeds.dense };
    const { probabilities } = await session.run(wanted);
    out.set(floatsIn(probabilities), from * HEAD_COUNT);
  }
  return out;
}
