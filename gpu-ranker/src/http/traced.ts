import type { IncomingHttpHeaders } from "node:http";

import { RANKER_HEADERS } from "../../../core/ranking/ranker-headers.ts";
import { inSpan, type SpanPorts } from "../../../core/telemetry/span.ts";
import { traceFrom, TRACEPARENT, TRACESTATE } from "../../../core/telemetry/trace.ts";
import type { Log } from "../log.ts";
import type { Inferred } from "./infer-route.ts";

/**
 * As a span of the trace that the caller sent, where that is sampled: one line of the log, `Server-Timing` on the
 * answer, and the trace in whatever else is logged meanwhile.
 */
export function traced(
  headers: IncomingHttpHeaders,
  log: Log,
  infer: (log: Log) => Promise<Inferred | null>,
): Promise<Inferred | null> {
  const trace = traceFrom(textOf(headers[TRACEPARENT]), textOf(headers[TRACESTATE]));
  if (trace === null) return infer(log);
  const ownLog: Log = (level, event, fields) =>
    log(level, event, { ...fields, trace: trace.trace });
  return inSpan(
    portsOver(log),
    trace,
    { name: "gpu-ranker infer", region: null },
    async () => withTiming(await infer(ownLog)),
    (inferred) => {
      if (inferred === null) return { outcome: "hung up" };
      const { status, headers: own } = inferred.answer;
      const timing = own[SERVER_TIMING];
      return { outcome: String(status), ...(timing !== undefined && { detail: timing }) };
    },
  );
}

/** The log has the event's name in a field of its own. Unlike those of deadlines, these times are compared with other machines'. */
const portsOver = (log: Log): SpanPorts => ({
  clock: { nowMs: () => Date.now() },
  random: { next: () => Math.random() },
  span: ({ event, ...fields }) => log("info", event, fields),
});

const SERVER_TIMING = "server-timing";

function withTiming(inferred: Inferred | null): Inferred | null {
  const { [RANKER_HEADERS.queueMs]: queueMs, [RANKER_HEADERS.computeMs]: computeMs } =
    inferred?.answer.headers ?? {};
  if (inferred === null || queueMs === undefined || computeMs === undefined) return inferred;
  const timing = `queue;dur=${queueMs}, compute;dur=${computeMs}`;
  const { answer } = inferred;
  return {
    ...inferred,
    answer: { ...answer, headers: { ...answer.headers, [SERVER_TIMING]: timing } },
  };
}

const textOf = (value: string | readonly string[] | undefined): string | null =>
  typeof value === "string" ? value : null;
