import type { RegionRow } from "../core/regions/regions.ts";
import type { Counter } from "../core/telemetry/region-counts.ts";
import { type ControllerBindings, controllerStubs } from "./controller-stubs.ts";

/**
 * Counts what belongs to no region at the controller of the first one, for its alerts. Never rejects: who cannot
 * reach it goes on, and what happened is still where it happened.
 */
export function firstRegionCounter(env: ControllerBindings, regions: readonly RegionRow[]) {
  const { exchange } = controllerStubs(env, regions);
  return async (name: Counter, by: number): Promise<void> => {
    const [first] = regions;
    if (first === undefined) return;
    try {
      await exchange(first.region, { counters: { [name]: by }, timings: {} });
    } catch (error) {
      console.warn({ event: "not_counted", counter: name, error: String(error) });
    }
  };
}
