import { fingerprint } from "../core/hash.ts";
import type { Failure } from "../core/errors.ts";
import type { Region } from "../core/regions/regions.ts";
import { err, type Result } from "../core/result.ts";
import type { TaoPorts } from "../core/tao/client.ts";
import { HotCache } from "../core/tao/hot-cache.ts";
import { followerName } from "../core/tao/names.ts";
import { Routes } from "../core/tao/route.ts";
import type { FollowerService, LeaderService } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { Host, Life } from "./network.ts";
import { REPLICAS, type World } from "./world.ts";

const signer = { sign: (text: string) => fingerprint(`sim${text}`) };

/** The isolate of one region through which all its clients ask: what isolates remember is here. */
export class SimWorker {
  readonly region: Region;
  readonly #world: World;
  readonly #hot = new HotCache();
  readonly #routes: Routes;

  constructor(region: Region, world: World) {
    this.region = region;
    this.#world = world;
    this.#routes = new Routes(world.shape.regions, REPLICAS);
  }

  /** For the requests of one client. */
  ports(life: Life): TaoPorts {
    const { map, random, scheduler } = this.#world;
    return {
      map,
      follower: (shard, { region, replica }) =>
        this.#follower(life, followerName(shard, region, replica)),
      leader: ({ shard }) => this.#leader(life, shard),
      hot: this.#hot,
      routes: this.#routes,
      clock: this.#world.clock(this.region),
      random,
      sleep: scheduler.sleep,
      signer,
    };
  }

  #leader(life: Life, shard: PhysicalShard): Pick<LeaderService, "read" | "write"> {
    const host = this.#world.leader(shard, this.#world.leadingRegion(shard));
    return {
      read: (request) => this.#call(life, host, "read", (leader) => leader.read(request)),
      write: (request) =>
        this.#call(life, host, `write ${request.opId}`, (leader) => leader.write(request)),
    };
  }

  #follower(life: Life, name: string): Pick<FollowerService, "read" | "union"> {
    const host = this.#world.follower(name);
    return {
      read: (request) => this.#call(life, host, "read", (follower) => follower.read(request)),
      union: (request) => this.#call(life, host, "union", (follower) => follower.union(request)),
    };
  }

  /** As the platform's stubs do: what is thrown comes back as a failure. */
  async #call<Service, T>(
    life: Life,
    host: Host<Service>,
    what: string,
    run: (service: Service) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    try {
      return await this.#world.network.call(life, host, what, run);
    } catch {
      const dependency = host.name.startsWith("leader") ? "leader" : "follower";
      return err({ code: "unavailable", dependency, retryAfterMs: 1 });
    }
  }
}
