import type { Region } from "../core/regions/regions.ts";
import { Standby } from "../core/tao/standby.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { Database } from "./database.ts";
import { type Host, Life, type SimPorts } from "./network.ts";

/** Where a shard's standby lives: memory only, over the database that a leader may open one day. */
export class StandbyHost implements Host<Standby> {
  readonly name: string;
  readonly region: Region;
  readonly #database: Database;
  readonly #ports: SimPorts;
  #running: { readonly life: Life; readonly service: Standby } | null = null;

  constructor(shard: PhysicalShard, region: Region, database: Database, ports: SimPorts) {
    this.name = `standby:${shard}:${region}`;
    this.region = region;
    this.#database = database;
    this.#ports = ports;
  }

  async enter(): Promise<{ readonly life: Life; readonly service: Standby }> {
    this.#running ??= { life: new Life(this.name), service: this.#start() };
    return this.#running;
  }

  crash(): void {
    const running = this.#running;
    this.#running = null;
    if (running !== null) this.#ports.tally.count("callers cut off", running.life.end());
  }

  #start(): Standby {
    const { random, faults, tally, scheduler } = this.#ports;
    const touch = async () => {
      const isAway = this.#database.awayUntilMs > scheduler.nowMs();
      if (!isAway && !random.chance(faults().storeFails)) return;
      tally.count("store calls failed");
      throw new Error("store away");
    };
    return new Standby({
      head: async () => {
        await touch();
        return this.#database.head;
      },
      append: async (group) => {
        await touch();
        this.#database.follow(group);
        tally.count("groups in standbys");
      },
    });
  }
}
