import type { Random } from "../../core/clock.ts";
import type { DriveRequest } from "./drive/wire.ts";
import type { Op } from "./workload/op.ts";

/** Where requests come from: a workload, drawn one request at a time. */
export interface Source {
  /** What latencies are reported under; a request's `label` is a place in it. */
  readonly labels: readonly string[];
  /** Operations of a request, on average: turns a rate of operations into one of requests. */
  readonly meanOps: number;
  draw(random: Random): { readonly label: number; readonly ops: readonly Op[] };
}

export interface SchedulePlan {
  /** Unix ms of the first window. */
  readonly startMs: number;
  readonly seconds: number;
  readonly opsPerSecond: number;
  readonly regions: number;
  /** Requests that are handed over together. */
  readonly windowMs: number;
}

export interface Window {
  readonly fromMs: number;
  readonly requests: readonly DriveRequest[];
}

/**
 * An open loop: Poisson arrivals whose times are settled before anything is answered, so
 * that a slow answer delays no other request and hides none.
 */
export function* schedule(source: Source, plan: SchedulePlan, random: Random): Generator<Window> {
  const meanGapMs = (1_000 * source.meanOps) / plan.opsPerSecond;
  const endMs = plan.startMs + plan.seconds * 1_000;
  let atMs = plan.startMs + gap(random, meanGapMs);
  for (let fromMs = plan.startMs; fromMs < endMs; fromMs += plan.windowMs) {
    const untilMs = Math.min(endMs, fromMs + plan.windowMs);
    const requests: DriveRequest[] = [];
    for (; atMs < untilMs; atMs += gap(random, meanGapMs)) {
      requests.push({ atMs, region: regionOf(random, plan), ...source.draw(random) });
    }
    yield { fromMs, requests };
  }
}

/** Requests for a closed loop, which has no times. */
export const drawMany = (
  source: Source,
  count: number,
  regions: number,
  random: Random,
): readonly DriveRequest[] =>
  Array.from({ length: count }, () => ({
    atMs: 0,
    region: regionOf(random, { regions }),
    ...source.draw(random),
  }));

const gap = (random: Random, meanMs: number): number => -Math.log(1 - random.next()) * meanMs;
const regionOf = (random: Random, { regions }: Pick<SchedulePlan, "regions">): number =>
  Math.floor(random.next() * regions);
