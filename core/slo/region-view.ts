import type { Published } from "../degradation/controller.ts";
import type { RegionSums } from "../telemetry/region-counts.ts";
import type { RegionView } from "./alerts.ts";
import { type Counted, type Window, WINDOW_NAMES, WINDOWS, type Windows } from "./burn.ts";
import { type ObjectiveId, OBJECTIVES } from "./objectives.ts";

/**
 * What alerts are judged by, from a region's history: one sum for each window, whatever is looked for in it.
 *
 * @param sumsSince what was counted since a Unix ms, up to now.
 */
export function regionView(
  sumsSince: (fromMs: number) => RegionSums,
  published: Published,
  nowMs: number,
): RegionView {
  const sums = new Map<Window, RegionSums>(
    WINDOW_NAMES.map((name) => [name, sumsSince(nowMs - WINDOWS[name])]),
  );
  const of = <T>(window: Window, pick: (some: RegionSums) => T): T =>
    pick(sums.get(window) ?? sumsSince(nowMs - WINDOWS[window]));
  const windowsOf = (counted: (some: RegionSums) => Counted): Windows => {
    const entries = WINDOW_NAMES.map((name) => [name, of(name, counted)] as const);
    return Object.fromEntries(entries) as Record<Window, Counted>;
  };
  const objectives = OBJECTIVES.map(({ id, counted }) => [id, windowsOf(counted)] as const);
  return {
    windows: Object.fromEntries(objectives) as Record<ObjectiveId, Windows>,
    published,
    servedForOthers: of("5m", (some) => some.of("api_for_others")),
    deadLetters: of("1h", (some) => some.of("fanout_dead_letters")),
    rolledBack: of("1h", (some) => some.of("rollouts_rolled_back")),
  };
}
