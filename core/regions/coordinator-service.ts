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
   * Moves a shard's leader to another region of the same store: the register says so first, then
   * the old leader is asked to let go; when it does not answer, its lease is waited out. The
   * entry's `notBeforeMs` tells when the new leader may act.
   *
   * @param isForwarded by another coordinator, which takes this one for the coordinating one.
   * @param epoch that whoever asks has seen: another one is a `conflict`, which names it. Asked again after
   * it was done, it answers what it did.
   */
  handOver(
    shard: PhysicalShard,
    to: Region,
    isForwarded?: boolean,
    epoch?: number,
  ): Promise<Result<ShardEntry, Failure>>;
  /**
   * The register says that `epoch` of a shard led from here is over: takes that in, then has the
   * leader let go. Once this answers, nobody here acts in that epoch, nor ever will.
   */
  release(shard: PhysicalShard, epoch: number): Promise<Result<null, Failure>>;
}

/** What a register holds, and the name of exactly this content. */
export interface RegisterContent {
  readonly map: ShardMap;
  readonly tag: string;
}

/**
 * The shard map as a register that changes by compare-and-swap alone. Calls reject when it
 * cannot be reached; a `put` that rejected may still have happened.
 */
export interface MapRegister {
  /** null before the first `put`. */
  read(): Promise<RegisterContent | null>;
  /** @param tag the content to replace, null to create. @returns the new tag, null when it changed meanwhile. */
  put(map: ShardMap, tag: string | null): Promise<string | null>;
}
