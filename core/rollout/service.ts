import type { Failure } from "../errors.ts";
import type { Region } from "../regions/regions.ts";
import type { Result } from "../result.ts";
import type { StageDelta } from "./counted.ts";
import type {
  NewRollout,
  RolloutAction,
  RolloutDocument,
  RolloutList,
  RolloutView,
} from "./rollout.ts";

/** What one part knows and has counted, on its way towards the register. */
export interface Exchange {
  /** Of the document that is known; null: none. */
  readonly revision: number | null;
  readonly deltas: readonly StageDelta[];
}

export interface ExchangeAnswer {
  /** null: what is known is the newest. */
  readonly document: RolloutDocument | null;
}

/** RPC contract of a region's copy of the register, which isolates ask. */
export interface RolloutRegionService {
  /** Rejects when it has no copy and the register is away. */
  exchange(exchange: Exchange): Promise<ExchangeAnswer>;
}

/** Who acts. */
export interface Operator {
  /** The subject of a token. */
  readonly who: string;
  /** Asked again with the same one, the first answer holds. */
  readonly opId: string | null;
}

/** RPC contract of the register: one object, which alone changes rollouts. */
export interface RolloutRegisterService {
  exchange(region: Region, exchange: Exchange): Promise<ExchangeAnswer>;
  list(): Promise<Result<RolloutList, Failure>>;
  get(id: string): Promise<Result<RolloutView, Failure>>;
  create(
    wanted: NewRollout,
    reason: string,
    operator: Operator,
  ): Promise<Result<RolloutView, Failure>>;
  act(id: string, action: RolloutAction, operator: Operator): Promise<Result<RolloutView, Failure>>;
}

export const ROLLOUT_REGISTER = "rollout-register";
const PREFIX = "rollouts:";
export const rolloutRegionName = (region: Region): string => `${PREFIX}${region}`;
/** @throws Error for a name that is none: the object was created by mistake. */
export function parseRolloutRegionName(name: string): Region {
  if (!name.startsWith(PREFIX)) throw new Error(`not a region's copy of rollouts: ${name}`);
  return name.slice(PREFIX.length);
}
