import { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import type { RegionRow } from "../../core/regions/regions.ts";
import { failed } from "../../core/telemetry/events.ts";
import { TallyOutbox } from "../../core/telemetry/tally-outbox.ts";
import { cacheTallyStubs } from "../../platform/cache-stats-stubs.ts";
import { systemClock } from "../../platform/clock.ts";
import { controllerStubs } from "../../platform/controller-stubs.ts";
import { report } from "../../platform/telemetry.ts";
import type { FeedEnv } from "./env.ts";

/** What one isolate counts: pages that no object counts, and what its regions' levels are decided by. */
export function countingIn(env: FeedEnv, regions: readonly RegionRow[]) {
  const counts = new TallyOutbox({
    clock: systemClock,
    tally: cacheTallyStubs(env, regions),
    // Of the feed cache alone, whose pages are counted as they are asked for.
    told: () => {},
    report: (event, error) => report(failed(event, error)),
  });
  const levels = new IsolateLevels({
    clock: systemClock,
    regions,
    exchange: controllerStubs(env, regions).exchange,
    report: (event, region, error) => report(failed(event, error, { region })),
  });
  return { counts, levels };
}
