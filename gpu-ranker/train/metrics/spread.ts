import type { Metrics } from "./measure.ts";

/** One number over several seeds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Of each metric, over those seeds that have it. */
export function spreadsOf(runs: readonly Metrics[]): ReadonlyMap<string, Spread> {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return new Map(
    names.flatMap((name): [string, Spread][] => {
      const values = runs.flatMap((run) => run[name] ?? []).toSorted((a, b) => a - b);
      const [low, high] = [values[0], values.at(-1)];
      const median = values[(values.length - 1) >> 1];
      if (low === undefined || high === undefined || median === undefined) return [];
      return [[name, { median, low, high }]];
    }),
  );
}

/** Losses and errors: the less, the better. */
export const isLoss = (name: string): boolean => /(?:^|\.)(?:ne|ece|regret)$/.test(name);

export type Verdict = "better" | "worse" | "within noise";

/** `a` against `b`: a difference counts only where the seeds of one all lie on the same side of all of the other. */
export function verdictOf(name: string, a: Spread, b: Spread): Verdict {
  const isAbove = a.low > b.high;
  const isBelow = a.high < b.low;
  if (!isAbove && !isBelow) return "within noise";
  return isAbove === isLoss(name) ? "worse" : "better";
}
