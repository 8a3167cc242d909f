import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Result } from "../result.ts";
import type { PhysicalShard } from "./shard-map.ts";

/**
 * The right of one region to lead a shard for a while. Clocks may differ by
 * `LIMITS.clockSkewMaxMs`: a holder stops that much earlier than `untilMs`, and a
 * successor's `fromMs` is that much later than its predecessor's.
 */
export interface Lease {
  readonly epoch: number;
  /** Unix ms; not to be used before. */
  readonly fromMs: number;
  /** Unix ms; not to be used from here on. */
  readonly untilMs: number;
}

/** May its holder act, by its own clock? */
export const isInForce = ({ fromMs, untilMs }: Lease, nowMs: number): boolean =>
  fromMs <= nowMs && nowMs < untilMs - LIMITS.clockSkewMaxMs;

/** Where a leader gets its lease: its region's coordinator. */
export interface LeasePort {
  /** `moved` when another region leads the shard; `unavailable` when no lease can be had now. */
  lease(shard: PhysicalShard): Promise<Result<Lease, Failure>>;
}
