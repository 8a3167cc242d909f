import {
  type DrillState,
  NO_DRILLS,
  started,
  stopped,
  stoppedAll,
} from "../../core/chaos/board.ts";
import type { NewFault } from "../../core/chaos/fault.ts";
import type { DrillList } from "../../core/chaos/service.ts";
import type { Clock } from "../../core/clock.ts";
import type { Failure } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Drills } from "../../platform/drill-stubs.ts";

/** The board of drills in this process, over the clock of the test. */
export class MemoryDrills implements Drills {
  state: DrillState = NO_DRILLS;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async list() {
    return this.#take(ok(this.state));
  }

  async start(wanted: NewFault, by: string) {
    const id = `0f9f3c6e-0000-4000-8000-${String(this.state.revision).padStart(12, "0")}`;
    return this.#take(started(this.state, wanted, { id, by, nowMs: this.#clock.nowMs() }));
  }

  async stop(id: string, reason: string, by: string) {
    return this.#take(stopped(this.state, id, { by, reason, nowMs: this.#clock.nowMs() }));
  }

  async stopAll(reason: string, by: string) {
    return this.#take(ok(stoppedAll(this.state, { by, reason, nowMs: this.#clock.nowMs() })));
  }

  #take(made: Result<DrillState, Failure>): Result<DrillList, Failure> {
    if (!made.ok) return made;
    this.state = made.value;
    const { revision, active, audit } = made.value;
    return ok({ revision, active: [...active], audit: [...audit] });
  }
}
