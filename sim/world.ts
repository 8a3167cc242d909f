import type { Clock } from "../core/clock.ts";
import type { Region } from "../core/regions/regions.ts";
import type { HotBounds } from "../core/tao/hot-keys.ts";
import { coordinatorName, followerName, leaderName, parseObjectName } from "../core/tao/names.ts";
import {
  evenShardMap,
  type PhysicalShard,
  type ShardEntry,
  type ShardMap,
} from "../core/tao/shard-map.ts";
import { CoordinatorHost } from "./coordinator-host.ts";
import { Database } from "./database.ts";
import { CALM, type Faults, type StoreKind } from "./faults.ts";
import { FollowerHost } from "./follower-host.ts";
import { drawHabits, type Habits } from "./habits.ts";
import { drawClock } from "./host-clock.ts";
import { LeaderHost } from "./leader-host.ts";
import { ListenerHost } from "./listener-host.ts";
import { Life, Network, type SimPorts } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { Recorder } from "./recorder.ts";
import { RegisterHost } from "./register.ts";
import { Scheduler } from "./scheduler.ts";
import { StandbyHost } from "./standby-host.ts";
import { Tally } from "./tally.ts";
import { Trace } from "./trace.ts";
import { REPLICAS, SimWorker } from "./workers.ts";
import { coordinatorWires, followerWires, leaderWires } from "./wires.ts";

export interface WorldShape {
  readonly shards: number;
  readonly regions: readonly Region[];
  readonly store: StoreKind;
  readonly followerBytes: number;
  /** Which keys a follower calls hot. */
  readonly hot: HotBounds;
  /** By how much two clocks may differ, ms. */
  readonly skewMs: number;
}

const START_MS = 1_800_000_000_000;

/** Leaders, followers, coordinators and stores of a whole graph on one scheduler. */
export class World {
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly tally = new Tally();
  readonly recorder: Recorder;
  /** Who asks for hand-overs; in no region. */
  readonly operator = new Life("operator");
  readonly network: Network;
  /** What every configuration says at the start. */
  readonly map: ShardMap;
  readonly shape: WorldShape;
  readonly register: RegisterHost;
  readonly coordinators: ReadonlyMap<Region, CoordinatorHost>;
  readonly leaders: ReadonlyMap<string, LeaderHost>;
  readonly followers: ReadonlyMap<string, FollowerHost>;
  readonly stores: ReadonlyMap<string, Database>;
  /** Of the Workers, one per region. */
  readonly clocks: ReadonlyMap<Region, Clock>;
  /** Where each shard has its copy, if each region has stores of its own. */
  readonly standbys: ReadonlyMap<PhysicalShard, StandbyHost>;
  /** Of the shards' logs. */
  readonly listeners: ReadonlyMap<PhysicalShard, ListenerHost>;
  readonly lost = new Set<Region>();
  /** When each follower last had an answer from its leader, Unix ms. */
  readonly heardMs = new Map<string, number>();
  /** Of shards away from where they were, under way and done. */
  readonly moves: Promise<void>[] = [];
  hasFailedOver = false;
  isUsurping = false;
  faults: Faults = CALM;
  habits: Habits;
  readonly trace: Trace;
  readonly #ports: SimPorts;
  readonly #workers: ReadonlyMap<Region, SimWorker>;

