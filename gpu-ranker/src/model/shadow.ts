import type { Clock } from "../../../core/clock.ts";
import { HEAD_COUNT, HEADS } from "../../../core/ranking/heads.ts";
import type { InferRequest } from "../../../core/ranking/infer.ts";
import { RANKER_LIMITS } from "../limits.ts";
import type { Metrics } from "../metrics.ts";
import type { Registry } from "./registry.ts";

/** What was answered, and to whom. */
export interface Served {
  readonly request: InferRequest;
  readonly viewer: string | null;
  /** rows x `HEAD_COUNT`, row-major. */
  readonly probabilities: Float32Array;
}

/**
 * Lets the shadow score what has just been answered, and counts by how much it differs. Only when
 * nothing waits or runs: whoever calls has sent its answer, and nobody is delayed for it.
 */
export async function offerToShadow(
  { request, viewer, probabilities: served }: Served,
  { registry, metrics, clock }: { registry: Registry; metrics: Metrics; clock: Clock },
): Promise<void> {
  const shadow = registry.shadowOf(viewer);
  if (shadow === null) return;
  if (!shadow.ready || !shadow.idle || registry.lanes.some((lane) => !lane.idle))
    return metrics.shadowed("busy");
  const deadlineMs = clock.nowMs() + RANKER_LIMITS.hangMs;
  const scored = await shadow.submit({ request, deadlineMs });
  if (!scored.ok) return metrics.shadowed("failed");
  const { probabilities } = scored.value;
  for (const [head, name] of HEADS.entries())
    metrics.shadowDelta(name, largestDelta(probabilities, served, head));
  metrics.shadowOverlap(topOverlap(probabilities, served, RANKER_LIMITS.shadowTop));
  metrics.shadowed("compared");
}

/** Of a request: a histogram takes about as long for one number as the model for a row, and the next caller waits for it. */
function largestDelta(a: Float32Array, b: Float32Array, head: number): number {
  let largest = 0;
  for (let at = head; at < b.length; at += HEAD_COUNT)
    largest = Math.max(largest, Math.abs((a[at] ?? 0) - (b[at] ?? 0)));
  return largest;
}

/** Share of the `top` rows by the first head that both agree on: weights are the caller's, so any head must do. */
export function topOverlap(a: Float32Array, b: Float32Array, top: number): number {
  const inBoth = new Set(topRows(a, top));
  const other = topRows(b, top);
  return other.filter((row) => inBoth.has(row)).length / other.length;
}

function topRows(probabilities: Float32Array, top: number): readonly number[] {
  const rows = Array.from({ length: probabilities.length / HEAD_COUNT }, (_, row) => row);
  const of = (row: number) => probabilities[row * HEAD_COUNT] ?? 0;
  return rows.toSorted((x, y) => of(y) - of(x) || x - y).slice(0, top);
}
