import { DRILL_BOARD } from "../core/chaos/board.ts";
import type { DrillBoardService, DrillList } from "../core/chaos/service.ts";
import type { Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { ok, type Result } from "../core/result.ts";
import type { DrillVars } from "./drilled-env.ts";
import { answered } from "./object-call.ts";
import { within } from "./time-limit.ts";

/** An operator's way to the board of drills. */
export interface Drills extends Pick<DrillBoardService, "start" | "stop" | "stopAll"> {
  list(): Promise<Result<DrillList, Failure>>;
}

/** @returns null where no faults may be injected. */
export function drillBoardStubs({ DRILLS, DRILL_BOARD: objects }: DrillVars): Drills | null {
  if (DRILLS !== "on" || objects === undefined) return null;
  const ask = <T>(call: (board: DrillBoardService) => Promise<Result<T, Failure>>) =>
    within(
      LIMITS.statsAnswerMs,
      "drills",
      answered("drills", () => call(objects.getByName(DRILL_BOARD))),
    );
  return {
    list: () => ask(async (board) => ok(await board.list())),
    start: (wanted, by) => ask((board) => board.start(wanted, by)),
    stop: (id, reason, by) => ask((board) => board.stop(id, reason, by)),
    stopAll: (reason, by) => ask((board) => board.stopAll(reason, by)),
  };
}
