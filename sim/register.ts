import type { MapRegister, RegisterContent } from "../core/regions/coordinator-service.ts";
import type { ShardMap } from "../core/tao/shard-map.ts";
import { type Host, Life, type SimPorts } from "./network.ts";

/** The store's own side of the register: compare and swap, and outages. It never crashes. */
export class RegisterHost implements Host<MapRegister> {
  readonly name = "register";
  /** Away until then, Unix ms. */
  awayUntilMs = 0;
  readonly #ports: SimPorts;
  readonly #life = new Life("register");
  #content: RegisterContent | null = null;

  constructor(ports: SimPorts) {
    this.#ports = ports;
  }

  enter = async () => ({ life: this.#life, service: this.#service });

  crash(): void {}

  /** What it holds now, for whoever looks on. */
  get map(): ShardMap | null {
    return this.#content?.map ?? null;
  }

  readonly #service: MapRegister = {
    read: async () => {
      this.#refuseWhileAway();
      return this.#content;
    },
    put: async (map, tag) => {
      this.#refuseWhileAway();
      const { tally, trace } = this.#ports;
      if ((this.#content?.tag ?? null) !== tag) {
        tally.count("register conflicts");
        return null;
      }
      this.#content = { map, tag: String(map.revision) };
      const who = map.entries.map(({ shard, leader, epoch }) => `${shard}:${leader}@${epoch}`);
      trace.note(`register ${map.revision}: ${who.join(" ")}`);
      return this.#content.tag;
    },
  };

  #refuseWhileAway(): void {
    if (this.awayUntilMs <= this.#ports.scheduler.nowMs()) return;
    this.#ports.tally.count("register calls failed");
    throw new Error("register away");
  }
}
