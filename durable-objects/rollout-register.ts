import { report } from "../platform/telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import { Registrar } from "../core/rollout/registrar.ts";
import type {
  NewRollout,
  RolloutAction,
  RolloutList,
  RolloutView,
} from "../core/rollout/rollout.ts";
import type {
  Exchange,
  ExchangeAnswer,
  Operator,
  RolloutRegisterService,
} from "../core/rollout/service.ts";
import { auditArchive } from "../platform/audit-archive.ts";
import { systemClock } from "../platform/clock.ts";
import { objectLevels } from "../platform/object-levels.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { SqlRegisterTable } from "./rollout-rows.ts";

/**
 * The one register of rollouts: every change of theirs goes through it, with its audit entry in the same
 * commit. `core/rollout/registrar.ts` decides. When it is away, everything goes on as it is.
 */
export class RolloutRegister extends DurableObject<ObjectsEnv> implements RolloutRegisterService {
  readonly #registrar: Registrar;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    const { regions } = topologyFrom(env);
    const first = regions[0]?.region ?? "";
    const levels = objectLevels(env, regions, clock);
    this.#registrar = new Registrar({
      clock,
      table: new SqlRegisterTable(ctx.storage.sql),
      // Not awaited: the output gate holds answers until the alarm is durable with the change.
      arm: (atMs) => ctx.waitUntil(ctx.storage.setAlarm(atMs)),
      archive: auditArchive(env.REGISTER, "rollouts"),
      rolledBack: (count) => {
        levels.count(first, "rollouts_rolled_back", count);
        ctx.waitUntil(levels.exchange(first));
      },
      report: (event, error) => report(failed(event, error)),
    });
  }

  exchange(region: Region, exchange: Exchange): Promise<ExchangeAnswer> {
    return this.#registrar.exchange(region, exchange);
  }

  list(): Promise<Result<RolloutList, Failure>> {
    return this.#registrar.list();
  }

  get(id: string): Promise<Result<RolloutView, Failure>> {
    return this.#registrar.get(id);
  }

  create(
    wanted: NewRollout,
    reason: string,
    operator: Operator,
  ): Promise<Result<RolloutView, Failure>> {
    return this.#registrar.create(wanted, reason, operator);
  }

  act(
    id: string,
    action: RolloutAction,
    operator: Operator,
  ): Promise<Result<RolloutView, Failure>> {
    return this.#registrar.act(id, action, operator);
  }

  override alarm(): Promise<void> {
    return this.#registrar.wake();
  }
}
