import type { ObjectStats, Stats } from "../drive/protocol.ts";

/** What an object has now, not what it has counted. */
const LEVELS: ReadonlySet<string> = new Set(["entries", "bytes", "reading", "ageMs"]);

export type Totals = Readonly<Record<string, number>>;

/**
 * Adds counters of many objects up over time. An object that was evicted starts again from
 * zero; looking often enough, little of what it counted is lost.
 */
export class Counters {
  readonly #last = new Map<string, ObjectStats>();
  readonly #sums = new Map<string, Record<string, number>>();
  #restarts = 0;

  add({ objects }: Pick<Stats, "objects">): void {
    for (const [name, stats] of Object.entries(objects)) {
      const last = this.#last.get(name) ?? {};
      const restarted = Object.keys(stats).some(
        (key) => !LEVELS.has(key) && (stats[key] ?? 0) < (last[key] ?? 0),
      );
      if (restarted) this.#restarts++;
      const sums = this.#sumsOf(name);
      for (const [key, value] of Object.entries(stats)) {
        if (LEVELS.has(key)) continue;
        sums[key] = (sums[key] ?? 0) + value - (restarted ? 0 : (last[key] ?? 0));
      }
      this.#last.set(name, stats);
    }
  }

  /** Objects that lost their memory while they were watched. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Everything that objects of this kind counted, and what they have now. */
  totals(kind: "follower" | "leader"): Totals {
    const levels: Record<string, number> = {};
    for (const [name, stats] of this.#last) {
      if (!name.startsWith(`${kind}:`)) continue;
      for (const key of LEVELS)
        if (key in stats) levels[key] = (levels[key] ?? 0) + (stats[key] ?? 0);
    }
    return { ...this.#sums.get(kind), ...levels };
  }

  #sumsOf(name: string): Record<string, number> {
    const kind = name.slice(0, name.indexOf(":"));
    const sums = this.#sums.get(kind) ?? {};
    this.#sums.set(kind, sums);
    return sums;
  }
}

/** What was counted between two looks. */
export const since = (before: Totals, after: Totals): Totals =>
  Object.fromEntries(
    Object.entries(after).map(([key, value]) => [
      key,
      LEVELS.has(key) ? value : value - (before[key] ?? 0),
    ]),
  );
