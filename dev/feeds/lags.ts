export type Samples = Readonly<Record<string, readonly number[]>>;

/** Samples in milliseconds, by what they are of. */
export class Lags {
  readonly #samples = new Map<string, number[]>();

  add(of: string, ms: number): void {
    const known = this.#samples.get(of);
    if (known === undefined) this.#samples.set(of, [ms]);
    else known.push(ms);
  }

  /** Of a run before this one. */
  addAll(samples: Samples): void {
    for (const [of, all] of Object.entries(samples)) for (const ms of all) this.add(of, ms);
  }

  toJSON = (): Samples => Object.fromEntries(this.#samples);

  rows(): readonly LagRow[] {
    return [...this.#samples]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([of, all]) => {
        const sorted = all.toSorted((a, b) => a - b);
        const at = (share: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
        return { of, n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
      });
  }
}

export interface LagRow {
  readonly of: string;
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}