  constructor(seed: number, shape: WorldShape, write: ((line: string) => void) | null) {
    this.random = new SeededRandom(seed);
    this.scheduler = new Scheduler(START_MS, this.random);
    this.trace = new Trace(this.scheduler, write);
    const { random, scheduler, tally, trace } = this;
    this.#ports = { random, scheduler, tally, trace, faults: () => this.faults };
    this.recorder = new Recorder(this.#ports);
    this.network = new Network(this.#ports, regionOf(shape.regions));
    this.shape = shape;
    this.habits = drawHabits(random);
    const { regions } = shape;
    this.map = evenShardMap(shape.shards, new Map(regions.map((region) => [region, 1])));
    this.register = new RegisterHost(this.#ports);
    this.clocks = new Map(regions.map((region) => [region, this.#clock()]));
    this.#workers = new Map(regions.map((region) => [region, new SimWorker(region, this)]));
    this.coordinators = new Map(regions.map((region) => [region, this.#newCoordinator(region)]));
    const places = this.map.entries.flatMap(({ shard }) =>
      regions.map((region) => ({ shard, region })),
    );
    this.stores = new Map(
      places.map(({ shard, region }) => [
        this.#storeName(shard, region),
        this.#newStore(shard, region),
      ]),
    );
    this.standbys = new Map(
      shape.store === "remote" ? [] : this.map.entries.map((entry) => this.#newStandby(entry)),
    );
    this.listeners = new Map(
      this.map.entries.map(({ shard }) => [shard, new ListenerHost(shard, this.#ports)]),
    );
    this.leaders = new Map(
      places.map(({ shard, region }) => [
        leaderName(shard, region),
        this.#newLeader(shard, region),
      ]),
    );
    this.followers = new Map(
      places
        .flatMap(({ shard, region }) =>
          Array.from({ length: REPLICAS }, (_, replica) => followerName(shard, region, replica)),
        )
        .map((name) => [name, this.#newFollower(name)]),
    );
  }

  coordinator = (region: Region): CoordinatorHost => found(this.coordinators, region);
  leader = (shard: PhysicalShard, region: Region): LeaderHost =>
    found(this.leaders, leaderName(shard, region));
  listener = (shard: PhysicalShard): ListenerHost => found(this.listeners, shard);
  follower = (name: string): FollowerHost => found(this.followers, name);
  /** The store that a leader of this region opens. */
  store = (shard: PhysicalShard, region: Region): Database =>
    found(this.stores, this.#storeName(shard, region));
  worker = (region: Region): SimWorker => found(this.#workers, region);
  clock = (region: Region): Clock => found(this.clocks, region);

  /** Those that are still there. */
  regions = (): readonly Region[] => this.shape.regions.filter((region) => !this.lost.has(region));

  /** Everything in it stops, for good: nobody will ever hear of it again. */
  lose(region: Region): void {
    this.lost.add(region);
    this.tally.count("regions lost");
    this.trace.note(`${region} is lost`);
    this.network.isolate(region, Number.POSITIVE_INFINITY);
    for (const leader of this.leaders.values()) if (leader.place.region === region) leader.stop();
    this.coordinator(region).crash();
    for (const [name, follower] of this.followers)
      if (parseObjectName(name).region === region) follower.crash();
    for (const standby of this.standbys.values()) if (standby.region === region) standby.crash();
  }

  /** Who leads a shard now, as the register says. */
  leadingRegion(shard: PhysicalShard): Region {
    const entry = (this.register.map ?? this.map).entries[shard];
    if (entry === undefined) throw new RangeError(`no shard ${shard}`);
    return entry.leader;
  }

  /** Nothing fails from now on; what was lost stays lost. */
  calm(): void {
    this.faults = CALM;
    this.network.heal();
    this.register.awayUntilMs = 0;
    for (const store of this.stores.values()) store.awayUntilMs = 0;
  }

  #clock = (): Clock => drawClock(this.scheduler, this.random, this.shape.skewMs);

  #storeName = (shard: PhysicalShard, region: Region): string =>
    this.shape.store === "remote" ? `store:${shard}` : `store:${shard}:${region}`;

  #newStore(shard: PhysicalShard, region: Region): Database {
    const name = this.#storeName(shard, region);
    return new Database(name, (row, before) => this.recorder.appended(shard, name, row, before));
  }

  #newCoordinator(region: Region): CoordinatorHost {
    const name = coordinatorName(region);
    const wires = coordinatorWires(this, region, this.#clock());
    return new CoordinatorHost(name, region, wires, this.#ports);
  }

  #newLeader(shard: PhysicalShard, region: Region): LeaderHost {
    const clock = this.#clock();
    const database = this.store(shard, region);
    const place = { shard, region, database, kind: this.shape.store, clock };
    return new LeaderHost(place, this.map, leaderWires(this, shard, region, clock), this.#ports);
  }

  /** In the region after its leader's. */
  #newStandby({ shard, leader }: ShardEntry): [PhysicalShard, StandbyHost] {
    const { regions } = this.shape;
    const region = regions[(regions.indexOf(leader) + 1) % regions.length] ?? leader;
    return [shard, new StandbyHost(shard, region, this.store(shard, region), this.#ports)];
  }

  #newFollower(name: string): FollowerHost {
    const clock = this.#clock();
    const wires = followerWires(this, name, parseObjectName(name).shard, clock);
    return new FollowerHost(name, this.shape, clock, wires, this.#ports);
  }
}

function found<K extends string | number, T>(all: ReadonlyMap<K, T>, name: K): T {
  const one = all.get(name);
  if (one === undefined) throw new RangeError(`no ${name}`);
  return one;
}

/** The part of a host's name that is a region; names repeat, splitting them costs. */
function regionOf(regions: readonly Region[]): (name: string) => Region | null {
  const known = new Map<string, Region | null>();
  return (name) => {
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    const region = name.split(/[:@]/).find((part) => regions.includes(part)) ?? null;
    known.set(name, region);
    return region;
  };
}
