import type { Clock, Random } from "../../clock.ts";
import type { FailureName } from "../../telemetry/events.ts";
import type { RealtimeGraph } from "./graph.ts";
import type { StreamStore } from "./streams.ts";

/** What the sockets of one bucket need from outside. */
export interface SwitchboardPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: StreamStore;
  readonly graph: RealtimeGraph;
  /** `flush` is to be called in `ms`; earlier and oftener does no harm. */
  readonly flushIn: (ms: number) => void;
  /** `sweep` is to be called at this time, Unix ms, even if memory is lost until then. */
  readonly sweepAt: (atMs: number) => void;
  readonly report: (event: FailureName, reason: string) => void;
}
