import { describe, it } from "vitest";

import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { parseLight, scoreLight } from "../../../core/ranking/light-model.ts";
import { lightJson } from "../../../gpu-ranker/train/artifact/light-json.ts";
import { openSession, score } from "../../../gpu-ranker/train/fit/runtime.ts";
import { servingGraph } from "../../../gpu-ranker/train/model/graphs.ts";
import { heavy } from "../../../gpu-ranker/train/model/heavy.ts";
import { light } from "../../../gpu-ranker/train/model/light.ts";
import { encodeModel } from "../../../gpu-ranker/train/onnx/encode.ts";
import { withHalfWeights } from "../../../gpu-ranker/train/precision/half.ts";
import { withInt8 } from "../../../gpu-ranker/train/precision/int8.ts";
import { forward } from "./forward.ts";
import { drawnModel, drawnRows } from "./toy.ts";

const ROWS = 500;
const { dense, ids } = drawnRows(ROWS);
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, at) => Math.abs(value - (b[at] ?? Number.NaN))));

describe("the heavy model", () => {
  const model = drawnModel(heavy);

  it("computes what its description says", async ({ expect }) => {
    const session = await openSession(encodeModel(servingGraph(model)));
    const got = await score(session, dense, ids);
    expect(new Set(got).size).toBeGreaterThan(3_000);
    const embeddedOf = (own: readonly number[]) =>
      own.flatMap((id, column) => [
        ...(model.tables[column]?.values.subarray(
          id * heavy.embedding,
          (id + 1) * heavy.embedding,
        ) ?? []),
      ]);
    expect(distance(got, forward(model, dense, ids, embeddedOf))).toBeLessThan(2e-6);
  });

  it("takes rows that lie far out as if they lay at the edge", async ({ expect }) => {
    const session = await openSession(encodeModel(servingGraph(model)));
    const far = dense.map((value) => value * 1e9);
    const further = dense.map((value) => value * 1e12);
    const [got, more] = [await score(session, far, ids), await score(session, further, ids)];
    expect(got).toEqual(more);
    expect(got.every((p) => p >= 0 && p <= 1)).toBe(true);
  });

  it.for(["fp32", "fp16", "int8"] as const)(
    "gives a row the same bits whatever its batch, in %s",
    async (precision, { expect }) => {
      const graph = servingGraph(model);
      const of = {
        fp32: () => graph,
        fp16: () => withHalfWeights(graph),
        int8: () => withInt8(graph, { dense, ids }),
      };
      const session = await openSession(encodeModel(await of[precision]()));
      const whole = await score(session, dense, ids);
      for (const batch of [1, 2, 3, 6, 7, 13, 14, 15, 31, 49, 64, 302, 499])
        expect(await score(session, dense, ids, batch), `${batch} rows`).toEqual(whole);
      const reversed = await score(
        session,
        rowsReversed(dense, DENSE_COUNT),
        rowsReversed(ids, ID_COUNT),
      );
      expect(rowsReversed(reversed, 7)).toEqual(whole);
    },
  );
});

function rowsReversed<T extends Float32Array | Int32Array>(matrix: T, width: number): T {
  const out = matrix.slice() as T;
  for (let row = 0; row < ROWS; row++)
    out.set(matrix.subarray(row * width, (row + 1) * width), (ROWS - 1 - row) * width);
  return out;
}

it("the light model is the same in the Worker as in its training graph", async ({ expect }) => {
  const model = drawnModel(light);
  const session = await openSession(encodeModel(servingGraph(model)));
  const parsed = parseLight(JSON.parse(lightJson(model, "v1")));
  if (!parsed.ok) throw new TypeError(parsed.error);
  const got = scoreLight(parsed.value, dense, ROWS);
  expect(distance(got, await score(session, dense, ids))).toBeLessThan(2e-6);
});
