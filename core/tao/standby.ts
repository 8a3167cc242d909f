import { commitOf, type LogGroup, type StandbyStore } from "./log-group.ts";
import type { GraphStore } from "./store.ts";
import { compareVersions, sameVersion, type Version } from "./version.ts";

/**
 * Follows a shard's log into the store of another region, a group at a time and in order.
 * Promotion is no business of its own: a leader opens that store in the next epoch, and
 * from then on nothing of the old log fits any more. What the store did not have by then is
 * the lost suffix.
 */
export class Standby {
  readonly #store: StandbyStore;
  #applying: Promise<unknown> = Promise.resolve();

  constructor(store: StandbyStore) {
    this.#store = store;
  }

  /**
   * Takes in what connects; skips what is here already, and stops at a gap.
   *
   * @returns how far this standby is: the sender goes on from there. Rejects when the store is away.
   */
  apply(groups: readonly LogGroup[]): Promise<Version> {
    // One call after another: two that interleave would each see the other's groups as a gap.
    const applied = this.#applying.then(
      () => this.#apply(groups),
      () => this.#apply(groups),
    );
    this.#applying = applied.catch(() => null);
    return applied;
  }

  async #apply(groups: readonly LogGroup[]): Promise<Version> {
    let head = await this.#store.head();
    for (const group of groups) {
      if (compareVersions(group.head, head) <= 0) continue;
      if (compareVersions(group.after, head) !== 0) break;
      await this.#store.append(group);
      head = group.head;
    }
    return head;
  }
}

export interface OpenedStandbyPorts {
  /** Where the store's log ends, without opening it. */
  readonly head: () => Promise<Version>;
  /** As a leader would. */
  readonly open: (epoch: number) => Promise<GraphStore>;
}

/** Any graph store as a standby's: opened in the epoch that its log is in, never in one of its own. */
export class OpenedStandby implements StandbyStore {
  readonly #ports: OpenedStandbyPorts;
  /** null before the first group, and after a failure: what then became of it is read anew. */
  #store: GraphStore | null = null;

  constructor(ports: OpenedStandbyPorts) {
    this.#ports = ports;
  }

  head(): Promise<Version> {
    return this.#store === null ? this.#ports.head() : this.#store.head();
  }

  async append(group: LogGroup): Promise<void> {
    try {
      await this.#append(group);
    } catch (error) {
      this.#store = null;
      throw error;
    }
  }

  async #append(group: LogGroup): Promise<void> {
    const { after, head, records, ops, intents, sources } = group;
    // Refused once a leader has opened it in a newer epoch: it is no standby any more.
    this.#store ??= await this.#ports.open(after.epoch);
    if (!sameVersion(await this.#store.head(), after)) throw new Error("the group does not fit");
    if (head.epoch > after.epoch) this.#store = await this.#ports.open(head.epoch);
    const isEmpty = records.length + ops.length + intents.length + sources.length === 0;
    if (!isEmpty) await this.#store.commit(commitOf(group));
  }
}
