import { LIMITS } from "../limits.ts";
import type { DeliveryPorts } from "./delivery.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { IntentRow } from "./store.ts";
import { compareVersions, type Version } from "./version.ts";

interface Lane {
  waiting: IntentRow[];
  isSending: boolean;
  /** Newest intent ever queued here; a reload from the store continues after it. */
  newest: Version | null;
}

/**
 * Inverse edges on their way to other shards: in order per target, at least once; the
 * receiver's cursor makes it exactly once. The store has every intent until `flush`
 * drops those that were accepted, so a restart only repeats.
 */
export class InverseOutbox {
  readonly #shard: PhysicalShard;
  readonly #ports: DeliveryPorts;
  readonly #lanes = new Map<PhysicalShard, Lane>();
  readonly #accepted = new Map<PhysicalShard, Version>();
  #size = 0;
  /** Starts true: a restarted leader finds what it left in the store. */
  #storeHasMore = true;
  /** An intent was left to the store since the last look into it. */
  #skipped = false;
  #reloading: Promise<void> | null = null;
  readonly #retryLater: () => void;

  constructor(shard: PhysicalShard, ports: DeliveryPorts, retryLater: () => void) {
    this.#shard = shard;
    this.#ports = ports;
    this.#retryLater = retryLater;
  }

  add(intents: readonly IntentRow[]): void {
    for (const intent of intents) {
      const lane = this.#lane(intent.target);
      if (lane.newest !== null && compareVersions(intent.inverse.source, lane.newest) <= 0)
        continue;
      // Order within a lane: once one intent stays in the store, so do its successors.
      if (this.#storeHasMore || this.#size >= LIMITS.intentsInMemoryMax) {
        this.#storeHasMore = true;
        this.#skipped = true;
        continue;
      }
      this.#queue(lane, intent);
    }
  }

  /** The store may hold intents that were never added here; what comes next must not overtake them. */
  doubt(): void {
    this.#storeHasMore = true;
    this.#skipped = true;
  }

  /** Continues from the store where memory left off. */
  async reload(): Promise<void> {
    if (!this.#storeHasMore) return;
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = null;
    });
    await this.#reloading;
  }

  async #reload(): Promise<void> {
    await this.flush();
    this.#skipped = false;
    const stored = await this.#ports.store.intents(LIMITS.inverseBatchMax);
    const perTarget = new Map<PhysicalShard, number>();
    for (const intent of stored) {
      perTarget.set(intent.target, (perTarget.get(intent.target) ?? 0) + 1);
      const lane = this.#lane(intent.target);
      if (lane.newest === null || compareVersions(intent.inverse.source, lane.newest) > 0) {
        this.#queue(lane, intent);
      }
    }
    const isCut = [...perTarget.values()].some((count) => count >= LIMITS.inverseBatchMax);
    this.#storeHasMore = isCut || this.#skipped;
  }

  #queue(lane: Lane, intent: IntentRow): void {
    lane.waiting.push(intent);
    lane.newest = intent.inverse.source;
    this.#size++;
  }

  async sendAll(): Promise<void> {
    if (this.#storeHasMore) await this.reload();
    await Promise.all([...this.#lanes].map(([target, lane]) => this.#send(target, lane)));
  }

  /** Drops from the store what its target has accepted. */
  async flush(): Promise<void> {
    for (const [target, version] of this.#accepted) {
      await this.#ports.store.dropIntents(target, version);
      if (this.#accepted.get(target) === version) this.#accepted.delete(target);
    }
  }

  async #send(target: PhysicalShard, lane: Lane): Promise<void> {
    if (lane.isSending) return;
    lane.isSending = true;
    try {
      for (;;) {
        const batch = lane.waiting.slice(0, LIMITS.inverseBatchMax);
        const last = batch.at(-1);
        if (last === undefined) {
          if (!this.#storeHasMore) return;
          await this.reload();
          if (lane.waiting.length === 0) return;
          continue;
        }
        const inverses = batch.map((intent) => intent.inverse);
        const answer = await this.#ports.sendInverses(target, this.#shard, inverses);
        if (!answer.ok) return this.#failed(answer.error);
        lane.waiting.splice(0, batch.length);
        this.#size -= batch.length;
        this.#accepted.set(target, last.inverse.source);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      lane.isSending = false;
    }
  }

  #failed(error: unknown): void {
    this.#ports.report("inverse_delivery_failed", error);
    this.#retryLater();
  }

  #lane(target: PhysicalShard): Lane {
    let lane = this.#lanes.get(target);
    if (lane === undefined) {
      lane = { waiting: [], isSending: false, newest: null };
      this.#lanes.set(target, lane);
    }
    return lane;
  }
}
