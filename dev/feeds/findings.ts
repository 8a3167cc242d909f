/** What must never happen, by name. */
export const FAULTS_FOUND = [
  "leak",
  "hole",
  "repeat",
  "one too many",
  "wrong order",
  "wrong content",
  "own write missing",
  "screen not told",
  "walk never ends",
  "unexpected refusal",
] as const;
export type FindingKind = (typeof FAULTS_FOUND)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
}

const TOLD_MAX = 40;

/** All are counted; the first are told. */
export class Findings {
  readonly counts = new Map<FindingKind, number>();
  readonly told: Finding[] = [];

  add(kind: FindingKind, what: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (this.told.length < TOLD_MAX) this.told.push({ kind, what });
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, n) => sum + n, 0);
  }
}
