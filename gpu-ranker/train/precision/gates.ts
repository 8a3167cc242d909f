import { DENSE_COUNT, ID_COUNT, type Rows } from "../../../core/ranking/features.ts";
import { HEAD_COUNT, HEADS } from "../../../core/ranking/heads.ts";
import type { Weights } from "../../../core/ranking/weights.ts";
import type { Examples } from "../examples.ts";
import { openSession, score } from "../fit/runtime.ts";
import { auc } from "../metrics/auc.ts";
import { valuesOf } from "../metrics/measure.ts";

/** What a model in fewer bits must keep of the exact one. */
export const PRECISION_GATES = {
  /** Of any head. */
  aucLossMax: 0.002,
  probabilityErrorMax: 0.05,
  /** Share of the twenty best of a pool that stay among them, on average. */
  overlapMin: 0.9,
} as const;

/** Candidates of one pool, for the overlap. */
const POOL = 200;
const TOP = 20;
/** Rows that are scored in several batches, to see whether that changes a bit. */
const BATCH_ROWS = 512;
const BATCHES = [1, 7, 64, 500] as const;

export interface PrecisionCheck {
  readonly bytes: number;
  readonly aucLoss: number;
  readonly probabilityError: number;
  readonly overlap: number;
  /** Largest change of a probability by what else is in its batch. */
  readonly batchError: number;
  readonly passes: boolean;
}

/** Compares `model` with the probabilities that the exact one gives to the same rows, as served. */
export async function checkPrecision(
  model: Uint8Array,
  exact: Float32Array,
  test: Examples,
  weights: Weights,
): Promise<PrecisionCheck> {
  const session = await openSession(model);
  const got = await score(session, test.dense, test.ids);
  const head = {
    dense: test.dense.slice(0, BATCH_ROWS * DENSE_COUNT),
    ids: test.ids.slice(0, BATCH_ROWS * ID_COUNT),
  };
  let batchError = 0;
  for (const batch of BATCHES)
    batchError = Math.max(batchError, distance(await scoreShifted(session, head, batch), got));
  await session.release();

  const aucLoss = Math.max(
    0,
    ...HEADS.map((_, at) => aucOf(exact, test, at) - aucOf(got, test, at)),
  );
  const probabilityError = distance(got, exact);
  const overlap = meanOverlap(valuesOf(exact, weights), valuesOf(got, weights));
  const passes =
    aucLoss <= PRECISION_GATES.aucLossMax &&
    probabilityError <= PRECISION_GATES.probabilityErrorMax &&
    overlap >= PRECISION_GATES.overlapMin &&
    batchError === 0;
  return { bytes: model.length, aucLoss, probabilityError, overlap, batchError, passes };
}

const scoreShifted = (session: Parameters<typeof score>[0], { dense, ids }: Rows, batch: number) =>
  score(session, dense, ids, batch);

/** Over the rows of the shorter one. */
function distance(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let at = 0; at < Math.min(a.length, b.length); at++)
    most = Math.max(most, Math.abs((a[at] ?? 0) - (b[at] ?? 0)));
  return most;
}

function aucOf(probabilities: Float32Array, { labels, rows }: Examples, head: number): number {
  const scores = Float32Array.from(
    { length: rows },
    (_, row) => probabilities[row * HEAD_COUNT + head] ?? 0,
  );
  const all = Array.from({ length: rows }, (_, row) => row);
  return auc(scores, (row) => (labels[row * HEAD_COUNT + head] ?? 0) > 0, all) ?? 0.5;
}

function meanOverlap(exact: Float32Array, got: Float32Array): number {
  let pools = 0;
  let sum = 0;
  for (let from = 0; from + POOL <= exact.length; from += POOL) {
    const best = (values: Float32Array) => {
      const rows = Array.from({ length: POOL }, (_, row) => from + row);
      return rows.toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b).slice(0, TOP);
    };
    const kept = new Set(best(exact));
    sum += best(got).filter((row) => kept.has(row)).length / TOP;
    pools++;
  }
  return pools === 0 ? 1 : sum / pools;
}
