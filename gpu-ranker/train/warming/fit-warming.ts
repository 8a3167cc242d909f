import { WARMING_COLUMNS, type WarmingModel, warmingRow } from "../../../core/ranking/warming.ts";
import { Adam } from "../fit/optimisers.ts";
import { floatsIn, openSession, tensorOf } from "../fit/runtime.ts";
import { filled } from "../model/layers.ts";
import { encodeModel } from "../onnx/encode.ts";
import { seeded, shuffle } from "../random.ts";
import { add, crossEntropy, matmul } from "../tape/operators.ts";
import { Tape } from "../tape/tape.ts";
import type { Idle } from "./hours.ts";

const EPOCHS = 5;
const BATCH = 512;
const RATE = 0.02;
const WIDTH = WARMING_COLUMNS.length;

export interface WarmingExample extends Idle {
  readonly nowMs: number;
}

/** A logistic regression on the same tape as the ranker's. The same examples and seed give the same weights. */
export async function fitWarming(
  examples: readonly WarmingExample[],
  seed: number,
  version: string,
): Promise<WarmingModel> {
  const rows = examples.map(({ activity, nowMs }) => warmingRow(activity, nowMs));
  const { mean, scale } = normaliserOf(rows);
  const weights = filled([WIDTH, 1]);
  const bias = filled([1, 1]);
  const tape = new Tape();
  const x = tape.input("x", ["n", WIDTH]);
  const labels = tape.input("labels", ["n", 1]);
  const perRow = tape.input("per_row", []);
  const [w, b] = [tape.input("w", weights.dims), tape.input("b", bias.dims)];
  const loss = crossEntropy(tape, add(tape, matmul(tape, x, w), b), labels, perRow);
  const gradients = [tape.gradientOf(w), tape.gradientOf(b)] as const;
  const session = await openSession(encodeModel(tape.graph([loss, ...gradients])));
  const adams = [new Adam(weights, 0), new Adam(bias, 0)] as const;

  const order = Int32Array.from(rows.keys());
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(seeded(seed, "warming", epoch), order);
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = [...order.subarray(from, from + BATCH)];
      const columns = batch.flatMap((row) =>
        (rows[row] ?? []).map((value, at) => (value - (mean[at] ?? 0)) / (scale[at] ?? 1)),
      );
      const said = batch.map((row) => Number(examples[row]?.returned ?? false));
      const answer = await session.run({
        x: tensorOf(Float32Array.from(columns), [batch.length, WIDTH]),
        labels: tensorOf(Float32Array.from(said), [batch.length, 1]),
        per_row: tensorOf(Float32Array.of(1 / batch.length), []),
        w: tensorOf(weights.values, weights.dims),
        b: tensorOf(bias.values, bias.dims),
      });
      const rate = RATE * (1 - epoch / EPOCHS);
      for (const [at, adam] of adams.entries())
        adam.step(floatsIn(answer[gradients[at]?.name ?? ""]), rate);
    }
  }
  await session.release();
  const [start = 0] = bias.values;
  return { kind: "warming", version, mean, scale, weights: [...weights.values], bias: start };
}

function normaliserOf(rows: readonly (readonly number[])[]): { mean: number[]; scale: number[] } {
  const count = Math.max(1, rows.length);
  const mean = WARMING_COLUMNS.map(
    (_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / count,
  );
  const scale = mean.map((centre, at) => {
    const square = rows.reduce((sum, row) => sum + ((row[at] ?? 0) - centre) ** 2, 0) / count;
    return square < 1e-9 ? 1 : Math.sqrt(square);
  });
  return { mean, scale };
}
