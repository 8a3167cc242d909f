import { report } from "../platform/telemetry.ts";
import { failed, type FailureName } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import { Follower } from "../core/tao/follower.ts";
import { parseObjectName } from "../core/tao/names.ts";
import type {
  FillRequest,
  FollowerService,
  FollowerStats,
  LogPush,
  ReadRequest,
  ReadResponse,
} from "../core/tao/service.ts";
import type { Version } from "../core/tao/version.ts";
import { endingOfResult, inSpanIf } from "../core/telemetry/span.ts";
import type { TraceContext } from "../core/telemetry/trace.ts";
import { systemClock } from "../platform/clock.ts";
import { graphStubs } from "../platform/object-stubs.ts";
import { spans } from "../platform/spans.ts";
import { within } from "../platform/time-limit.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { tuningFrom } from "./tuning.ts";

/** A leader that hangs counts as away: what is here can go out without it. */
const inTime = <T>(call: Promise<Result<T, Failure>>) =>
  within(LIMITS.leaderAnswerMs, "leader", call);

/**
 * Follower of one shard in one region: memory only, filled from the leader. Losing it
 * costs a refill. `core/tao/follower.ts` decides.
 */
export class ShardFollower extends DurableObject<ObjectsEnv> implements FollowerService {
  readonly #follower: Follower;
  readonly #region: Region;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    const name = ctx.id.name ?? "";
    const { shard, region } = parseObjectName(name);
    this.#region = region;
    const topology = topologyFrom(env);
    const leader = graphStubs(env, topology).leader({ shard });
    const ports = {
      clock,
      leader: {
        fill: (by: string, request: FillRequest) => inTime(leader.fill(by, request)),
        pull: (by: string, after: Version) => inTime(leader.pull(by, after)),
        read: (request: ReadRequest) => inTime(leader.read(request)),
      },
      report: (event: FailureName, error: unknown) =>
        report(failed(event, error, { object: name })),
    };
    this.#follower = new Follower(name, ports, tuningFrom(env).followerBytes);
  }

  read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    return inSpanIf(
      spans,
      request.trace,
      () => ({ name: "follower read", region: this.#region }),
      () => this.#follower.read(request),
      endingOfResult,
    );
  }

  union(request: string, trace?: TraceContext): Promise<Result<string, Failure>> {
    return inSpanIf(
      spans,
      trace,
      () => ({ name: "follower union", region: this.#region }),
      () => this.#follower.union(request),
      endingOfResult,
    );
  }

  push(push: LogPush): Promise<Version | null> {
    return this.#follower.push(push);
  }

  stats(): Promise<FollowerStats> {
    return this.#follower.stats();
  }
}
