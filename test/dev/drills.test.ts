import { describe, it } from "vitest";

import type { DrillList } from "../../core/chaos/service.ts";
import { activeText, drillFrom, faultText, levelsText } from "../../dev/drills/text.ts";
import type { Flags } from "../../dev/operator/flags.ts";

const flags = (given: Readonly<Record<string, string>>): Flags => new Map(Object.entries(given));
const RANKER = { dependency: "ranker", kind: "latency", ms: "200", reason: "to see" };

describe("a drill from flags", () => {
  it("has what was said, and five minutes", ({ expect }) => {
    const store = { ...RANKER, dependency: "store", operations: "writes", region: "us-east" };
    expect(drillFrom(flags({ ...store, "jitter-ms": "50", share: "0.05" }), 7)).toEqual({
      dependency: "store",
      kind: "latency",
      ms: 200,
      jitterMs: 50,
      operations: "writes",
      region: "us-east",
      share: 0.05,
      minutes: 5,
      reason: "to see",
      revision: 7,
    });
  });

  it.for([
    ["--ms", { ...RANKER, ms: "soon" }],
    ["--ms", { ...RANKER, ms: "20000" }],
    ["--jitter-ms", { ...RANKER, "jitter-ms": "-1" }],
    ["--kind", { ...RANKER, kind: "fire" }],
    ["--kind", { dependency: "store", kind: "kill", reason: "to see" }],
    ["--region", { dependency: "region", kind: "partition", reason: "to see" }],
    ["--reason", { dependency: "ranker", kind: "kill" }],
    ["failure", { ...RANKER, failure: "timeout" }],
  ] as const)("names %s when it is wrong", ([name, given], { expect }) => {
    expect(() => drillFrom(flags(given), 0)).toThrow(name);
  });
});

describe("what is said", () => {
  const common = {
    id: "1",
    region: "all",
    operations: "all",
    share: 1,
    startedMs: 0,
    untilMs: 60_000,
    reason: "to see",
    by: "ann",
  } as const;
  type Fault = DrillList["active"][number];

  it.for([
    [
      { ...common, dependency: "ranker", kind: "latency", ms: 200, jitterMs: 0 },
      "ranker in all regions: latency 200 ms",
    ],
    [
      { ...common, dependency: "ranker", kind: "latency", ms: 200, jitterMs: 9 },
      "ranker in all regions: latency 200 ms and up to 9 more",
    ],
    [
      {
        ...common,
        dependency: "store",
        kind: "errors",
        failure: "timeout",
        operations: "writes",
        share: 0.05,
        region: "us-east",
      },
      "store writes in us-east: errors (timeout) of 5 %",
    ],
    [
      { ...common, dependency: "leader", kind: "clock-skew", ms: -5 },
      "leader in all regions: clock-skew -5 ms",
    ],
    [{ ...common, dependency: "media", kind: "partition" }, "media in all regions: partition"],
  ] satisfies readonly [Fault, string][])("of a drill: %#", ([fault, text], { expect }) => {
    expect(faultText(fault)).toBe(text);
  });

  it("of all that goes on", ({ expect }) => {
    const fault: Fault = { ...common, dependency: "media", kind: "partition" };
    const list = { revision: 1, active: [fault], audit: [] };
    expect(activeText(list, 500)).toBe(
      "1  media in all regions: partition, 60 s left: to see (ann)",
    );
    expect(activeText({ ...list, active: [] }, 500)).toBe("no drill is going on");
  });

  it("of the levels", ({ expect }) => {
    const published = { revision: 1, sinceMs: 0, pin: null };
    const rest = {
      automatic: 0,
      triggers: [],
      windowMs: 0,
      counters: {},
      timings: {},
      changes: [],
    } as const;
    const regions = [
      { ...rest, region: "us-east", published: { ...published, level: 1, reason: "slow" } },
      { ...rest, region: "apac", published: { ...published, level: 0, reason: "well" } },
    ] as const;
    const levels = {
      regions: regions.map((one) => ({ ...one, triggers: [], changes: [] })),
      away: [{ region: "eu-west", why: "unavailable" }],
    };
    expect(levelsText(levels)).toBe("us-east 1 (slow)  apac 0  eu-west away");
  });
});
