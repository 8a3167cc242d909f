import { describe, it } from "vitest";

import {
  beginTrace,
  contextOf,
  honoured,
  LateSpans,
} from "../../../core/telemetry/request-trace.ts";
import { CallTiming } from "../../../core/telemetry/call-timing.ts";
import { endingOfResult, inSpan, type SpanEvent } from "../../../core/telemetry/span.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err, ok } from "../../../core/result.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const random = { next: () => 0.5 };
const OWN = "8000000080000000";
const closed = { share: 0, isOpen: false };

describe("a request's trace", () => {
  const asked = new Headers({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "a=1" });

  it("goes on with the caller's id; sampled only by who may say so", ({ expect }) => {
    const trace = beginTrace(asked, closed, random);
    expect(trace).toMatchObject({ id: TRACE, parent: SPAN, span: null, isWanted: true });
    expect(contextOf(trace)).toBeUndefined();
    const context = { trace: TRACE, span: OWN, state: "a=1" };
    expect(contextOf(honoured(trace, random))).toEqual(context);
    expect(contextOf(beginTrace(asked, { share: 0, isOpen: true }, random))).toEqual(context);
  });

  it("begins anew without a caller's, whose state then means nothing", ({ expect }) => {
    const headers = new Headers({ traceparent: "nonsense", tracestate: "a=1" });
    const trace = honoured(beginTrace(headers, { share: 0, isOpen: true }, random), random);
    expect(trace).toMatchObject({ parent: null, state: null, span: null });
    expect(trace.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is sampled by the share, exactly", ({ expect }) => {
    const sampled = (share: number, next: number) =>
      beginTrace(new Headers(), { share, isOpen: false }, { next: () => next }).span !== null;
    expect([sampled(0, 0), sampled(0.01, 0.009), sampled(0.01, 0.01), sampled(1, 0.999)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

describe("a span", () => {
  const parent = { trace: TRACE, span: SPAN, state: "a=1" };
  const subject = { name: "feed", region: "us-east" };
  const ports = (told: SpanEvent[]) => {
    let nowMs = 1_000;
    const clock = { nowMs: () => (nowMs += 7) };
    return { clock, random, span: (event: SpanEvent) => void told.push(event) };
  };

  it("hands on its own id, and tells how long it took and how it ended", async ({ expect }) => {
    const told: SpanEvent[] = [];
    const failure = err({ code: "overloaded", retryAfterMs: 1 } as const);
    const answer = await inSpan(
      ports(told),
      parent,
      subject,
      async (own) => {
        expect(own).toEqual({ ...parent, span: OWN });
        return failure;
      },
      endingOfResult,
    );
    expect(answer).toBe(failure);
    expect(told).toEqual([
      {
        event: "span",
        trace: TRACE,
        span: OWN,
        parent: SPAN,
        ...subject,
        startMs: 1_007,
        tookMs: 7,
        outcome: "overloaded",
      },
    ]);
    expect(endingOfResult(ok(1))).toEqual({ outcome: "ok" });
  });

  it("tells of a throw, and lets it pass", async ({ expect }) => {
    const told: SpanEvent[] = [];
    const thrown = inSpan(
      ports(told),
      parent,
      subject,
      async () => {
        throw new RangeError("no");
      },
      endingOfResult,
    );
    await expect(thrown).rejects.toThrow(RangeError);
    expect(told).toEqual([expect.objectContaining({ outcome: "threw" })]);
  });
});

it("tells of late ones a bounded number of times a second", ({ expect }) => {
  const late = new LateSpans();
  const admitted = (nowMs: number) =>
    Array.from({ length: 50 }, () => late.admits(nowMs)).filter(Boolean).length;
  expect([admitted(5_000), admitted(5_999), admitted(6_000)]).toEqual([
    LIMITS.lateSpansPerSecond,
    0,
    LIMITS.lateSpansPerSecond,
  ]);
});

it("says where a call waited, and nothing of where it did not", ({ expect }) => {
  const timing = new CallTiming();
  expect(timing.text(null)).toBe("");
  timing.cacheMs = 2;
  expect(timing.text(null)).toBe("cache;dur=2");
  timing.rank = { tookMs: 31, mode: "light-model" };
  expect(timing.text(0)).toBe('cache;dur=2, graph;dur=0, rank;dur=31;desc="light-model"');
});
