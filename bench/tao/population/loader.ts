import { type Id, shardOf } from "../../../core/ids.ts";
import { entryOf, type ShardMap } from "../../../core/tao/shard-map.ts";
import type { DriverClient } from "../driver-client.ts";
import type { Op } from "../workload/op.ts";

/** Writes of one batch: a leader's turn, and well within what it accepts. */
const BATCH_OPS = 1_000;
const BATCH_BYTES = 1_000_000;
/** Batches on their way together: the next ones are ready when a leader is. */
const IN_FLIGHT_MAX = 6;

interface Batch {
  readonly ops: Op[];
  readonly onIds: ((id: Id) => void)[];
  bytes: number;
}

/** Collects writes into batches of one shard each and sends them, a few at a time. */
export class Loader {
  readonly #driver: Pick<DriverClient, "load">;
  readonly #map: ShardMap;
  readonly #batches = new Map<number, Batch>();
  readonly #inFlight = new Set<Promise<void>>();
  #written = 0;

  constructor(driver: Pick<DriverClient, "load">, map: ShardMap) {
    this.#driver = driver;
    this.#map = map;
  }

  get written(): number {
    return this.#written;
  }

  /** @throws Error when a batch was refused. */
  async add(op: Op, onId: (id: Id) => void = () => {}): Promise<void> {
    const { shard } = entryOf(this.#map, shardOf(op.id1));
    const batch = this.#batches.get(shard) ?? { ops: [], onIds: [], bytes: 0 };
    this.#batches.set(shard, batch);
    batch.ops.push(op);
    batch.onIds.push(onId);
    batch.bytes += op.bytes;
    if (batch.ops.length >= BATCH_OPS || batch.bytes >= BATCH_BYTES) await this.#send(shard, batch);
  }

  /** Resolves when everything that was added is written. */
  async finish(): Promise<void> {
    for (const [shard, batch] of this.#batches) await this.#send(shard, batch);
    await Promise.all(this.#inFlight);
  }

  async #send(shard: number, batch: Batch): Promise<void> {
    this.#batches.delete(shard);
    const sending = this.#write(batch).finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
    if (this.#inFlight.size >= IN_FLIGHT_MAX) await Promise.race(this.#inFlight);
  }

  async #write({ ops, onIds }: Batch): Promise<void> {
    const ids = await this.#driver.load([{ atMs: 0, region: 0, label: 0, ops }]);
    for (const [n, onId] of onIds.entries()) onId(ids[n] ?? (0n as Id));
    this.#written += ops.length;
  }
}
