import type { Clock } from "../core/clock.ts";
import type { FollowerPorts } from "../core/tao/follower.ts";
import { Follower } from "../core/tao/follower.ts";
import { type Host, Life, type SimPorts } from "./network.ts";
import type { WorldShape } from "./world.ts";

export type FollowerBounds = Pick<WorldShape, "followerBytes" | "hot">;
export type FollowerWires = (life: Life) => FollowerPorts["leader"];

/** Where a follower lives: memory only, so a crash or an eviction starts it empty. */
export class FollowerHost implements Host<Follower> {
  readonly name: string;
  readonly #bounds: FollowerBounds;
  readonly #clock: Clock;
  readonly #wires: FollowerWires;
  readonly #ports: SimPorts;
  #running: { readonly life: Life; readonly service: Follower } | null = null;

  constructor(
    name: string,
    bounds: FollowerBounds,
    clock: Clock,
    wires: FollowerWires,
    ports: SimPorts,
  ) {
    this.name = name;
    this.#bounds = bounds;
    this.#clock = clock;
    this.#wires = wires;
    this.#ports = ports;
  }

  async enter(): Promise<{ readonly life: Life; readonly service: Follower }> {
    this.#running ??= this.#start();
    return this.#running;
  }

  crash(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    void this.#reap(running.service);
    this.#ports.tally.count("follower crashes");
    this.#ports.trace.note(`${this.name} crashes`);
    this.#ports.tally.count("callers cut off", running.life.end());
  }

  /** Counts what the present life went through, as if it ended. */
  async settle(): Promise<void> {
    if (this.#running !== null) await this.#reap(this.#running.service);
  }

  async #reap(service: Follower): Promise<void> {
    const { gaps } = await service.stats();
    this.#ports.tally.count("gaps repaired", gaps);
  }

  #start() {
    const life = new Life(this.name);
    const ports: FollowerPorts = {
      clock: this.#clock,
      leader: this.#wires(life),
      report: (event, error) => {
        if (event === "push_not_applied") this.#ports.tally.count("caches dropped");
        this.#ports.trace.note(`${this.name} ${event}: ${String(error)}`);
      },
    };
    const { followerBytes, hot } = this.#bounds;
    return { life, service: new Follower(this.name, ports, followerBytes, hot) };
  }
}
