import { report } from "../platform/telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import type { GraphEvent } from "../core/feed/fanout/events.ts";
import { FanoutGraph } from "../core/feed/fanout/graph.ts";
import type {
  ChunkOutcome,
  DeadLetter,
  FanoutRecord,
  FanoutShardService,
  FanoutState,
} from "../core/feed/fanout/service.ts";
import { Fanout } from "../core/feed/fanout/shard.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Result } from "../core/result.ts";
import { parseFanoutName } from "../core/tao/names.ts";
import type { Version } from "../core/tao/version.ts";
import { systemClock, systemRandom } from "../platform/clock.ts";
import { objectLevels } from "../platform/object-levels.ts";
import { graphStubs } from "../platform/object-stubs.ts";
import { spans } from "../platform/spans.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { SqlFanoutTable } from "./fanout-table.ts";
import { tuningFrom } from "./tuning.ts";

/**
 * Spreads what one shard's log means into feeds: carries calls, alarms and messages between the
 * platform and `core/feed/fanout/shard.ts`, which decides. Everything it has is in its SQLite.
 */
export class FanoutShard extends DurableObject<ObjectsEnv> implements FanoutShardService {
  readonly #fanout: Fanout;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    const shard = parseFanoutName(ctx.id.name ?? "");
    const topology = topologyFrom(env);
    const { leader } = graphStubs(env, topology);
    const { regions, map } = topology;
    const region = map.entries.find((entry) => entry.shard === shard)?.leader ?? "";
    const levels = objectLevels(env, regions, clock);
    this.#fanout = new Fanout(shard, {
      clock,
      random: systemRandom,
      table: new SqlFanoutTable(ctx.storage),
      graph: new FanoutGraph({ map: topology.map, leader: (of) => leader({ shard: of }) }),
      regions: topology.regions.length,
      topology: topology.feedBuckets,
      costs: LIMITS.fanoutCosts,
      force: tuningFrom(env).fanoutForce,
      spans,
      enqueue: async (messages) => {
        await env.FANOUT_QUEUE.sendBatch(messages.map((body) => ({ body })));
      },
      // Not awaited: the output gate holds answers until the alarm is durable with the events.
      arm: (atMs) => ctx.waitUntil(ctx.storage.setAlarm(atMs)),
      visible: (tookMs) => {
        levels.time(region, "fanout_visible_ms", tookMs);
        if (levels.isDue(region)) ctx.waitUntil(levels.exchange(region));
      },
      defer: (work) => ctx.waitUntil(work),
      putAside: (count) => {
        levels.count(region, "fanout_dead_letters", count);
        // At once: nothing may come after it that would take it along.
        ctx.waitUntil(levels.exchange(region));
      },
      report: (event, error) => report(failed(event, error, { shard })),
    });
  }

  accept(events: readonly GraphEvent[], upTo: Version): Promise<Version> {
    return this.#fanout.accept(events, upTo);
  }

  settle(outcomes: readonly ChunkOutcome[]): Promise<void> {
    return this.#fanout.settle(outcomes);
  }

  wake(): Promise<void> {
    return this.#fanout.wake();
  }

  record(post: Id): Promise<FanoutRecord | null> {
    return this.#fanout.record(post);
  }

  records(limit: number): Promise<readonly FanoutRecord[]> {
    return this.#fanout.records(limit);
  }

  state(): Promise<FanoutState> {
    return this.#fanout.state();
  }

  deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    return this.#fanout.deadLetters(limit);
  }

  replay(chunks: readonly number[] | null): Promise<Result<number, Failure>> {
    return this.#fanout.replay(chunks);
  }

  override async alarm(): Promise<void> {
    await this.#fanout.wake();
  }
}
