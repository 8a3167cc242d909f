import type { Region, RegionRow } from "../core/regions/regions.ts";
import { ROLLOUT_LIMITS } from "../core/rollout/limits.ts";
import {
  type Exchange,
  type ExchangeAnswer,
  ROLLOUT_REGISTER,
  type RolloutRegionService,
  rolloutRegionName,
  type RolloutRegisterService,
} from "../core/rollout/service.ts";
import { inTime } from "./in-time.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";

export interface RolloutBindings {
  readonly ROLLOUT_REGISTER: ObjectNamespace<RolloutRegisterService>;
  readonly ROLLOUT_REGION: ObjectNamespace<RolloutRegionService>;
}

/** The register's one object; created near the first region that asks it. @throws when it cannot be reached in time. */
export const registerExchange =
  ({ ROLLOUT_REGISTER: objects }: Pick<RolloutBindings, "ROLLOUT_REGISTER">) =>
  (region: Region, exchange: Exchange): Promise<ExchangeAnswer> =>
    inTime(ROLLOUT_LIMITS.rolloutCallMs, "the register of rollouts", () =>
      objects.getByName(ROLLOUT_REGISTER).exchange(region, exchange),
    );

/** A region's copy, for its isolates. @throws when it cannot be reached in time. */
export function regionExchange(
  { ROLLOUT_REGION: objects }: Pick<RolloutBindings, "ROLLOUT_REGION">,
  regions: readonly RegionRow[],
) {
  const hintOf = hintsOf(regions);
  return (region: Region, exchange: Exchange): Promise<ExchangeAnswer> =>
    inTime(ROLLOUT_LIMITS.rolloutCallMs, "the copy of rollouts", () =>
      objects.getByName(rolloutRegionName(region), hintOf(region)).exchange(exchange),
    );
}

/** What operators ask the register. */
export type RolloutAdmin = Omit<RolloutRegisterService, "exchange">;

/** What is away fails as such. */
export function rolloutAdmin({
  ROLLOUT_REGISTER: objects,
}: Pick<RolloutBindings, "ROLLOUT_REGISTER">): RolloutAdmin {
  const register = () => objects.getByName(ROLLOUT_REGISTER);
  return {
    list: () => answered("rollouts", () => register().list()),
    get: (id) => answered("rollouts", () => register().get(id)),
    create: (wanted, reason, operator) =>
      answered("rollouts", () => register().create(wanted, reason, operator)),
    act: (id, action, operator) => answered("rollouts", () => register().act(id, action, operator)),
  };
}
