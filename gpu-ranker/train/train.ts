import { DENSE_COUNT, type Rows } from "../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { type LightModel, scoreLight } from "../../core/ranking/light-model.ts";
import { DEFAULT_WEIGHTS, type Weights } from "../../core/ranking/weights.ts";
import { type Split, splitByTime, withPlaces } from "./examples.ts";
import { type EpochLoss, fit, type FitOptions, type Fitted } from "./fit/fit.ts";
import { openSession, score } from "./fit/runtime.ts";
import { BASELINE_NAMES, BASELINES } from "./metrics/baselines.ts";
import {
  measure,
  type Metrics,
  regret,
  type Scores,
  valuesOf,
  worthOf,
} from "./metrics/measure.ts";
import { servingGraph, type Trained } from "./model/graphs.ts";
import { heavy } from "./model/heavy.ts";
import type { Architecture } from "./model/layers.ts";
import { light } from "./model/light.ts";
import { encodeModel } from "./onnx/encode.ts";
import type { Source, Truth } from "./sources/source.ts";

const FIT: Record<Architecture["name"], Omit<FitOptions, "seed" | "unknownIds">> = {
  heavy: { epochs: 6, batch: 512, rate: 0.002, decay: 1, unknownShare: 0.3, idRate: 1 },
  light: { epochs: 6, batch: 512, rate: 0.01, decay: 0.01, unknownShare: 0, idRate: 0 },
};

/** Rankers of the hold-out table, from the simplest. `optimum` is the truth itself. */
export type RankerName = "random" | "chronological" | "popularity" | "light" | "heavy" | "optimum";

/** What one seed gave. */
export interface SeedRun {
  readonly seed: number;
  readonly light: Fitted;
  readonly heavy: Fitted;
  readonly seconds: { readonly light: number; readonly heavy: number };
  readonly metrics: ReadonlyMap<RankerName, Metrics>;
}

export interface Trainer {
  readonly source: Source;
  readonly split: Split;
  readonly weights: Weights;
}

export const trainerOf = (source: Source, weights: Weights = DEFAULT_WEIGHTS): Trainer => ({
  source,
  split: splitByTime(source.examples, source.splitMs),
  weights,
});

export interface Watch {
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  readonly onEpoch: (model: Architecture["name"], seed: number, epoch: EpochLoss) => void;
}

/** Trains both models with one seed and measures them, the baselines and the truth on the held-out rows. */
export async function runSeed(trainer: Trainer, seed: number, watch: Watch): Promise<SeedRun> {
  const { source, split } = trainer;
  const fitted = async (architecture: Architecture) => {
    const from = watch.nowMs();
    const options = { ...FIT[architecture.name], seed, unknownIds: source.unknownIds };
    const made = await fit(architecture, split.train, split.valid, options, (epoch) =>
      watch.onEpoch(architecture.name, seed, epoch),
    );
    return { made, seconds: (watch.nowMs() - from) / 1_000 };
  };
  const lightRun = await fitted(light);
  const heavyRun = await fitted(heavy);
  const metrics = new Map<RankerName, Metrics>();
  for (const name of BASELINE_NAMES) metrics.set(name, baseline(trainer, name, seed));
  metrics.set("light", await modelMetrics(trainer, lightRun.made.model));
  metrics.set("heavy", await modelMetrics(trainer, heavyRun.made.model));
  if (source.truth !== null) metrics.set("optimum", optimum(trainer, source.truth));
  return {
    seed,
    light: lightRun.made,
    heavy: heavyRun.made,
    seconds: { light: lightRun.seconds, heavy: heavyRun.seconds },
    metrics,
  };
}

function baseline(
  { source, split, weights }: Trainer,
  name: (typeof BASELINE_NAMES)[number],
  seed: number,
): Metrics {
  const valuesFor = (rows: Rows) => BASELINES[name](rows, seed);
  const scores = { values: valuesFor(split.test), top: null, placed: null };
  return {
    ...measure(scores, split.test, weights),
    ...regretOf(source.truth, split, weights, valuesFor),
  };
}

/** Of a model's bytes, too, so that the one that serves can be measured on the same rows. */
export async function graphMetrics(trainer: Trainer, model: Uint8Array): Promise<Metrics> {
  const session = await openSession(model);
  const metrics = await metricsBy(trainer, ({ dense, ids }) => score(session, dense, ids));
  await session.release();
  return metrics;
}

/** Of a light model as it serves, which is no graph. */
export const lightMetrics = (trainer: Trainer, model: LightModel): Promise<Metrics> =>
  metricsBy(trainer, async ({ dense }) => scoreLight(model, dense, dense.length / DENSE_COUNT));

async function metricsBy(
  { source, split, weights }: Trainer,
  scoresOf: (rows: Rows) => Promise<Float32Array>,
): Promise<Metrics> {
  const { test } = split;
  const top = await scoresOf(test);
  const placed = await scoresOf({ dense: withPlaces(test), ids: test.ids });
  const scores: Scores = { values: valuesOf(top, weights), top, placed };
  const pools = poolsOf(source.truth, split);
  const poolValues: Float32Array[] = [];
  for (const pool of pools) poolValues.push(valuesOf(await scoresOf(pool), weights));
  const valuesFor = (_rows: Rows, at: number) => poolValues[at] ?? new Float32Array(0);
  return {
    ...measure(scores, test, weights),
    ...regretOf(source.truth, split, weights, valuesFor),
  };
}

const modelMetrics = (trainer: Trainer, model: Trained): Promise<Metrics> =>
  graphMetrics(trainer, encodeModel(servingGraph(model)));

function optimum({ split, weights }: Trainer, truth: Truth): Metrics {
  const from = split.testFrom * HEAD_COUNT;
  const [top, placed] = [truth.top.slice(from), truth.placed.slice(from)];
  return {
    ...measure({ values: valuesOf(top, weights), top, placed }, split.test, weights),
    regret: 0,
  };
}

/** Those of the hold-out time. */
function poolsOf(truth: Truth | null, { test }: Split) {
  const fromMs = test.timesMs[0] ?? Infinity;
  return truth?.pools.filter(({ timeMs }) => timeMs >= fromMs) ?? [];
}

function regretOf(
  truth: Truth | null,
  split: Split,
  weights: Weights,
  valuesFor: (rows: Rows, at: number) => Float32Array,
): Metrics {
  const pools = poolsOf(truth, split);
  if (pools.length === 0) return {};
  const judged = pools.map((pool, at) => ({
    values: valuesFor(pool, at),
    worth: worthOf(pool, weights),
  }));
  return { regret: regret(judged) };
}
