import { Coordinator, type CoordinatorPorts } from "../core/regions/coordinator.ts";
import { type Host, Life, type SimPorts } from "./network.ts";

export type CoordinatorWires = (life: Life) => CoordinatorPorts;

/** Where a region's coordinator lives: memory only, everything that counts is in the register. */
export class CoordinatorHost implements Host<Coordinator> {
  readonly name: string;
  readonly #region: string;
  readonly #wires: CoordinatorWires;
  readonly #ports: SimPorts;
  #running: { readonly life: Life; readonly service: Coordinator } | null = null;

  constructor(name: string, region: string, wires: CoordinatorWires, ports: SimPorts) {
    this.name = name;
    this.#region = region;
    this.#wires = wires;
    this.#ports = ports;
  }

  async enter(): Promise<{ readonly life: Life; readonly service: Coordinator }> {
    this.#running ??= this.#start();
    return this.#running;
  }

  crash(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    this.#ports.tally.count("coordinator crashes");
    this.#ports.trace.note(`${this.name} crashes`);
    this.#ports.tally.count("callers cut off", running.life.end());
  }

  #start() {
    const life = new Life(this.name);
    return { life, service: new Coordinator(this.#region, this.#wires(life)) };
  }
}
