import type { Region } from "../core/regions/regions.ts";
import { listKey } from "../core/tao/keys.ts";
import type { FollowerPorts } from "../core/tao/follower.ts";
import { followerName, parseObjectName } from "../core/tao/names.ts";
import type { FillRequest, FillResponse, InverseWrite, LogPush } from "../core/tao/service.ts";
import { evenShardMap, type PhysicalShard, type ShardMap } from "../core/tao/shard-map.ts";
import { CALM, type Faults } from "./faults.ts";
import { FollowerHost } from "./follower-host.ts";
import type { CommitEvent, Seq } from "./history.ts";
import { LeaderHost } from "./leader-host.ts";
import { type Life, Network, type SimPorts } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import type { StoreKind, StoreState } from "./store-port.ts";
import { Tables } from "./tables.ts";
import { Tally } from "./tally.ts";
import { Trace } from "./trace.ts";

export interface WorldShape {
  readonly shards: number;
  readonly regions: readonly Region[];
  readonly store: StoreKind;
  readonly followerBytes: number;
}

const START_MS = 1_800_000_000_000;

/** Leaders, followers and stores of a whole graph on one scheduler. */
export class World {
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly tally = new Tally();
  readonly network: Network;
  readonly map: ShardMap;
  readonly shape: WorldShape;
  readonly leaders: readonly LeaderHost[];
  readonly followers: ReadonlyMap<string, FollowerHost>;
  readonly stores: readonly StoreState[];
  readonly commits: CommitEvent[] = [];
  faults: Faults = CALM;
  readonly trace: Trace;
  readonly #ports: SimPorts;
  /** How far each follower is pushed, for counting fills that came too late. */
  readonly #pushed = new Map<string, Seq>();
  readonly #lastTouch = new Map<string, Seq>();

  constructor(seed: number, shape: WorldShape, write: ((line: string) => void) | null) {
    this.random = new SeededRandom(seed);
    this.scheduler = new Scheduler(START_MS, this.random);
    this.trace = new Trace(this.scheduler, write);
    const { random, scheduler, tally, trace } = this;
    this.#ports = { random, scheduler, tally, trace, faults: () => this.faults };
    this.network = new Network(this.#ports);
    this.shape = shape;
    this.map = evenShardMap(shape.shards, new Map(shape.regions.map((region) => [region, 1])));
    this.stores = this.map.entries.map(({ shard }) => this.#newStore(shard));
    this.leaders = this.stores.map((state, shard) => this.#newLeader(shard, state));
    this.followers = new Map(
      this.map.entries
        .flatMap(({ shard }) => shape.regions.map((region) => followerName(shard, region, 0)))
        .map((name) => [name, this.#newFollower(name)]),
    );
  }

  leader(shard: PhysicalShard): LeaderHost {
    const leader = this.leaders[shard];
    if (leader === undefined) throw new RangeError(`no shard ${shard}`);
    return leader;
  }

  follower(name: string): FollowerHost {
    const follower = this.followers.get(name);
    if (follower === undefined) throw new RangeError(`no follower ${name}`);
    return follower;
  }

  /** Nothing fails from now on; what was lost stays lost. */
  calm(): void {
    this.faults = CALM;
    this.network.heal();
    for (const store of this.stores) store.awayUntilMs = 0;
  }

  #newStore(shard: PhysicalShard): StoreState {
    return {
      kind: this.shape.store,
      tables: new Tables(),
      awayUntilMs: 0,
      committed: ({ records }) => {
        this.commits.push({ shard, atMs: this.scheduler.nowMs(), records });
        for (const { opId, entries } of records) {
          this.trace.note(
            `store ${shard} commits ${entries.map(({ seq }) => seq).join(",")} ${opId}`,
          );
          for (const { seq, mutation } of entries) {
            const key =
              mutation.kind === "object"
                ? `o${mutation.id}`
                : listKey(mutation.id1, mutation.atype);
            this.#lastTouch.set(key, seq);
          }
        }
      },
    };
  }

  #newLeader(shard: PhysicalShard, state: StoreState): LeaderHost {
    const entry = this.map.entries[shard];
    if (entry === undefined) throw new RangeError(`no shard ${shard}`);
    const wires = (life: Life) => ({
      pushTo: async (name: string, push: LogPush) => {
        this.tally.count("pushes");
        const what = `push ${push.after.seq}..${push.head.seq}`;
        return this.network.call(
          life,
          this.follower(name),
          what,
          async (follower) => {
            const applied = await follower.push(push);
            this.#pushed.set(name, applied?.seq ?? 0);
            return applied;
          },
          true,
        );
      },
      sendInverses: async (
        target: PhysicalShard,
        from: PhysicalShard,
        inverses: readonly InverseWrite[],
      ) => {
        this.tally.count("inverses sent", inverses.length);
        const what = `inverses ${inverses[0]?.source.seq}..${inverses.at(-1)?.source.seq}`;
        return this.network.call(
          life,
          this.leader(target),
          what,
          (leader) => leader.applyInverses(from, inverses),
          true,
        );
      },
    });
    return new LeaderHost(entry, this.map, state, wires, this.#ports);
  }

  #newFollower(name: string): FollowerHost {
    const { shard } = parseObjectName(name);
    const wires = (life: Life): FollowerPorts["leader"] => ({
      fill: async (by, request) => {
        this.tally.count("fills");
        const answer = await this.network.call(life, this.leader(shard), "fill", (leader) =>
          leader.fill(by, request),
        );
        if (answer.ok && this.#isOvertaken(name, request, answer.value))
          this.tally.count("fills discarded");
        return answer;
      },
      pull: async (by, after) => {
        this.tally.count("pulls");
        const answer = await this.network.call(
          life,
          this.leader(shard),
          `pull ${after.seq}`,
          (leader) => leader.pull(by, after),
        );
        if (answer.ok && answer.value === null) this.tally.count("caches dropped");
        return answer;
      },
      read: (request) =>
        this.network.call(life, this.leader(shard), "read", (leader) => leader.read(request)),
    });
    return new FollowerHost(name, this.shape.followerBytes, wires, this.#ports);
  }

  /** Did the follower hear of a change to one of these keys that the fill does not have? */
  #isOvertaken(name: string, request: FillRequest, { at }: FillResponse): boolean {
    const pushed = this.#pushed.get(name) ?? 0;
    const keys = [
      ...request.objects.map((id) => `o${id}`),
      ...request.lists.map(({ id1, atype }) => listKey(id1, atype)),
      ...request.points.map(({ id1, atype }) => listKey(id1, atype)),
    ];
    return keys.some((key) => {
      const touched = this.#lastTouch.get(key) ?? 0;
      return touched > at.seq && touched <= pushed;
    });
  }
}
