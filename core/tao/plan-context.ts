import type { Id } from "../ids.ts";
import type { PhysicalShard } from "./shard-map.ts";

/** Where a plan is made, and when. */
export interface PlanContext {
  readonly nowMs: number;
  readonly self: PhysicalShard;
  /** Physical shard of an id. */
  readonly home: (id: Id) => PhysicalShard;
}
