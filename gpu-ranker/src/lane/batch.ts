import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { DENSE_COUNT, ID_COUNT, type Rows } from "../../../core/ranking/features.ts";

/** Rows of several requests under one another, in buffers of their own, which may be given away. */
export interface Batch {
  readonly rows: number;
  readonly dense: Float32Array<ArrayBuffer>;
  readonly ids: Int32Array<ArrayBuffer>;
}

/** Copies: what a caller sent is also read by a shadow. */
export function merge(requests: readonly (Rows & { readonly rows: number })[]): Batch {
  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const dense = new Float32Array(rows * DENSE_COUNT);
  const ids = new Int32Array(rows * ID_COUNT);
  let at = 0;
  for (const request of requests) {
    dense.set(request.dense, at * DENSE_COUNT);
    ids.set(request.ids, at * ID_COUNT);
    at += request.rows;
  }
  return { rows, dense, ids };
}

/** Each request's part of the probabilities, as views, in order. */
export function split(
  probabilities: Float32Array,
  requests: readonly { readonly rows: number }[],
): readonly Float32Array[] {
  let at = 0;
  return requests.map(({ rows }) => {
    const part = probabilities.subarray(at * HEAD_COUNT, (at + rows) * HEAD_COUNT);
    at += rows;
    return part;
  });
}
