import type { LogConsumer } from "../core/tao/log-consumers.ts";
import { endOf, type LogRecord } from "../core/tao/log.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { Version } from "../core/tao/version.ts";
import type { Told } from "./history.ts";
import { type Host, Life, type SimPorts } from "./network.ts";
import { type Position, positionOf } from "./position.ts";

export type Listener = Pick<LogConsumer, "deliver" | "startOver">;

/** Who takes a shard's log by its records, as fan-out does: what it has heard outlives its crashes. */
export class ListenerHost implements Host<Listener> {
  readonly name: string;
  readonly #shard: PhysicalShard;
  readonly #ports: SimPorts;
  readonly #heard = new Set<Position>();
  #skippedTo: Position = 0;
  #life: Life;

  constructor(shard: PhysicalShard, ports: SimPorts) {
    this.name = `listener:${shard}`;
    this.#shard = shard;
    this.#ports = ports;
    this.#life = new Life(this.name);
  }

  async enter(): Promise<{ readonly life: Life; readonly service: Listener }> {
    return { life: this.#life, service: this.#service };
  }

  crash(): void {
    this.#ports.tally.count("callers cut off", this.#life.end());
    this.#life = new Life(this.name);
  }

  get told(): Told {
    return { shard: this.#shard, heard: this.#heard, skippedTo: this.#skippedTo };
  }

  readonly #service: Listener = {
    deliver: async (groups) => {
      const last = groups.at(-1);
      if (last === undefined) throw new RangeError("nothing to hear");
      for (const { records } of groups) this.#hear(records);
      return last.head;
    },
    startOver: async (head: Version) => {
      this.#ports.tally.count("listeners started over");
      this.#skippedTo = Math.max(this.#skippedTo, positionOf(head));
      return head;
    },
  };

  #hear(records: readonly LogRecord[]): void {
    this.#ports.tally.count("records heard", records.length);
    for (const record of records) this.#heard.add(positionOf(endOf(record)));
  }
}
