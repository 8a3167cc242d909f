import type { Random } from "../clock.ts";
import type { Region } from "../regions/regions.ts";
import type { Fault } from "./fault.ts";
import type { DrillDependency } from "./kinds.ts";

/** What is gone when its region is. A store is only reached from within; rankers stand apart. */
const IN_A_REGION: readonly DrillDependency[] = [
  "region",
  "leader",
  "follower",
  "feed-cache",
  "feature-bucket",
];

/** A call that is about to be made, or a clock about to be read. */
export interface Site {
  readonly dependency: DrillDependency;
  /** null: one for all regions. */
  readonly region: Region | null;
  readonly operation: "read" | "write";
}

/** What becomes of a call: it waits first, and then goes on, or does not. */
export interface Injected {
  readonly delayMs: number;
  readonly outcome: "call" | "kill" | "partition" | "unavailable" | "timeout" | "overloaded";
}

const isAt = (fault: Fault, { dependency, region, operation }: Site): boolean => {
  const isIt =
    fault.dependency === dependency ||
    (fault.dependency === "region" && IN_A_REGION.includes(dependency));
  const isHere = fault.region === "all" || fault.region === region;
  const isMeant = fault.operations === "all" || fault.operations === `${operation}s`;
  return isIt && isHere && isMeant;
};

/** Those that are going on, at this place. */
const here = (active: readonly Fault[], site: Site, nowMs: number): readonly Fault[] =>
  active.filter((fault) => nowMs < fault.untilMs && isAt(fault, site));

/** Delays add up; of everything else the first that meets the call counts. @returns null for a call that nothing happens to. */
export function faultFor(
  active: readonly Fault[],
  site: Site,
  nowMs: number,
  random: Random,
): Injected | null {
  let delayMs = 0;
  let outcome: Injected["outcome"] = "call";
  for (const fault of here(active, site, nowMs)) {
    if (fault.kind === "clock-skew" || random.next() >= fault.share) continue;
    if (fault.kind === "latency") delayMs += fault.ms + Math.round(random.next() * fault.jitterMs);
    else if (outcome === "call") outcome = fault.kind === "errors" ? fault.failure : fault.kind;
  }
  return delayMs === 0 && outcome === "call" ? null : { delayMs, outcome };
}

/** By how many ms a clock is wrong. */
export const skewFor = (active: readonly Fault[], site: Site, nowMs: number): number =>
  here(active, site, nowMs).reduce(
    (sum, fault) => sum + (fault.kind === "clock-skew" ? fault.ms : 0),
    0,
  );
