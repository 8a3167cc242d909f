import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import type { PhysicalShard, ShardEntry, ShardMap } from "./shard-map.ts";

export interface MapCachePorts {
  readonly clock: Clock;
  /** The shard map as the register holds it, null while it holds none. May reject. */
  readonly read: () => Promise<ShardMap | null>;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * Who leads which shard, as far as this isolate knows: what the configuration says, then
 * whatever is learnt of newer epochs. Being wrong costs a hop: leases and stores decide.
 */
export class MapCache {
  readonly #ports: MapCachePorts;
  #entries: readonly ShardEntry[];
  #refreshing: Promise<void> | null = null;
  #refreshedMs = Number.NEGATIVE_INFINITY;

  constructor(initial: ShardMap, ports: MapCachePorts) {
    this.#ports = ports;
    this.#entries = initial.entries;
  }

  /** In the order of their ranges. */
  get entries(): readonly ShardEntry[] {
    return this.#entries;
  }

  /** @throws RangeError for a shard that does not exist. */
  entry(shard: PhysicalShard): ShardEntry {
    const entry = this.#entries[shard];
    if (entry === undefined) throw new RangeError(`no shard ${shard}`);
    return entry;
  }

  /** @returns whether it is news: of a newer epoch than what was known. */
  learn(entry: ShardEntry): boolean {
    if (entry.epoch <= this.entry(entry.shard).epoch) return false;
    this.#entries = this.#entries.with(entry.shard, entry);
    return true;
  }

  /** Asks the register, not more often than `LIMITS.mapRefreshMs`; otherwise answers at once. */
  refresh(): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    const sinceMs = nowMs - this.#refreshedMs;
    // Begun by a request that ended before it: whoever waited for it would wait until their deadline.
    const isLost = sinceMs < 0 || sinceMs >= LIMITS.sharedWorkLostMs;
    if (this.#refreshing !== null && !isLost) return this.#refreshing;
    if (sinceMs >= 0 && sinceMs < LIMITS.mapRefreshMs) return Promise.resolve();
    this.#refreshedMs = nowMs;
    const refreshing = this.#read().finally(() => {
      if (this.#refreshing === refreshing) this.#refreshing = null;
    });
    this.#refreshing = refreshing;
    return refreshing;
  }

  async #read(): Promise<void> {
    try {
      const map = await this.#ports.read();
      for (const entry of map?.entries ?? []) this.learn(entry);
    } catch (error) {
      this.#ports.report("map_not_refreshed", error);
    }
  }
}
