import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import { Leader } from "../core/tao/leader.ts";
import { parseObjectName } from "../core/tao/names.ts";
import type {
  FillRequest,
  FillResponse,
  InverseWrite,
  LeaderService,
  LogTail,
  ReadRequest,
  ReadResponse,
  WriteRequest,
  WriteResponse,
} from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { Version } from "../core/tao/version.ts";
import { SqliteStore } from "../db/sqlite-store.ts";
import { systemClock } from "../platform/clock.ts";
import { graphStubs } from "../platform/object-stubs.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";

/**
 * Leader of one shard: carries calls, alarms and messages between the platform and
 * `core/tao/leader.ts`, which decides. Its SQLite is the shard's truth.
 */
export class ShardLeader extends DurableObject<ObjectsEnv> implements LeaderService {
  readonly #ready: Promise<Leader>;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    // Nothing runs before the store is migrated; a failure here resets the object.
    this.#ready = ctx.blockConcurrencyWhile(() => this.#open(clock));
  }

  async write(request: WriteRequest): Promise<Result<WriteResponse, Failure>> {
    return (await this.#ready).write(request);
  }

  async read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    return (await this.#ready).read(request);
  }

  async fill(follower: string, request: FillRequest): Promise<Result<FillResponse, Failure>> {
    return (await this.#ready).fill(follower, request);
  }

  async pull(follower: string, after: Version): Promise<Result<LogTail | null, Failure>> {
    return (await this.#ready).pull(follower, after);
  }

  async applyInverses(
    from: PhysicalShard,
    inverses: readonly InverseWrite[],
  ): Promise<Result<null, Failure>> {
    return (await this.#ready).applyInverses(from, inverses);
  }

  async sweep(): Promise<{ readonly intents: number; readonly followersBehind: number }> {
    return (await this.#ready).sweep();
  }

  override async alarm(): Promise<void> {
    await (await this.#ready).tick();
  }

  async #open(clock: Clock): Promise<Leader> {
    const { shard } = parseObjectName(this.ctx.id.name ?? "");
    const { map, regions } = topologyFrom(this.env);
    const stubs = graphStubs(this.env, regions);
    const store = await SqliteStore.open(this.ctx.storage);
    return new Leader(shard, map, await store.head(), {
      clock,
      store,
      pushTo: (follower, push) => stubs.followerByName(follower).push(push),
      sendInverses: async (target, from, inverses) => {
        const entry = map.entries[target];
        if (entry === undefined) throw new RangeError(`no shard ${target}`);
        return stubs.leader(entry).applyInverses(from, inverses);
      },
      // Not awaited: the output gate holds answers until the alarm is durable with the commit.
      arm: (atMs) => this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs)),
      defer: (work) => this.ctx.waitUntil(work),
      report: (event, error) => console.warn({ event, shard, error: describe(error) }),
    });
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
