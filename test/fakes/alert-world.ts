import { started } from "../../core/degradation/controller.ts";
import type { RegionView } from "../../core/slo/alerts.ts";
import type { Windows } from "../../core/slo/burn.ts";
import { type ObjectiveId, OBJECTIVES } from "../../core/slo/objectives.ts";
import { NO_EVENTS } from "./event-minutes.ts";

/** What a controller sees of a region without traffic, at level 0, but for what is said. */
export function viewOf(
  windows: Partial<Record<ObjectiveId, Windows>> = {},
  some: Partial<Omit<RegionView, "windows">> = {},
): RegionView {
  const all = OBJECTIVES.map(({ id }) => [id, windows[id] ?? NO_EVENTS] as const);
  return {
    windows: Object.fromEntries(all) as Record<ObjectiveId, Windows>,
    published: started(0).published,
    servedForOthers: 0,
    deadLetters: 0,
    rolledBack: 0,
    ...some,
  };
}
