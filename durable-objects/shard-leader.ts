import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
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
import { withoutStatement } from "../db/mysql-client.ts";
import { systemClock, systemSleep } from "../platform/clock.ts";
import { fanoutStubs } from "../platform/fanout-stubs.ts";
import { graphStubs } from "../platform/object-stubs.ts";
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

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#leader = this.#wire(clock);
  }

  write(request: WriteRequest): Promise<Result<WriteResponse, Failure>> {
    return this.#leader.write(request);
  }

  read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    return this.#leader.read(request);
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

  #wire(clock: Clock): Leader {
    const { shard, region } = parseObjectName(this.ctx.id.name ?? "");
    const topology = topologyFrom(this.env);
    const stubs = graphStubs(this.env, topology);
    const report = (event: string, error: unknown) =>
      console.warn({ event, shard, error: describe(withoutStatement(error)) });
    const tuning = tuningFrom(this.env);
    const config = storeConfigFrom(this.env);
    const { open, cursors } = leaderStore(config, shard, { ctx: this.ctx, clock, report });
    const openStore = globalThis.BUILT_WITH_DRILLS ? faultyStore(open, this.env, region) : open;
    const fanout = fanoutStubs(this.env, topology).fanout(shard);
    return new Leader(shard, topology.map, {
      clock,
      lease: stubs.coordinator(region),
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
      report,
      gather: () => systemSleep(0),
      groupRequestsMax: tuning.groupRequestsMax,
      memoryBytes: tuning.leaderBytes,
    });
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
