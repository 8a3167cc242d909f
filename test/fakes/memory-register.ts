import type { MapRegister, RegisterContent } from "../../core/regions/coordinator-service.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";

/** A register in memory. Like R2 it refuses a put over content that the caller has not seen. */
export class MemoryRegister implements MapRegister {
  isAway = false;
  /** Set to keep the answers of reads back. */
  gate: Promise<void> | null = null;
  puts = 0;
  reads = 0;
  #content: RegisterContent | null = null;

  get map(): ShardMap {
    if (this.#content === null) throw new Error("nothing was ever put");
    return this.#content.map;
  }

  async read(): Promise<RegisterContent | null> {
    await this.#answer();
    this.reads++;
    const content = this.#content;
    await this.gate;
    return content;
  }

  async put(map: ShardMap, tag: string | null): Promise<string | null> {
    await this.#answer();
    if (tag !== (this.#content?.tag ?? null)) return null;
    this.#content = { map, tag: `${++this.puts}` };
    return this.#content.tag;
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.isAway) throw new Error("the register is away");
  }
}
