import { describe, it } from "vitest";

import type { Fault } from "../../../core/chaos/fault.ts";
import { faultFor, type Site, skewFor } from "../../../core/chaos/inject.ts";

const NOW_MS = 1_000;
const common = {
  id: "1",
  startedMs: 0,
  untilMs: NOW_MS + 1,
  reason: "",
  by: "",
  region: "all",
  operations: "all",
  share: 1,
} as const;
const slow: Fault = { ...common, dependency: "ranker", kind: "latency", ms: 200, jitterMs: 100 };
const lost: Fault = { ...common, dependency: "store", kind: "errors", failure: "unavailable" };
const cut: Fault = { ...common, dependency: "region", region: "us-east", kind: "partition" };

const at = (dependency: Site["dependency"], region: string | null = "us-east"): Site => ({
  dependency,
  region,
  operation: "read",
});
/** Always the same chance. */
const chance = (next: number) => ({ next: () => next });
const injected = (faults: readonly Fault[], site: Site, next = 0.5, nowMs = NOW_MS) =>
  faultFor(faults, site, nowMs, chance(next));

it("leaves alone what no drill is about", ({ expect }) => {
  expect(injected([], at("store"))).toBeNull();
  expect(injected([slow, cut], at("store"))).toBeNull();
});

it("delays a call by its latency and a part of its jitter", ({ expect }) => {
  expect(injected([slow], at("ranker"), 0.5)).toEqual({ delayMs: 250, outcome: "call" });
});

it("ends at its time, whatever else is heard", ({ expect }) => {
  expect(injected([slow], at("ranker"), 0.5, common.untilMs)).toBeNull();
});

it("meets a share of the calls", ({ expect }) => {
  const some: Fault = { ...lost, share: 0.05 };
  expect(injected([some], at("store"), 0.05)).toBeNull();
  expect(injected([some], at("store"), 0.049)?.outcome).toBe("unavailable");
});

it("meets reads or writes where it says so", ({ expect }) => {
  const write: Fault = { ...lost, operations: "writes" };
  expect(injected([write], at("store"))).toBeNull();
  expect(injected([write], { ...at("store"), operation: "write" })?.outcome).toBe("unavailable");
  const read: Fault = { ...lost, operations: "reads" };
  expect(injected([read], { ...at("store"), operation: "write" })).toBeNull();
});

describe("a region", () => {
  it("takes with it what is in it, and nothing elsewhere", ({ expect }) => {
    const gone = ["region", "leader", "follower", "feed-cache", "feature-bucket"] as const;
    for (const dependency of gone) {
      expect(injected([cut], at(dependency))?.outcome).toBe("partition");
      expect(injected([cut], at(dependency, "eu-west"))).toBeNull();
    }
    // Rankers, uploads and the queue stand apart; a store is reached from within.
    for (const dependency of ["ranker", "media", "fanout-queue", "store"] as const)
      expect(injected([cut], at(dependency))).toBeNull();
  });

  it("of a fault elsewhere is none of ours", ({ expect }) => {
    const elsewhere: Fault = { ...lost, region: "eu-west" };
    expect(injected([elsewhere], at("store"))).toBeNull();
    expect(injected([elsewhere], at("store", null))).toBeNull();
  });
});

it("adds delays up, and of what ends a call takes the first", ({ expect }) => {
  const store = { dependency: "store" } as const;
  const faults: readonly Fault[] = [
    { ...slow, ...store, jitterMs: 0 },
    lost,
    { ...slow, ...store, ms: 50, jitterMs: 0 },
    { ...common, ...store, kind: "partition" },
  ];
  expect(injected(faults, at("store"))).toEqual({ delayMs: 250, outcome: "unavailable" });
});

it("skews clocks by the sum, and no call", ({ expect }) => {
  const skew = (ms: number): Fault => ({
    ...common,
    dependency: "leader",
    kind: "clock-skew",
    ms,
  });
  const faults = [skew(5_000), skew(-2_000), slow];
  expect(skewFor(faults, at("leader"), NOW_MS)).toBe(3_000);
  expect(skewFor(faults, at("leader"), common.untilMs)).toBe(0);
  expect(skewFor(faults, at("follower"), NOW_MS)).toBe(0);
  expect(injected(faults, at("leader"))).toBeNull();
});
