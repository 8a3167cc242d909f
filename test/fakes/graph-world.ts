import type { Failure } from "../../core/errors.ts";
import { type Id, LOGICAL_SHARDS, logicalShard } from "../../core/ids.ts";
import type { Region } from "../../core/regions/regions.ts";
import { ok } from "../../core/result.ts";
import { createTao, type TaoSession } from "../../core/tao/client.ts";
import { Follower } from "../../core/tao/follower.ts";
import { Leader } from "../../core/tao/leader.ts";
import type { Consumed } from "../../core/tao/log-consumers.ts";
import type { LeasePort } from "../../core/tao/lease.ts";
import { HotCache } from "../../core/tao/hot-cache.ts";
import { followerName, parseObjectName } from "../../core/tao/names.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import { type Replica, Routes } from "../../core/tao/route.ts";
import { evenShardMap, type PhysicalShard, type ShardMap } from "../../core/tao/shard-map.ts";
import type { Write } from "../../core/tao/types.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryStore } from "./memory-store.ts";

const REGION = "eu-west";

/** Leaders, followers and clients of a whole graph in one process; the test decides which messages arrive. */
export class GraphWorld {
  readonly clock = new ManualClock(1_800_000_000_000);
  readonly map: ShardMap;
  /** What the isolate shares that asks. */
  readonly routes = new Routes([REGION], 1);
  readonly hot = new HotCache();
  readonly stores: MemoryStore[] = [];
  /** Pushes are lost while this is true; leaders and pulls stay reachable. */
  pushesAreLost = false;
  /** Followers and clients cannot reach a leader while this is true. */
  leadersAreAway = false;
  /** Inverse edges to these shards do not arrive. */
  readonly cutOff = new Set<PhysicalShard>();
  readonly reports: string[] = [];
  readonly alarms = new Map<PhysicalShard, number>();
  /** Who may lead, as the leaders are told: always in epoch 1, unless a test says otherwise. */
  lease: LeasePort = { lease: async () => ok({ epoch: 1, fromMs: 0, untilMs: Infinity }) };
  /** Durable consumers of the leaders that start from now on. */
  consumersOf: ((shard: PhysicalShard) => Consumed) | null = null;
  #leaders: Leader[] = [];
  readonly #followers = new Map<string, Follower>();
  #background: Promise<unknown>[] = [];

  private constructor(shards: number) {
    this.map = evenShardMap(shards, new Map([[REGION, 1]]));
  }

  static async create(shards: number): Promise<GraphWorld> {
    const world = new GraphWorld(shards);
    for (const { shard } of world.map.entries) {
      world.stores[shard] = new MemoryStore();
      await world.restartLeader(shard);
    }
    return world;
  }

  leader(shard: PhysicalShard): Leader {
    const leader = this.#leaders[shard];
    if (leader === undefined) throw new Error(`no leader ${shard}`);
    return leader;
  }

  store(shard: PhysicalShard): MemoryStore {
    const store = this.stores[shard];
    if (store === undefined) throw new Error(`no store ${shard}`);
    return store;
  }

