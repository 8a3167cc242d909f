import type { ShedReason } from "../../../core/ranking/ranker-headers.ts";
import { type RowCapPolicy, rowCap, type ServiceLine, serviceMs } from "./service-estimate.ts";

/** A request as the queue sees it. Times are of one monotonic clock, milliseconds. */
export interface Waiting {
  readonly rows: number;
  /** When its caller stops listening. */
  readonly deadlineMs: number;
}

export interface LaneLoad {
  readonly running: { readonly rows: number; readonly startedMs: number } | null;
  readonly queuedRows: number;
  readonly queuedRequests: number;
}

export interface LanePolicy extends RowCapPolicy {
  readonly queueRowsMax: number;
  readonly queueRequestsMax: number;
  /** Part of the time that a request has left which it may be expected to take when it is let in, 0 to 1. */
  readonly admitShare: number;
  readonly answerMarginMs: number;
}

export type Admission =
  | { readonly admit: true }
  | { readonly admit: false; readonly reason: ShedReason; readonly retryAfterMs: number };

/**
 * May `request` wait? Only if it fits and will be answered in time by what is known of service time.
 * An idle lane admits whatever has time left: were an estimate that is too high to refuse everything,
 * nothing would ever correct it.
 */
export function admit(
  request: Waiting,
  load: LaneLoad,
  line: ServiceLine | null,
  nowMs: number,
  policy: LanePolicy,
): Admission {
  const waitMs = waitOf(load, line, nowMs, policy);
  const refuse = (reason: ShedReason): Admission => ({
    admit: false,
    reason,
    retryAfterMs: Math.max(1, Math.ceil(waitMs)),
  });
  if (request.deadlineMs <= nowMs) return refuse("deadline");
  if (load.running === null && load.queuedRequests === 0) return { admit: true };
  if (load.queuedRequests >= policy.queueRequestsMax) return refuse("queue");
  if (load.queuedRows + request.rows > policy.queueRowsMax) return refuse("queue");
  const doneMs = nowMs + waitMs + serviceMs(line, request.rows) + policy.answerMarginMs;
  return doneMs > request.deadlineMs ? refuse("deadline") : { admit: true };
}

/** Milliseconds until what is ahead of a new request is done. */
export function waitOf(
  { running, queuedRows }: LaneLoad,
  line: ServiceLine | null,
  nowMs: number,
  policy: LanePolicy,
): number {
  const runningMs =
    running === null ? 0 : Math.max(0, running.startedMs + serviceMs(line, running.rows) - nowMs);
  const batches = Math.ceil(queuedRows / rowCap(line, policy));
  const queuedMs = (line?.fixedMs ?? 0) * batches + (line?.perRowMs ?? 0) * queuedRows;
  return runningMs + queuedMs;
}

/** Places in the queue, from its front. What is in neither list stays where it is. */
export interface BatchPlan {
  readonly take: readonly number[];
  /** Too late for an answer: to be refused. */
  readonly drop: readonly number[];
}

/**
 * What of `queue` runs next, in order of arrival: all that fits under the row cap and makes nobody
 * in the batch late. One request is never split, so the first may exceed the cap.
 */
export function planBatch(
  queue: readonly Waiting[],
  line: ServiceLine | null,
  nowMs: number,
  policy: LanePolicy,
): BatchPlan {
  const rowsMax = rowCap(line, policy);
  const doneMs = (rows: number) => nowMs + serviceMs(line, rows) + policy.answerMarginMs;
  const take: number[] = [];
  const drop: number[] = [];
  let rows = 0;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const [place, waiting] of queue.entries()) {
    const together = rows + waiting.rows;
    if (doneMs(waiting.rows) > waiting.deadlineMs) drop.push(place);
    else if (take.length > 0 && together > rowsMax) break;
    else if (doneMs(together) > Math.min(earliestMs, waiting.deadlineMs)) break;
    else {
      take.push(place);
      rows = together;
      earliestMs = Math.min(earliestMs, waiting.deadlineMs);
    }
  }
  return { take, drop };
}
