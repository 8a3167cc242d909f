import type { Clock } from "../core/clock.ts";
import type { FollowerPorts } from "../core/tao/follower.ts";
import { Follower } from "../core/tao/follower.ts";
import type { Version } from "../core/tao/version.ts";
import { FollowerWord } from "./follower-word.ts";
import type { Laggard } from "./history.ts";
import { type Host, Life, type SimPorts } from "./network.ts";
import type { WorldShape } from "./world.ts";

export type FollowerBounds = Pick<WorldShape, "followerBytes" | "hot">;
export type FollowerWires = (life: Life) => FollowerPorts["leader"];

interface Running {
  readonly life: Life;
  readonly service: Follower;
  readonly word: FollowerWord;
}

/** Where a follower lives: memory only, so a crash or an eviction starts it empty. */
export class FollowerHost implements Host<Follower> {
  readonly name: string;
  readonly #bounds: FollowerBounds;
  readonly #clock: Clock;
  readonly #wires: FollowerWires;
  readonly #ports: SimPorts;
  /** Of all its lives: what it had told its leader that it has, and kept less than that. */
  readonly broken: Laggard[] = [];
  #running: Running | null = null;

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

  async enter(): Promise<Running> {
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

  /** What this life of it answered to a push; null: that it has nothing. */
  answered(service: Follower, has: Version | null): void {
    const running = this.#running;
    if (has !== null && running?.service === service) running.word.says(has);
  }

  #start(): Running {
    const { scheduler, tally } = this.#ports;
    const life = new Life(this.name);
    // When all that the event sets going has run.
    const word = new FollowerWord(tally, () => scheduler.after(0, () => this.#look(word)));
    const ports: FollowerPorts = {
      clock: this.#clock,
      leader: word.watch(this.#wires(life)),
      report: (event, error) => {
        if (event === "push_not_applied") tally.count("caches dropped");
        this.#ports.trace.note(`${this.name} ${event}: ${String(error)}`);
      },
    };
    const { followerBytes, hot } = this.#bounds;
    return { life, service: new Follower(this.name, ports, followerBytes, hot), word };
  }

  async #look(word: FollowerWord): Promise<void> {
    if (this.#running?.word !== word) return;
    const { applied } = await this.#running.service.stats();
    if (applied === null || !word.isBroken(applied)) return;
    this.broken.push({ follower: this.name, applied, head: word.said });
    this.#ports.trace.note(`${this.name} keeps less than it has told its leader`);
  }
}
