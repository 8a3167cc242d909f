import { fingerprint } from "../core/hash.ts";
import type { Region } from "../core/regions/regions.ts";
import type { TaoPorts } from "../core/tao/client.ts";
import { HotCache } from "../core/tao/hot-cache.ts";
import type { MapCache } from "../core/tao/map-cache.ts";
import { followerName } from "../core/tao/names.ts";
import { Routes } from "../core/tao/route.ts";
import { Life } from "./network.ts";
import { followerStub, leaderStub, mapCache } from "./stubs.ts";
import type { World } from "./world.ts";

/** Followers of a shard in one region. */
export const REPLICAS = 2;
const signer = { sign: (text: string) => fingerprint(`sim${text}`) };

/** The isolate of one region through which all its clients ask: what isolates remember is here. */
export class SimWorker {
  readonly region: Region;
  readonly #world: World;
  readonly #hot = new HotCache();
  readonly #routes: Routes;
  readonly #cache: MapCache;

  constructor(region: Region, world: World) {
    this.region = region;
    this.#world = world;
    this.#routes = new Routes(world.shape.regions, REPLICAS);
    this.#cache = mapCache(world, new Life(`worker@${region}`), world.clock(region));
  }

  /** Answers out of its own memory so far. */
  get hotHits(): number {
    return this.#hot.counters.hits;
  }

  /** For the requests of one client. */
  ports(life: Life): TaoPorts {
    const world = this.#world;
    return {
      map: world.map,
      follower: (shard, { region, replica }) =>
        followerStub(world, life, followerName(shard, region, replica)),
      leader: ({ shard }) => leaderStub(world, life, this.#cache, shard),
      hot: this.#hot,
      routes: this.#routes,
      clock: world.clock(this.region),
      random: world.random,
      sleep: world.scheduler.sleep,
      timer: world.scheduler.timer,
      signer,
    };
  }
}
