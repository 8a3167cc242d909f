import { type DrillState, started, stopped, stoppedAll } from "../../core/chaos/board.ts";
import type { NewFault } from "../../core/chaos/fault.ts";
import type { DrillList } from "../../core/chaos/service.ts";
import type { Clock } from "../../core/clock.ts";
import type { Failure } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Drills } from "../../platform/drill-stubs.ts";

/** Of the one that is going on from the start. */
export const DRILL_ID = "1184274518017";

/** The board of drills in this process, over the clock of the test, with one drill going on. */
export class MemoryDrills implements Drills {
  #state: DrillState;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    const startedMs = clock.nowMs();
    const lasting = { id: DRILL_ID, startedMs, untilMs: startedMs + 60_000 };
    const where = { dependency: "media", region: "all", operations: "all", share: 1 } as const;
    const fault = { kind: "partition", ...where, ...lasting, reason: "to see", by: "ann" } as const;
    this.#state = { revision: 1, active: [fault], audit: [] };
  }

  async list() {
    return this.#take(ok(this.#state));
  }

  async start(wanted: NewFault, by: string) {
    const id = String(this.#state.revision);
    return this.#take(started(this.#state, wanted, { id, by, nowMs: this.#clock.nowMs() }));
  }

  async stop(id: string, reason: string, by: string) {
    return this.#take(stopped(this.#state, id, { by, reason, nowMs: this.#clock.nowMs() }));
  }

  async stopAll(reason: string, by: string) {
    return this.#take(ok(stoppedAll(this.#state, { by, reason, nowMs: this.#clock.nowMs() })));
  }

  #take(made: Result<DrillState, Failure>): Result<DrillList, Failure> {
    if (!made.ok) return made;
    this.#state = made.value;
    const { revision, active, audit } = made.value;
    return ok({ revision, active: [...active], audit: [...audit] });
  }
}
