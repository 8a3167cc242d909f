import type { FanoutMessage, FanoutShardService } from "../core/feed/fanout/service.ts";
import type { BreakerVars } from "../platform/breaker-policy.ts";
import type { DrillVars } from "../platform/drilled-env.ts";
import type { ObjectNamespace } from "../platform/object-call.ts";
import type { GraphBindings } from "../platform/object-stubs.ts";
import type { RolloutBindings } from "../platform/rollout-stubs.ts";
import type { SocketBindings, SocketVars } from "../platform/socket-stubs.ts";
import type { TopologyVars } from "../platform/topology.ts";
import type { StoreVars } from "./store-config.ts";
import type { TuningVars } from "./tuning.ts";

/** What the runtime gives the objects: each other, the shape of the world, and where the truth is. */
export interface ObjectsEnv
  extends
    GraphBindings,
    SocketBindings,
    SocketVars,
    TopologyVars,
    StoreVars,
    TuningVars,
    BreakerVars,
    DrillVars {
  readonly FANOUT: ObjectNamespace<FanoutShardService>;
  readonly ROLLOUT_REGISTER: RolloutBindings["ROLLOUT_REGISTER"];
  /** Segments of what ranking is trained on. */
  readonly RANK_LOG: Pick<R2Bucket, "put">;
  readonly FANOUT_QUEUE: Pick<Queue<FanoutMessage>, "sendBatch">;
}
