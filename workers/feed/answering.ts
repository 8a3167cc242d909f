import type { Call, Outcome } from "../../core/feed/call.ts";
import { tellOthers } from "../../core/feed/home-cache.ts";
import type { Answer, CallContext, Reply } from "../../core/feed/service.ts";
import { ok } from "../../core/result.ts";
import { replyCounters } from "../../core/telemetry/answer-counters.ts";
import { inSpan, type SpanEnding } from "../../core/telemetry/span.ts";
import { spans } from "../../platform/spans.ts";
import type { FeedDeps } from "./deps.ts";
import type { Flags } from "./flags.ts";

type Answered<T> = Awaited<Reply<T>>;

/**
 * One use-case for one request: by the flags of the moment, counted for its region; what nobody waits for comes
 * afterwards.
 */
export const answering = <T>(
  deps: FeedDeps,
  ctx: CallContext,
  defer: Call["defer"],
  useCase: (call: Call, flags: Flags) => Outcome<T>,
): Reply<T> =>
  traced(ctx, async (own) => {
    const { callFor, counts, flags, levels, rollouts } = deps;
    await rollouts.ready(own.region);
    const ruled = await flags.of(own);
    const call = callFor(own, defer, ruled);
    const before = call.tao.wrote();
    const result = await useCase(call, ruled);
    tellOthers(call, before);
    for (const name of replyCounters(result, call.tao.staleMs())) levels.count(own.region, name);
    if (levels.isDue(own.region)) defer(() => levels.exchange(own.region));
    if (counts.isTime && !counts.isEmpty) defer(() => counts.flush());
    if (rollouts.isDue) defer(() => rollouts.exchange(own.region));
    return result.ok ? ok(answerOf(call, result.value)) : result;
  });

/** As a span of the request's trace, where it is sampled; what it asks others is under that. */
function traced<T>(ctx: CallContext, answer: (ctx: CallContext) => Reply<T>): Reply<T> {
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
function answerOf<T>({ tao, timing }: Call, value: T): Answer<T> {
  const answer = { value, ticket: tao.ticket(), staleMs: tao.staleMs() };
  const waited = timing.text(tao.waitedMs());
  return waited === "" ? answer : { ...answer, timing: waited };
}

function endingOf(answer: Answered<unknown>): SpanEnding {
  if (!answer.ok) return { outcome: answer.error.code };
  const { timing } = answer.value;
  return { outcome: "ok", ...(timing !== undefined && { detail: timing }) };
}
