import type { Golden } from "../../../core/ranking/records.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type Batch, merge, split } from "../lane/batch.ts";
import type { LoadFault } from "./load-fault.ts";
import type { Provider } from "./profile.ts";

/** Accelerators round in another order, and CUDA may multiply in TF32: 10 bits of mantissa. */
const ACCELERATOR_TOLERANCE = 0.002;
/** Rows of a batch decide how a matrix is cut into blocks, which moves the last bits of a sum. */
const BATCH_TOLERANCE = 1e-5;

/** Largest differences of probabilities that a check found. */
export interface Parity {
  /** To what the trainer wrote down. */
  readonly goldenDelta: number;
  /** Between a request by itself and in a batch with all others. */
  readonly batchDelta: number;
}

/**
 * Does this session give what the trainer got, alone and in company? Scores are cached and compared,
 * so what else is in a batch must not move them.
 * @param tolerance of the variant, against fp32 on a CPU.
 */
export async function checkGolden(
  golden: readonly Golden[],
  tolerance: number,
  provider: Provider,
  score: (batch: Batch) => Promise<Float32Array>,
): Promise<Result<Parity, LoadFault>> {
  const requests = golden.map(({ request }) => request);
  const together = split(await score(merge(requests)), requests);
  let goldenDelta = 0;
  let batchDelta = 0;
  for (const [at, { request, probabilities }] of golden.entries()) {
    const alone = await score(merge([request]));
    goldenDelta = Math.max(goldenDelta, deltaOf(alone, probabilities));
    batchDelta = Math.max(batchDelta, deltaOf(alone, together[at]));
  }
  const allowed = provider === "cpu" ? tolerance : Math.max(tolerance, ACCELERATOR_TOLERANCE);
  // Written so that a difference which is not a number refuses too.
  if (!(goldenDelta <= allowed))
    return err({
      code: "golden_mismatch",
      detail: `probabilities differ by ${goldenDelta}, ${allowed} is allowed`,
    });
  if (!(batchDelta <= (provider === "cpu" ? BATCH_TOLERANCE : ACCELERATOR_TOLERANCE)))
    return err({
      code: "batch_dependence",
      detail: `probabilities move by ${batchDelta} with what else is in the batch`,
    });
  return ok({ goldenDelta, batchDelta });
}

/** Largest difference; NaN when any is. */
export function deltaOf(a: Float32Array, b: Float32Array | undefined): number {
  if (b === undefined || a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let at = 0; at < a.length; at++)
    largest = Math.max(largest, Math.abs((a[at] ?? Number.NaN) - (b[at] ?? Number.NaN)));
  return largest;
}
