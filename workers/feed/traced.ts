import type { CallContext, Reply } from "../../core/feed/service.ts";
import { inSpan, type SpanEnding } from "../../core/telemetry/span.ts";
import { spans } from "../../platform/spans.ts";

type Answered<T> = Awaited<Reply<T>>;

/** As a span of the request's trace, where it is sampled; what it asks others is under that. */
export function traced<T>(ctx: CallContext, answer: (ctx: CallContext) => Reply<T>): Reply<T> {
  const { trace, region } = ctx;
  if (trace === undefined) return answer(ctx);
  return inSpan(
    spans,
    trace,
    { name: "feed", region },
    (own) => answer({ ...ctx, trace: own }),
    endingOf,
  );
}

function endingOf(answer: Answered<unknown>): SpanEnding {
  if (!answer.ok) return { outcome: answer.error.code };
  const { timing } = answer.value;
  return { outcome: "ok", ...(timing !== undefined && { detail: timing }) };
}
