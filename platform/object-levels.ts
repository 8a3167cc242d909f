import { report } from "./telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import type { Clock } from "../core/clock.ts";
import { IsolateLevels } from "../core/degradation/isolate-levels.ts";
import type { RegionRow } from "../core/regions/regions.ts";
import { type ControllerBindings, controllerStubs } from "./controller-stubs.ts";

/** What an object counts for its region: exchanged as an isolate does, after something that it did. */
export const objectLevels = (
  env: ControllerBindings,
  regions: readonly RegionRow[],
  clock: Clock,
): IsolateLevels =>
  new IsolateLevels({
    clock,
    regions,
    exchange: controllerStubs(env, regions).exchange,
    report: (event, region, error) => report(failed(event, error, { region })),
  });
