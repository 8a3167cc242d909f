import { DurableObject } from "cloudflare:workers";

import {
  type DrillState,
  NO_DRILLS,
  started,
  stopped,
  stoppedAll,
  expired,
} from "../core/chaos/board.ts";
import type { Fault, NewFault } from "../core/chaos/fault.ts";
import type { DrillBoardService, DrillList } from "../core/chaos/service.ts";
import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { report } from "../platform/telemetry.ts";
import { systemClock } from "../platform/clock.ts";
import type { ObjectsEnv } from "./env.ts";

const KEPT = "drills";

/** Says which drills are going on, for all regions: `core/chaos/board.ts` decides. Written when something changes. */
export class DrillBoard extends DurableObject<ObjectsEnv> implements DrillBoardService {
  readonly #clock: Clock;
  #state: DrillState;

  // The runtime passes two arguments; a test passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#clock = clock;
    this.#state = ctx.storage.kv.get<DrillState>(KEPT) ?? NO_DRILLS;
  }

  async active(): Promise<readonly Fault[]> {
    return this.#now().active;
  }

  async list(): Promise<DrillList> {
    return listOf(this.#now());
  }

  async start(wanted: NewFault, by: string): Promise<Result<DrillList, Failure>> {
    const id = crypto.randomUUID();
    return this.#take(started(this.#state, wanted, { id, by, nowMs: this.#clock.nowMs() }));
  }

  async stop(id: string, reason: string, by: string): Promise<Result<DrillList, Failure>> {
    return this.#take(stopped(this.#state, id, { by, reason, nowMs: this.#clock.nowMs() }));
  }

  async stopAll(reason: string, by: string): Promise<Result<DrillList, Failure>> {
    return this.#take(ok(stoppedAll(this.#state, { by, reason, nowMs: this.#clock.nowMs() })));
  }

  #now(): DrillState {
    this.#keep(expired(this.#state, this.#clock.nowMs()));
    return this.#state;
  }

  #take(made: Result<DrillState, Failure>): Result<DrillList, Failure> {
    if (!made.ok) return made;
    this.#keep(made.value);
    return ok(listOf(made.value));
  }

  #keep(next: DrillState): void {
    const { revision: before } = this.#state;
    if (next.revision === before) return;
    this.#state = next;
    this.ctx.storage.kv.put(KEPT, next);
    for (const { revision, fault, what, by } of next.audit) {
      if (revision <= before) return;
      const { dependency, kind, region } = fault;
      report({ event: "drill_changed", region, fault: `${dependency} ${kind} ${what}`, by });
    }
  }
}

const listOf = ({ revision, active, audit }: DrillState): DrillList => ({
  revision,
  active: [...active],
  audit: [...audit],
});
