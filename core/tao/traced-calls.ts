import type { TraceContext } from "../telemetry/trace.ts";
import type { ShardCallsPorts } from "./shard-calls.ts";

/** The same objects, told of the request's trace with each call: for sampled requests, so that others pay nothing. */
export const tracedCalls = <P extends ShardCallsPorts>(ports: P, trace: TraceContext): P => ({
  ...ports,
  follower: (shard, replica) => {
    const stub = ports.follower(shard, replica);
    return {
      read: (request) => stub.read({ ...request, trace }),
      union: (request) => stub.union(request, trace),
    };
  },
  leader: (entry) => {
    const stub = ports.leader(entry);
    return {
      read: (request) => stub.read({ ...request, trace }),
      write: (request) => stub.write({ ...request, trace }),
    };
  },
});
