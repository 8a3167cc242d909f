import { z } from "zod";

import type { SpanEvent } from "../core/telemetry/span.ts";

/** A trace is printed once nothing was heard of it for this long: fan-out waits a second for its batch. */
const QUIET_MS = 1_500;
/** Spans that wait to be printed: a trace of a page has some twenty. The rest of a burst is left out. */
const SPANS_MAX = 2_000;

const spanSchema = z.object({
  event: z.literal("span"),
  trace: z.string(),
  span: z.string(),
  parent: z.string().nullable(),
  name: z.string(),
  region: z.string().nullable(),
  startMs: z.number(),
  tookMs: z.number(),
  outcome: z.string(),
  detail: z.string().exactOptional(),
});

interface Heard {
  readonly spans: SpanEvent[];
  lastMs: number;
}

/** Gathers the spans of all hops from their lines of log, to print each trace as a tree. */
export class TraceLog {
  readonly #traces = new Map<string, Heard>();
  #spans = 0;

  get isWaiting(): boolean {
    return this.#spans > 0;
  }

  /** @returns whether the line is a span; what else is in a log is somebody else's. */
  hear(line: string, nowMs: number): boolean {
    const span = spanIn(line);
    if (span === null) return false;
    if (this.#spans >= SPANS_MAX) return true;
    this.#spans++;
    const heard = this.#traces.get(span.trace);
    if (heard === undefined) this.#traces.set(span.trace, { spans: [span], lastMs: nowMs });
    else {
      heard.spans.push(span);
      heard.lastMs = nowMs;
    }
    return true;
  }

  /** Traces of which nothing more is expected, as text. */
  take(nowMs: number): string[] {
    const over = [...this.#traces].filter(([, { lastMs }]) => nowMs - lastMs >= QUIET_MS);
    for (const [trace, { spans }] of over) {
      this.#traces.delete(trace);
      this.#spans -= spans.length;
    }
    return over.map(([, { spans }]) => treeOf(spans));
  }
}

export function spanIn(line: string): SpanEvent | null {
  if (!line.includes('"event":"span"')) return null;
  try {
    return spanSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** One line per span, below its parent and in the order of their starts; one whose parent is not among them is at the top. */
export function treeOf(spans: readonly SpanEvent[]): string {
  const byStart = spans.toSorted((a, b) => a.startMs - b.startMs);
  const known = new Set(spans.map(({ span }) => span));
  const tops = byStart.filter(({ parent }) => parent === null || !known.has(parent));
  const firstMs = byStart[0]?.startMs ?? 0;
  const under = (one: SpanEvent, depth: number): string[] => [
    lineOf(one, depth, firstMs),
    ...byStart
      .filter(({ parent }) => parent === one.span)
      .flatMap((child) => under(child, depth + 1)),
  ];
  return [`trace ${spans[0]?.trace}`, ...tops.flatMap((top) => under(top, 1))].join("\n");
}

function lineOf(
  { name, region, startMs, tookMs, outcome, detail }: SpanEvent,
  depth: number,
  firstMs: number,
): string {
  const title = `${"  ".repeat(depth)}${name}`.padEnd(44);
  const times = `+${startMs - firstMs} ms`.padStart(9) + `${Math.round(tookMs)} ms`.padStart(10);
  return [`${title}${times}`, outcome, region ?? "", detail ?? ""]
    .filter((part) => part !== "")
    .join("  ");
}
