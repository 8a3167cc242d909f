import fc from "fast-check";
import { describe, it } from "vitest";

import {
  formatTraceparent,
  newSpanId,
  newTraceId,
  parseTraceparent,
  parseTracestate,
  traceFrom,
  traceHeaders,
} from "../../../core/telemetry/trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const hex = (digits: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: digits, maxLength: digits })
    .map((all) => all.map((digit) => digit.toString(16)).join(""))
    .filter((text) => /[^0]/.test(text));

describe("traceparent", () => {
  it("is read as it was written, whatever the ids", ({ expect }) => {
    fc.assert(
      fc.property(hex(32), hex(16), (trace, span) => {
        const text = formatTraceparent({ trace, span });
        expect(parseTraceparent(text)).toEqual({ trace, span, sampled: true });
      }),
    );
  });

  it("is never taken from anything else", ({ expect }) => {
    const valid = `00-${TRACE}-${SPAN}-01`;
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.string({ maxLength: 2 }), (at, other) => {
        const text = valid.slice(0, at) + other + valid.slice(at + 1);
        const parsed = parseTraceparent(text);
        const isValid = /^(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text);
        if (!isValid) expect(parsed).toBeNull();
        else expect(parsed).not.toBeNull();
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseTraceparent(text) === null));
  });

  it.for([
    ["no header", null],
    ["the version that is none", `ff-${TRACE}-${SPAN}-01`],
    ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ["no trace", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["no span", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["more than version 00 has", `00-${TRACE}-${SPAN}-01-more`],
    ["a later version whose flags go on", `01-${TRACE}-${SPAN}-01more`],
    ["two of them", `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ["a page of text", `01-${TRACE}-${SPAN}-01-${"x".repeat(500)}`],
  ] as const)("is refused: %s", ([, text], { expect }) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it("of a later version is read as far as it is known", ({ expect }) => {
    for (const text of [`01-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-ff-what-comes-then`])
      expect(parseTraceparent(text)).toEqual({ trace: TRACE, span: SPAN, sampled: true });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-fe`)).toMatchObject({ sampled: false });
  });
});

describe("tracestate", () => {
  it.for(["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "fw529a3039@dt=FfAF;x, a=1,,b=2 3"])(
    "is passed on as it came: %s",
    (text, { expect }) => {
      expect(parseTracestate(text)).toBe(text);
    },
  );

  it.for([
    "",
    ",",
    "novalue",
    "Big=1",
    "a=1,a=2",
    "a=one=two",
    "a=\u00e9",
    "a=1\u0000",
    `a=${"x".repeat(600)}`,
    Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(","),
  ])("is left out whole: %s", (text, { expect }) => {
    expect(parseTracestate(text)).toBeNull();
  });
});

it("goes to the next hop when it is sampled, and not otherwise", ({ expect }) => {
  const context = { trace: TRACE, span: SPAN, state: "a=1" };
  const { traceparent = null, tracestate = null } = traceHeaders(context);
  expect(traceFrom(traceparent, tracestate)).toEqual(context);
  expect(traceFrom(traceparent, "not a state")).toEqual({ trace: TRACE, span: SPAN });
  expect(traceFrom(`00-${TRACE}-${SPAN}-00`, "a=1")).toBeNull();
  expect(traceHeaders({ trace: TRACE, span: SPAN })).not.toHaveProperty("tracestate");
});

it("makes ids that are valid at both ends of chance", ({ expect }) => {
  for (const next of [0, 0.5, 1 - 2 ** -53]) {
    const random = { next: () => next };
    const text = formatTraceparent({ trace: newTraceId(random), span: newSpanId(random) });
    expect(parseTraceparent(text), text).not.toBeNull();
  }
});
