import { describe, it } from "vitest";

import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { floatsIn, openSession, tensorOf } from "../../../gpu-ranker/train/fit/runtime.ts";
import { trainingGraph } from "../../../gpu-ranker/train/model/graphs.ts";
import { heavy } from "../../../gpu-ranker/train/model/heavy.ts";
import { light } from "../../../gpu-ranker/train/model/light.ts";
import { encodeModel } from "../../../gpu-ranker/train/onnx/encode.ts";
import { below, normal, seeded } from "../../../gpu-ranker/train/random.ts";
import { PLAIN } from "./forward.ts";
import { drawnModel, drawnRows } from "./toy.ts";

const ROWS = 6;
/** Elements looked at in each weight. */
const SAMPLES = 8;
const STEP = 1e-6;

describe.for([heavy, light])("the training graph of the $name model", (architecture) => {
  const { normaliser, params } = drawnModel(architecture);
  const { dense, labels } = drawnRows(ROWS);
  const random = seeded(7);
  const width = ID_COUNT * architecture.embedding;
  const embedded = {
    dims: [ROWS, width],
    values: Float32Array.from({ length: ROWS * width }, () => normal(random)),
  };
  const inputs = [...params, ...(width > 0 ? [["embedded", embedded] as const] : [])];

  /** In 64 bits, without the graph: differences of it are exact to many digits. */
  const plain = new Map(inputs.map(([name, { values }]) => [name, { values: [...values] }]));
  const plainLoss = () => {
    let loss = 0;
    for (let row = 0; row < ROWS; row++) {
      const own = plain.get("embedded")?.values.slice(row * width, (row + 1) * width) ?? [];
      const columns = [...dense.subarray(row * DENSE_COUNT, (row + 1) * DENSE_COUNT)];
      const logits = PLAIN[architecture.name]({ normaliser, params: plain }, columns, own);
      for (const [head, logit] of logits.entries())
        loss += Math.log1p(Math.exp(logit)) - logit * (labels[row * HEAD_COUNT + head] ?? 0);
    }
    return loss / ROWS;
  };

  it("gives the loss and the gradients that differences give", async ({ expect }) => {
    const graph = trainingGraph(architecture, normaliser, params);
    const session = await openSession(encodeModel(graph));
    const answer = await session.run({
      dense: tensorOf(dense, [ROWS, DENSE_COUNT]),
      labels: tensorOf(labels, [ROWS, HEAD_COUNT]),
      per_row: tensorOf(Float32Array.of(1 / ROWS), []),
      ...Object.fromEntries(
        inputs.map(([name, { dims, values }]) => [name, tensorOf(values, dims)]),
      ),
    });
    const [loss = "", ...gradients] = graph.outputs.map(({ name }) => name);
    expect(floatsIn(answer[loss])[0]).toBeCloseTo(plainLoss(), 4);

    for (const [at, [name]] of inputs.entries()) {
      const gradient = floatsIn(answer[gradients[at] ?? ""]);
      const usual = Math.sqrt(gradient.reduce((sum, one) => sum + one * one, 0) / gradient.length);
      expect(usual, `${name} has a gradient`).toBeGreaterThan(0);
      const values = plain.get(name)?.values ?? [];
      for (let sample = 0; sample < SAMPLES; sample++) {
        const place = below(random, values.length);
        const before = values[place] ?? Number.NaN;
        const lossAt = (value: number) => {
          values[place] = value;
          return plainLoss();
        };
        const slope = (lossAt(before + STEP) - lossAt(before - STEP)) / (2 * STEP);
        values[place] = before;
        const error = Math.abs(slope - (gradient[place] ?? Number.NaN));
        expect(error, `${name}[${place}]`).toBeLessThan(1e-3 * (usual + Math.abs(slope)));
      }
    }
  });
});
