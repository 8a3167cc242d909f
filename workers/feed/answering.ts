import type { Call } from "../../core/feed/call.ts";
import type { Answer, CallContext, Reply } from "../../core/feed/service.ts";
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

/** What a use-case made, with its ticket, its age, and where the time went. */
export function answerOf<T>({ tao, timing }: Call, value: T): Answer<T> {
  const answer = { value, ticket: tao.ticket(), staleMs: tao.staleMs() };
  const waited = timing.text(tao.waitedMs());
  return waited === "" ? answer : { ...answer, timing: waited };
}

function endingOf(answer: Answered<unknown>): SpanEnding {
  if (!answer.ok) return { outcome: answer.error.code };
  const { timing } = answer.value;
  return { outcome: "ok", ...(timing !== undefined && { detail: timing }) };
}
