import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { type Examples, withPlaces } from "../examples.ts";
import { normalisedEntropy } from "../metrics/entropy.ts";
import { servingGraph, type Trained, trainingGraph } from "../model/graphs.ts";
import type { Architecture } from "../model/layers.ts";
import { normaliserOf } from "../model/normaliser.ts";
import { encodeModel } from "../onnx/encode.ts";
import { seeded, shuffle } from "../random.ts";
import { Embeddings } from "./embeddings.ts";
import { Adam } from "./optimisers.ts";
import { floatsIn, openSession, score, tensorOf } from "./runtime.ts";

export interface FitOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  /** Adam's step at the start; it falls to a tenth along a cosine. */
  readonly rate: number;
  readonly decay: number;
  /** Id columns that are read as "unknown", because those ids name nobody where the model will serve. */
  readonly unknownIds: readonly boolean[];
  /** Share of the other ids that training reads as unknown: row 0 learns what to say of strangers, and nothing leans on an id alone. */
  readonly unknownShare: number;
  /** Steps of embeddings, as a multiple of `rate`: a row is seen rarely. */
  readonly idRate: number;
}

/** One epoch: mean loss of its batches, and mean normalised entropy of the heads on the validation rows. */
export interface EpochLoss {
  readonly epoch: number;
  readonly loss: number;
  readonly valid: number;
}

export interface Fitted {
  readonly model: Trained;
  /** The model is that of the epoch with the lowest `valid`. */
  readonly curve: readonly EpochLoss[];
}

/** Trains on `train`, keeps the epoch that is best on `valid`. The same options and rows give the same weights, bit for bit. */
export async function fit(
  architecture: Architecture,
  train: Examples,
  valid: Examples,
  options: FitOptions,
  onEpoch: (epoch: EpochLoss) => void = () => {},
): Promise<Fitted> {
  const dense = withPlaces(train);
  const spanMs = (train.timesMs.at(-1) ?? 0) - (train.timesMs[0] ?? 0);
  const normaliser = normaliserOf(dense, spanMs);
  const params = architecture.init(seeded(options.seed, architecture.name), ratesOf(train));
  const embeddings = new Embeddings(architecture.embedding, options);
  const adams = [...params].map(([name, param]) => {
    return {
      name,
      dims: param.dims,
      adam: new Adam(param, name.endsWith(".b") ? 0 : options.decay),
    };
  });
  const graph = trainingGraph(architecture, normaliser, params);
  const session = await openSession(encodeModel(graph));
  const [lossName = "", ...gradientNames] = graph.outputs.map(({ name }) => name);

  const order = Int32Array.from({ length: train.rows }, (_, row) => row);
  const stepsPerEpoch = Math.max(1, Math.floor(train.rows / options.batch));
  const steps = stepsPerEpoch * options.epochs;
  const curve: EpochLoss[] = [];
  let best: { valid: number; model: Trained } | null = null;

  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(seeded(options.seed, "order", epoch), order);
    const chance = seeded(options.seed, "unknown", epoch);
    let sum = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const rate = options.rate * cosine((epoch * stepsPerEpoch + step) / steps);
      const rows = order.subarray(step * options.batch, (step + 1) * options.batch);
      const n = rows.length;
      const ids = embeddings.draw(train.ids, rows, chance);
      const answer = await session.run({
        dense: tensorOf(picked(dense, rows, DENSE_COUNT), [n, DENSE_COUNT]),
        labels: tensorOf(picked(train.labels, rows, HEAD_COUNT), [n, HEAD_COUNT]),
        per_row: tensorOf(Float32Array.of(1 / n), []),
        ...Object.fromEntries(
          [...params].map(([name, { dims, values }]) => [name, tensorOf(values, dims)]),
        ),
        ...(architecture.embedding > 0 && {
          embedded: tensorOf(embeddings.look(ids), [n, ID_COUNT * architecture.embedding]),
        }),
      });
      sum += floatsIn(answer[lossName])[0] ?? 0;
      for (const [at, { adam }] of adams.entries())
        adam.step(floatsIn(answer[gradientNames[at] ?? ""]), rate);
      if (architecture.embedding > 0)
        embeddings.step(
          ids,
          floatsIn(answer[gradientNames[adams.length] ?? ""]),
          rate * options.idRate,
        );
    }
    const model = snapshot({ architecture, normaliser, params, tables: embeddings.tables() });
    const of = { epoch, loss: sum / stepsPerEpoch, valid: await entropyOn(model, valid) };
    curve.push(of);
    onEpoch(of);
    if (best === null || of.valid < best.valid) best = { valid: of.valid, model };
  }
  await session.release();
  if (best === null) throw new RangeError("no epochs");
  return { model: best.model, curve };
}

const ratesOf = ({ labels, rows }: Examples): number[] =>
  Array.from({ length: HEAD_COUNT }, (_, head) => {
    let yes = 0;
    for (let row = 0; row < rows; row++) yes += labels[row * HEAD_COUNT + head] ?? 0;
    return yes / Math.max(1, rows);
  });

/** From 1 to 0.1 as `done` goes from 0 to 1. */
const cosine = (done: number): number => 0.1 + 0.45 * (1 + Math.cos(Math.PI * done));

function picked(matrix: Float32Array, rows: Int32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries())
    out.set(matrix.subarray(row * width, (row + 1) * width), at * width);
  return out;
}

/** Training goes on with the arrays that it was made of. */
const snapshot = (model: Trained): Trained => ({
  ...model,
  params: new Map(
    [...model.params].map(([name, { dims, values }]) => [name, { dims, values: values.slice() }]),
  ),
});

async function entropyOn(model: Trained, examples: Examples): Promise<number> {
  const session = await openSession(encodeModel(servingGraph(model)));
  const probabilities = await score(session, withPlaces(examples), examples.ids);
  await session.release();
  const heads = Array.from({ length: HEAD_COUNT }, (_, head) =>
    normalisedEntropy(probabilities, examples.labels, head),
  ).filter((value) => value !== null);
  return heads.reduce((sum, value) => sum + value, 0) / Math.max(1, heads.length);
}
