import type { Failure } from "../errors.ts";
import type { Result } from "../result.ts";
import type { LeasePort } from "../tao/lease.ts";
import type { PhysicalShard, ShardEntry, ShardMap } from "../tao/shard-map.ts";
import type { Region } from "./regions.ts";

/** RPC contract of a region's coordinator; one object per region, named by `coordinatorName`. */
export interface CoordinatorService extends LeasePort {
  /** The shard map as the register holds it now. */
  map(): Promise<Result<ShardMap, Failure>>;
  /**
   * Moves a shard's leader to another region of the same store: asks the old leader to let go,
   * or waits out its lease when it does not answer. Resolves once the register says so; the
   * entry's `notBeforeMs` tells when the new leader may act.
   */
  handOver(shard: PhysicalShard, to: Region): Promise<Result<ShardEntry, Failure>>;
}

/**
 * The shard map as a register that changes by compare-and-swap alone. Calls reject when it
 * cannot be reached; a `put` that rejected may still have happened.
 */
export interface MapRegister {
  /** null before the first `put`. `tag` names this content. */
  read(): Promise<{ readonly map: ShardMap; readonly tag: string } | null>;
  /** @param tag what `read` answered, null to create. @returns false when it changed meanwhile. */
  put(map: ShardMap, tag: string | null): Promise<boolean>;
}
