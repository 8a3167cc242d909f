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
import type { Failure } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { systemClock } from "../platform/clock.ts";
import type { ObjectsEnv } from "./env.ts";

const KEPT = "drills";

/** Says which drills are going on, for all regions: `core/chaos/board.ts` decides. Written when something changes. */
export class DrillBoard extends DurableObject<ObjectsEnv> implements DrillBoardService {
  #state: DrillState;

  constructor(ctx: DurableObjectState, env: ObjectsEnv) {
    super(ctx, env);
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
    return this.#take(started(this.#state, wanted, { id, by, nowMs: systemClock.nowMs() }));
  }

  async stop(id: string, reason: string, by: string): Promise<Result<DrillList, Failure>> {
    return this.#take(stopped(this.#state, id, { by, reason, nowMs: systemClock.nowMs() }));
  }

  async stopAll(reason: string, by: string): Promise<Result<DrillList, Failure>> {
    return this.#take(ok(stoppedAll(this.#state, { by, reason, nowMs: systemClock.nowMs() })));
  }

  #now(): DrillState {
    this.#keep(expired(this.#state, systemClock.nowMs()));
    return this.#state;
  }

  #take(made: Result<DrillState, Failure>): Result<DrillList, Failure> {
    if (!made.ok) return made;
    this.#keep(made.value);
    return ok(listOf(made.value));
  }

  #keep(next: DrillState): void {
    if (next.revision === this.#state.revision) return;
    this.#state = next;
    this.ctx.storage.kv.put(KEPT, next);
    console.warn({ event: "drills_changed", ...next.audit[0] });
  }
}

const listOf = ({ revision, active, audit }: DrillState): DrillList => ({
  revision,
  active: [...active],
  audit: [...audit],
});
