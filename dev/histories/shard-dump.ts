import type { LogRecord } from "../../core/tao/log.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { ListRow, ObjectRow } from "../../core/tao/store.ts";
import type { Assoc } from "../../core/tao/types.ts";

/** Everything that was ever committed to one shard, oldest first. */
export interface ShardLog {
  readonly shard: PhysicalShard;
  readonly log: readonly LogRecord[];
}

/** One shard as its store holds it: the whole log, and the tables that should follow from it. */
export interface ShardDump extends ShardLog {
  readonly objects: readonly ObjectRow[];
  readonly assocs: readonly Assoc[];
  readonly lists: readonly ListRow[];
}
