/** Who is part of an operation that is under way, or was a moment ago. */
export class Locks {
  readonly #busy = new Set<string>();
  /** When somebody's last operation ended, Unix ms. */
  readonly #freedMs = new Map<string, number>();

  /** @returns whether all of them are taken now: all or none. */
  take(users: readonly string[]): boolean {
    if (users.some((user) => this.#busy.has(user))) return false;
    for (const user of users) this.#busy.add(user);
    return true;
  }

  free(users: readonly string[], nowMs: number): void {
    for (const user of users) {
      this.#busy.delete(user);
      this.#freedMs.set(user, nowMs);
    }
  }

  /** Whether nothing was under way with any of them since then: the model tells what was so all the time. */
  wereFree = (users: readonly string[], sinceMs: number): boolean =>
    users.every((user) => !this.#busy.has(user) && (this.#freedMs.get(user) ?? 0) < sinceMs);
}
