/** How one answer of one follower, asked at a horizon, stands to the write. */
export const VERDICTS = ["visible", "behind", "marked", "unreachable", "late"] as const;
/**
 * `behind` is the violation. `marked`: behind, and the answer says that it is stale.
 * `late`: visible, but asked so late that it proves nothing about this horizon.
 */
export type Verdict = (typeof VERDICTS)[number];

/** Of answers that were asked in time, at least `share` must show the write. */
export interface Horizon {
  readonly afterMs: number;
  readonly share: number;
}

/** G5: p99 below 1 s, 99.99 % below 2 s, and never over the followers' TTL of 60 s. */
export const HORIZONS: readonly Horizon[] = [
  { afterMs: 1_000, share: 0.99 },
  { afterMs: 10_000, share: 0.9999 },
  { afterMs: 60_000, share: 1 },
];
/** Of all answers: more followers away than this is no healthy product, whatever the rest say. */
export const UNREACHABLE_SHARE_MAX = 0.01;
/** Sleeping and sending may take this long before a read counts as late. */
export const LATE_MS = 250;
/** Violations told by name, per horizon; the rest are only counted. */
const NAMES_MAX = 20;

export class HorizonTally {
  readonly horizon: Horizon;
  readonly counts: Record<Verdict, number> = {
    visible: 0,
    behind: 0,
    marked: 0,
    unreachable: 0,
    late: 0,
  };
  /** The first violations. */
  readonly names: string[] = [];

  constructor(horizon: Horizon) {
    this.horizon = horizon;
  }

  count(verdict: Verdict, name: () => string): void {
    this.counts[verdict]++;
    if (verdict === "behind" && this.names.length < NAMES_MAX) this.names.push(name());
  }

  /** Unmarked answers asked in time. */
  get judged(): number {
    return this.counts.visible + this.counts.behind;
  }

  /** Of the judged, how many show the write; NaN of none. */
  get share(): number {
    return this.counts.visible / this.judged;
  }

  get isKept(): boolean {
    const { unreachable } = this.counts;
    const all = VERDICTS.reduce((sum, verdict) => sum + this.counts[verdict], 0);
    return this.share >= this.horizon.share && unreachable <= UNREACHABLE_SHARE_MAX * all;
  }
}

/** @param answer null: there was none. @param askedMs after the acknowledgement. */
export function judge(
  answer: { readonly isVisible: boolean; readonly isMarked: boolean } | null,
  askedMs: number,
  { afterMs }: Horizon,
): Verdict {
  if (answer === null) return "unreachable";
  if (!answer.isVisible) return answer.isMarked ? "marked" : "behind";
  return askedMs > afterMs + LATE_MS ? "late" : "visible";
}

/** `3.2` of 0.06 % behind; of none behind the most that so many answers can prove, as `≥ 3.2`. */
export function nines(behind: number, judged: number): string {
  if (judged === 0) return "–";
  if (behind === 0) return `≥ ${Math.log10(judged).toFixed(1)}`;
  return Math.max(0, -Math.log10(behind / judged)).toFixed(1);
}

/** Nearest rank; `share` in (0, 1]. NaN of nothing. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
