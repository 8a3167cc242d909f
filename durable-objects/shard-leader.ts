import { report } from "../platform/telemetry.ts";
import { failed, type FailureName } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import type { DeliveryBacklog } from "../core/tao/delivery.ts";
import { fanoutConsumer } from "../core/feed/fanout/log-consumer.ts";
import { Leader } from "../core/tao/leader.ts";
import { RecordLog } from "../core/tao/record-log.ts";
import { parseObjectName } from "../core/tao/names.ts";
import type {
  FillRequest,
  FillResponse,
  InverseWrite,
  LeaderInspection,
  LeaderService,
  LeaderStats,
  LogTail,
  ReadRequest,
  ReadResponse,
  WriteRequest,
  WriteResponse,
} from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { Version } from "../core/tao/version.ts";
import { endingOfResult, inSpanIf } from "../core/telemetry/span.ts";
import { withoutStatement } from "../db/mysql-client.ts";
import { systemClock, systemSleep } from "../platform/clock.ts";
import { fanoutStubs } from "../platform/fanout-stubs.ts";
import { graphStubs } from "../platform/object-stubs.ts";
import { spans } from "../platform/spans.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { tuningFrom } from "./tuning.ts";
import { faultyStore } from "./faulty-store.ts";
import { leaderStore } from "./leader-store.ts";
import { storeConfigFrom } from "./store-config.ts";

/**
 * Leader of one shard: carries calls, alarms and messages between the platform and
 * `core/tao/leader.ts`, which decides. `leader-store.ts` says where the shard's truth is.
 */
export class ShardLeader
  extends DurableObject<ObjectsEnv>
  implements LeaderService, LeaderInspection
{
  readonly #leader: Leader;
  readonly #region: Region;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    const { shard, region } = parseObjectName(ctx.id.name ?? "");
    this.#region = region;
    this.#leader = this.#wire(shard, clock);
  }

  write(request: WriteRequest): Promise<Result<WriteResponse, Failure>> {
    return inSpanIf(
      spans,
      request.trace,
      () => ({ name: "leader write", region: this.#region }),
      (trace) => this.#leader.write(trace === undefined ? request : { ...request, trace }),
      endingOfResult,
    );
  }

  read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    return inSpanIf(
      spans,
      request.trace,
      () => ({ name: "leader read", region: this.#region }),
      () => this.#leader.read(request),
      endingOfResult,
    );
  }

  fill(follower: string, request: FillRequest): Promise<Result<FillResponse, Failure>> {
    return this.#leader.fill(follower, request);
  }

  pull(follower: string, after: Version): Promise<Result<LogTail | null, Failure>> {
    return this.#leader.pull(follower, after);
  }

  applyInverses(
    from: PhysicalShard,
    inverses: readonly InverseWrite[],
  ): Promise<Result<null, Failure>> {
    return this.#leader.applyInverses(from, inverses);
  }

  release(epoch: number): Promise<Result<Version | null, Failure>> {
    return this.#leader.release(epoch);
  }

  sweep(): Promise<Result<DeliveryBacklog, Failure>> {
    return this.#leader.sweep();
  }

  stats(): Promise<LeaderStats> {
    return this.#leader.stats();
  }

  override async alarm(): Promise<void> {
    await this.#leader.tick();
  }

  #wire(shard: PhysicalShard, clock: Clock): Leader {
    const topology = topologyFrom(this.env);
    const stubs = graphStubs(this.env, topology);
    const tell = (event: FailureName, error: unknown) =>
      report(failed(event, describe(withoutStatement(error)), { shard }));
    const tuning = tuningFrom(this.env);
    const config = storeConfigFrom(this.env);
    const { open, cursors } = leaderStore(config, shard, { ctx: this.ctx, clock, report: tell });
    const openStore = globalThis.BUILT_WITH_DRILLS
      ? faultyStore(open, this.env, this.#region)
      : open;
    const fanout = fanoutStubs(this.env, topology).fanout(shard);
    return new Leader(shard, topology.map, {
      clock,
      lease: stubs.coordinator(this.#region),
      openStore,
      consumersOf: (store) => ({
        log: new RecordLog(store, cursors()),
        consumers: [fanoutConsumer(fanout)],
      }),
      wakeLeader: () => stubs.leader({ shard }).sweep(),
      pushTo: (follower, push) => stubs.followerByName(follower).push(push),
      sendInverses: (target, from, inverses) =>
        stubs.leader({ shard: target }).applyInverses(from, inverses),
      // Not awaited: the output gate holds answers until the alarm is durable with the commit.
      arm: (atMs) => this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs)),
      defer: (work) => this.ctx.waitUntil(work),
      report: tell,
      gather: () => systemSleep(0),
      groupRequestsMax: tuning.groupRequestsMax,
      memoryBytes: tuning.leaderBytes,
    });
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
