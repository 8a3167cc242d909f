import { type Counted, NOTHING, type Window, WINDOWS, type Windows } from "../../core/slo/burn.ts";

const MINUTE_MS = 60_000;

/** Events of one objective minute by minute, and their sums over every window: by prefix sums, unlike production. */
export class EventMinutes {
  readonly #total = [0];
  readonly #bad = [0];

  add({ total, bad }: Counted): void {
    this.#total.push((this.#total.at(-1) ?? 0) + total);
    this.#bad.push((this.#bad.at(-1) ?? 0) + bad);
  }

  /** When the last minute ended, ms since the first began. */
  get nowMs(): number {
    return (this.#total.length - 1) * MINUTE_MS;
  }

  windows(): Windows {
    const now = this.#total.length - 1;
    const since = (sums: readonly number[], ms: number) =>
      (sums[now] ?? 0) - (sums[Math.max(0, now - ms / MINUTE_MS)] ?? 0);
    const entries = Object.entries(WINDOWS).map(
      ([name, ms]) => [name, { total: since(this.#total, ms), bad: since(this.#bad, ms) }] as const,
    );
    return Object.fromEntries(entries) as Record<Window, Counted>;
  }
}

export const NO_EVENTS = Object.fromEntries(
  Object.keys(WINDOWS).map((name) => [name, NOTHING]),
) as Record<Window, Counted>;