  /** A new object over the same store: its memory is gone. */
  async restartLeader(shard: PhysicalShard): Promise<void> {
    const { consumersOf } = this;
    this.#leaders[shard] = new Leader(shard, this.map, {
      clock: this.clock,
      lease: this.lease,
      openStore: async (epoch) => this.store(shard).open(epoch),
      wakeLeader: async () => ok(null),
      ...(consumersOf && { consumersOf: () => consumersOf(shard) }),
      pushTo: async (name, push) => {
        if (this.pushesAreLost) throw new Error("push lost");
        return this.follower(parseObjectName(name).shard).push(push);
      },
      sendInverses: async (target, from, inverses) => {
        if (this.cutOff.has(target)) throw new Error("unreachable");
        return this.leader(target).applyInverses(from, inverses);
      },
      arm: (atMs) => this.alarms.set(shard, atMs),
      defer: (work) => this.#background.push(work),
      report: (event) => this.reports.push(event),
    });
  }

  follower(shard: PhysicalShard, region: Region = REGION): Follower {
    const name = followerName(shard, region, 0);
    const known = this.#followers.get(name);
    if (known !== undefined) return known;
    const created = new Follower(name, {
      clock: this.clock,
      leader: {
        fill: async (by, request) => this.#reach(shard).fill(by, request),
        pull: async (by, after) => this.#reach(shard).pull(by, after),
        read: async (request) => this.#reach(shard).read(request),
      },
      report: (event) => this.reports.push(event),
    });
    this.#followers.set(name, created);
    return created;
  }

  #reach(shard: PhysicalShard): Leader {
    if (this.leadersAreAway) throw new Error("leader away");
    return this.leader(shard);
  }

  /** One request's view of the graph. */
  tao(ticket: string | null = null, asked: Pick<TaoSession, "consistency" | "allowStale"> = {}) {
    const ports = {
      map: this.map,
      routes: this.routes,
      hot: this.hot,
      follower: (shard: PhysicalShard, { region }: Replica) => this.follower(shard, region),
      leader: ({ shard }: { shard: PhysicalShard }) => this.leader(shard),
      clock: this.clock,
      random: { next: () => 0.5 },
      sleep: async () => {},
      // Time stands still while a request runs.
      timer: () => () => {},
      signer: { sign: (text: string) => `s${text.length}` },
    };
    const deadlineMs = this.clock.nowMs() + 1_000;
    return createTao(ports, { ...asked, region: REGION, ticket, deadlineMs });
  }

  /** Until nothing that was started is still running. */
  async idle(): Promise<void> {
    while (this.#background.length > 0) {
      const work = this.#background;
      this.#background = [];
      await Promise.all(work);
    }
  }

  /** Lets every armed alarm ring, again and again, until none is armed. */
  async ringAlarms(): Promise<void> {
    for (let rounds = 0; this.alarms.size > 0 && rounds < 1_000; rounds++) {
      const [shard, atMs] = [...this.alarms].toSorted(([, a], [, b]) => a - b)[0] ?? [0, 0];
      this.alarms.delete(shard);
      this.clock.advance(Math.max(0, atMs - this.clock.nowMs()));
      await this.leader(shard).tick();
      await this.idle();
    }
  }

  /** A user on physical shard `shard`. */
  async addUser(shard: PhysicalShard, name = "someone"): Promise<Id> {
    const data = JSON.stringify({ handle: "someone", name, bio: "", avatar: null, createdAtMs: 1 });
    const logical = logicalShard(Math.floor((shard * LOGICAL_SHARDS) / this.map.entries.length));
    const [result] = await this.write(shard, [
      { op: "objAdd", otype: OBJECT.user, shard: logical, data },
    ]);
    if (result === undefined) throw new Error("no id");
    return result.id;
  }

  /** @throws the failure's code, for tests that expect success. */
  async write(shard: PhysicalShard, writes: readonly Write[], opId: string | null = null) {
    return unwrap(await this.leader(shard).write({ writes, opId })).results;
  }
}

export function unwrap<T>(result: { ok: true; value: T } | { ok: false; error: Failure }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Whom a user is followed by, newest first, and how many the list claims to be. */
export async function followersIn(world: GraphWorld, shard: PhysicalShard, id1: Id) {
  const reads = [
    { op: "assocRange", id1, atype: ASSOC.followedBy, after: null, limit: 9 },
    { op: "assocCount", id1, atype: ASSOC.followedBy },
  ] as const;
  const [range, count] = unwrap(await world.leader(shard).read({ reads, atLeast: null })).results;
  if (range?.op !== "assocRange" || count?.op !== "assocCount") throw new Error("unexpected");
  return { ids: range.assocs.map((assoc) => assoc.id2), count: count.count };
}
