import type { LogGroup, StandbyStore } from "./log-group.ts";
import { compareVersions, type Version } from "./version.ts";

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
