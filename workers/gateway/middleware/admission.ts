import { type Failure, FailureError } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { Admission, busy } from "../../../core/resilience/admission.ts";
import { GATEWAY_POLICY } from "../../../core/resilience/admission-policies.ts";
import { Places } from "../../../core/resilience/places.ts";
import type { Priority } from "../../../core/resilience/priority.ts";
import {
  accepted,
  OPEN,
  refusalChanceOf,
  refused,
  type Throttle,
} from "../../../core/resilience/priority-throttle.ts";
import { err, type Result } from "../../../core/result.ts";
import { SHED } from "../../../core/telemetry/region-counts.ts";
import { systemSleep } from "../../../platform/clock.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";
import type { Operation } from "../operation.ts";

type GateDeps = Pick<GatewayDeps, "clock" | "config" | "levels" | "random">;

/** What is more important is taken when not everything is: see `core/resilience/priority.ts`. */
export const priorityOf = ({ priority, method }: Operation): Priority =>
  priority ?? (method === "get" ? "interactive" : "write");

/** Open for as long as a client likes: it costs nothing meanwhile, and says nothing about how busy the isolate is. */
const isLong = ({ connects, waits, bodyKind }: Operation): boolean =>
  connects !== undefined || waits === true || bodyKind === "stream";

/**
 * Whoever ends an overload must get in while it lasts. Those who only say that they operate get no further than
 * rate and token; loading tools, which ask for much, wait behind everybody.
 */
const isOperators = ({ access }: Operation): boolean =>
  access === "observe" || access === "operate";

/**
 * What this isolate takes on, of all that is asked: as much as it turns out to be able to do, and not what
 * the feed Worker refuses anyway. The rest is refused before it costs anything. Fails open: without an answer of
 * anybody nothing is held back.
 */
export class Gate {
  readonly #deps: GateDeps;
  readonly #admission: Admission;
  /** By operation, of which there are as many as the API has; each has one priority. */
  readonly #throttles = new Map<string, Throttle>();
  readonly #operators = new Places();
  /** Of requests that were let in and have not begun. */
  readonly #arrived = new WeakMap<GatewayContext, () => void>();

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.#admission = new Admission({ ...deps, sleep: systemSleep, policy: GATEWAY_POLICY });
  }

  /** Before anything is known of the caller; `leave` must follow. @throws FailureError `overloaded` */
  enter(c: GatewayContext, op: Operation): void {
    if (isOperators(op)) return;
    const { clock, random } = this.#deps;
    const priority = priorityOf(op);
    const throttle = this.#throttles.get(op.id);
    const chance = throttle === undefined ? 0 : refusalChanceOf(throttle, priority, clock.nowMs());
    if (chance > 0 && random.next() < chance) {
      this.#settle(op.id, refused);
      throw this.#shed(c, priority, busy(random));
    }
    const arrived = this.#admission.arrive(priority);
    if (!arrived.ok) throw this.#shed(c, priority, arrived.error);
    if (isLong(op) || !this.#deps.config.admission) arrived.value();
    else this.#arrived.set(c, arrived.value);
  }

  /** Whatever became of it. */
  leave(c: GatewayContext): void {
    this.#arrived.get(c)?.();
  }

  /** The work itself, or `overloaded`; where admission is off, nothing is ever under way here. */
  async run<T>(
    c: GatewayContext,
    op: Operation,
    work: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    if (!this.#deps.config.admission || isLong(op)) return work();
    if (isOperators(op)) return this.#forOperators(c, op, work);
    const priority = priorityOf(op);
    // Its own room, which it takes now.
    this.leave(c);
    let isAsked = false;
    const answer = await this.#admission.run({ kind: op.id, priority }, () => {
      isAsked = true;
      return work();
    });
    const isRefused = !answer.ok && answer.error.code === "overloaded";
    if (isAsked) this.#settle(op.id, isRefused ? refused : accepted);
    return isRefused && !isAsked ? err(this.#shed(c, priority, answer.error).failure) : answer;
  }

  /** Places of their own, and as they ask for what takes seconds, nothing that it takes says how busy the isolate is. */
  async #forOperators<T>(
    c: GatewayContext,
    op: Operation,
    work: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { clock, random } = this.#deps;
    const most = LIMITS.gatewayOperators;
    const place = this.#operators.enter("interactive", most, clock.nowMs());
    if (place === null) return err(this.#shed(c, priorityOf(op), busy(random)).failure);
    try {
      return await work();
    } finally {
      this.#operators.leave(place);
    }
  }

  #settle(id: string, as: typeof accepted): void {
    const throttle = this.#throttles.get(id) ?? OPEN;
    this.#throttles.set(id, as(throttle, this.#deps.clock.nowMs()));
  }

  #shed(c: GatewayContext, priority: Priority, failure: Failure): FailureError {
    this.#deps.levels.count(c.get("region"), SHED[priority]);
    return new FailureError(failure);
  }
}
