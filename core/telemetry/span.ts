import type { Clock, Random } from "../clock.ts";
import type { Failure } from "../errors.ts";
import type { Region } from "../regions/regions.ts";
import type { Result } from "../result.ts";
import { newSpanId, type TraceContext } from "./trace.ts";

/** What one hop did for a traced request. Never carries content. */
export interface SpanEvent {
  readonly event: "span";
  readonly trace: string;
  readonly span: string;
  /** Of who asked; null where the trace began here. */
  readonly parent: string | null;
  /** The hop and its operation, of a small set: `feed`, `follower read`. */
  readonly name: string;
  /** null: of no region. */
  readonly region: Region | null;
  /** Unix ms, by the hop's own clock. */
  readonly startMs: number;
  readonly tookMs: number;
  /** `ok`, a failure's code, or what the hop calls its ending. */
  readonly outcome: string;
  readonly detail?: string;
}

export interface SpanPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly span: (event: SpanEvent) => void;
}

/** What a span says of itself, whatever became of it. */
export type SpanSubject = Pick<SpanEvent, "name" | "region">;
/** How it ended. */
export type SpanEnding = Pick<SpanEvent, "outcome" | "detail">;

/** Runs `call` as a span of its own: what it asks others goes out under the context that it is given. */
export async function inSpan<T>(
  { clock, random, span }: SpanPorts,
  parent: TraceContext,
  subject: SpanSubject,
  call: (own: TraceContext) => Promise<T>,
  endingOf: (answer: T) => SpanEnding,
): Promise<T> {
  const own = { ...parent, span: newSpanId(random) };
  const startMs = clock.nowMs();
  let ending: SpanEnding = { outcome: "threw" };
  try {
    const answer = await call(own);
    ending = endingOf(answer);
    return answer;
  } finally {
    const tookMs = clock.nowMs() - startMs;
    const { trace } = parent;
    span({
      event: "span",
      trace,
      span: own.span,
      parent: parent.span,
      ...subject,
      startMs,
      tookMs,
      ...ending,
    });
  }
}

/** The same, where most calls are not traced: those cost a comparison. */
export const inSpanIf = <T>(
  ports: SpanPorts,
  parent: TraceContext | undefined,
  subject: () => SpanSubject,
  call: (own: TraceContext | undefined) => Promise<T>,
  endingOf: (answer: T) => SpanEnding,
): Promise<T> =>
  parent === undefined ? call(undefined) : inSpan(ports, parent, subject(), call, endingOf);

export const endingOfResult = (answer: Result<unknown, Failure>): SpanEnding => ({
  outcome: answer.ok ? "ok" : answer.error.code,
});
