import { DENSE_COUNT, ID_COUNT, ID_NAMES, ID_SIZES } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import type { Trained } from "../../../gpu-ranker/train/model/graphs.ts";
import type { Architecture } from "../../../gpu-ranker/train/model/layers.ts";
import { normal, seeded } from "../../../gpu-ranker/train/random.ts";

const RATES = [0.4, 0.2, 0.05, 0.05, 0.02, 0.3, 0.01];

/** A model with every weight drawn, so that no term is zero by accident. */
export function drawnModel(architecture: Architecture, seed = 1): Trained {
  const random = seeded(seed, "toy");
  const params = architecture.init(random, RATES);
  for (const { values } of params.values())
    for (let at = 0; at < values.length; at++)
      values[at] = (values[at] ?? 0) + 0.05 * normal(random);
  const width = architecture.embedding;
  return {
    architecture,
    normaliser: {
      mean: Float32Array.from({ length: DENSE_COUNT }, () => normal(random)),
      scale: Float32Array.from({ length: DENSE_COUNT }, () => 0.5 + random.next()),
    },
    params,
    tables:
      width === 0
        ? []
        : ID_NAMES.map((name) => ({
            dims: [ID_SIZES[name], width],
            values: Float32Array.from({ length: ID_SIZES[name] * width }, () => normal(random)),
          })),
  };
}

export function drawnRows(rows: number, seed = 1) {
  const random = seeded(seed, "rows");
  return {
    dense: Float32Array.from({ length: rows * DENSE_COUNT }, () => 2 * normal(random)),
    ids: Int32Array.from({ length: rows * ID_COUNT }, () => Math.floor(random.next() * 256)),
    labels: Float32Array.from({ length: rows * HEAD_COUNT }, () => Number(random.next() < 0.3)),
  };
}
