import type { Random } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import {
  newSpanId,
  newTraceId,
  parseTraceparent,
  parseTracestate,
  type TraceContext,
  TRACEPARENT,
  TRACESTATE,
} from "./trace.ts";

/** The trace of one request where it enters. Every request has one; most are not sampled, and cost an id. */
export interface RequestTrace {
  /** Of the whole trace: the caller's, or a new one. */
  readonly id: string;
  /** The caller's span; null: the trace begins here. */
  readonly parent: string | null;
  readonly state: string | null;
  /** The caller wants it sampled: whether it is, depends on who that is. */
  readonly isWanted: boolean;
  /** Of the gateway; null: not sampled. */
  readonly span: string | null;
}

export interface TracePolicy {
  /** Of requests, 0 to 1, that are sampled whoever asks. */
  readonly share: number;
  /** Anybody may have their request sampled: in development alone. */
  readonly isOpen: boolean;
}

/** Begins or goes on. Without a `traceparent`, `tracestate` means nothing. */
export function beginTrace(
  headers: { get(name: string): string | null },
  { share, isOpen }: TracePolicy,
  random: Random,
): RequestTrace {
  const caller = parseTraceparent(headers.get(TRACEPARENT));
  const isWanted = caller?.sampled === true;
  const isSampled = (isOpen && isWanted) || (share > 0 && random.next() < share);
  return {
    id: caller?.trace ?? newTraceId(random),
    parent: caller?.span ?? null,
    state: caller === null ? null : parseTracestate(headers.get(TRACESTATE)),
    isWanted,
    span: isSampled ? newSpanId(random) : null,
  };
}

/** As the caller wants it, who may say so: an outsider must not be able to fill the log. */
export const honoured = (trace: RequestTrace, random: Random): RequestTrace =>
  trace.isWanted && trace.span === null ? { ...trace, span: newSpanId(random) } : trace;

/** What the next hop is told; undefined: nothing, as it is not sampled. */
export const contextOf = ({ id, span, state }: RequestTrace): TraceContext | undefined =>
  span === null ? undefined : { trace: id, span, ...(state !== null && { state }) };

/**
 * Requests that were not sampled and turned out to be worth a line: failed, or slow. A bounded number a second,
 * since a region in trouble has thousands.
 */
export class LateSpans {
  #second = 0;
  #told = 0;

  admits(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#told = 0;
    }
    return this.#told++ < LIMITS.lateSpansPerSecond;
  }
}
