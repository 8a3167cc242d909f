import { listKey } from "../core/tao/keys.ts";
import type { Mutation } from "../core/tao/log.ts";
import type { FillRequest } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { formatVersion, type Version } from "../core/tao/version.ts";
import type { LogRow } from "./database.ts";
import type { Act, ShardEvent } from "./history.ts";
import type { SimPorts } from "./network.ts";
import { type Position, positionOf } from "./position.ts";

type Noted = Pick<SimPorts, "scheduler" | "tally" | "trace">;

/** What happened to the shards, for the checkers and the counters. */
export class Recorder {
  readonly shards: ShardEvent[] = [];
  /** Shards whose log went on in another store, from where that one was. */
  readonly promotions: {
    readonly shard: PhysicalShard;
    readonly from: string;
    readonly after: Version;
  }[] = [];
  readonly #acts = new Map<string, Act>();
  readonly #ports: Noted;
  /** Where each shard's log goes on. */
  readonly #stores = new Map<PhysicalShard, string>();
  readonly #epochs = new Map<PhysicalShard, number>();
  readonly #touched = new Map<string, Position>();

  constructor(ports: Noted) {
    this.#ports = ports;
  }

  get acts(): readonly Act[] {
    return [...this.#acts.values()];
  }

  /** The store whose log is the shard's now. */
  storeOf = (shard: PhysicalShard): string | undefined => this.#stores.get(shard);

  /** The newest that has begun. */
  epochOf = (shard: PhysicalShard): number => this.#epochs.get(shard) ?? 0;

  /** A leader wrote a row. @param before the head that it found. */
  appended(shard: PhysicalShard, store: string, { head, commit }: LogRow, before: Version): void {
    const { scheduler, tally, trace } = this.#ports;
    const atMs = scheduler.nowMs();
    if (commit === null) {
      if (head.epoch === before.epoch) return;
      trace.note(`${store} begins epoch ${head.epoch} after ${formatVersion(before)}`);
      tally.count("epochs begun");
      this.#epochs.set(shard, head.epoch);
      const known = this.#stores.get(shard);
      if (known !== undefined && known !== store) {
        tally.count("promotions");
        this.promotions.push({ shard, from: known, after: before });
      }
      this.#stores.set(shard, store);
      this.shards.push({ kind: "epoch", shard, store, atMs, epoch: head.epoch, after: before });
      return;
    }
    if (!this.#stores.has(shard)) this.#stores.set(shard, store);
    const { records } = commit;
    this.shards.push({ kind: "commit", shard, store, atMs, records });
    for (const { epoch, opId, entries } of records) {
      const seqs = entries.map(({ seq }) => seq);
      trace.note(`${store} commits ${epoch}.${seqs[0]}..${seqs.at(-1)} ${opId}`);
      for (const { seq, mutation } of entries)
        this.#touched.set(keyOf(mutation), positionOf({ epoch, seq }));
    }
  }

  /** A leader answered as one. */
  acted(shard: PhysicalShard, { epoch }: Version, what: string): void {
    this.#acts.set(`${shard} ${epoch}`, {
      shard,
      epoch,
      lastMs: this.#ports.scheduler.nowMs(),
      what,
    });
  }

  /** Did somebody at `pushed` hear of a change to one of these keys that a fill at `at` lacks? */
  isOvertaken({ objects, lists, points }: FillRequest, at: Position, pushed: Position): boolean {
    const keys = [
      ...objects.map((id) => `o${id}`),
      ...lists.map(({ id1, atype }) => listKey(id1, atype)),
      ...points.map(({ id1, atype }) => listKey(id1, atype)),
    ];
    return keys.some((key) => {
      const touched = this.#touched.get(key) ?? 0;
      return touched > at && touched <= pushed;
    });
  }
}

const keyOf = (mutation: Mutation): string =>
  mutation.kind === "object" ? `o${mutation.id}` : listKey(mutation.id1, mutation.atype);
