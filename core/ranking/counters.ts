import { HEADS } from "./heads.ts";

/** What a counter counts: how often something was shown, and each action. Order is storage format. */
export const SIGNALS = ["shown", ...HEADS] as const;
export type Signal = (typeof SIGNALS)[number];

/** Signals about one thing (a viewer, an author, a pair), each decayed to `atMs`. */
export interface Tally {
  /** Unix ms of the last change; values are as of then. */
  readonly atMs: number;
  /** One per signal, in the order of `SIGNALS`. */
  readonly values: readonly number[];
}

/** Of what nothing is known. */
export const NO_TALLY: Tally = { atMs: 0, values: SIGNALS.map(() => 0) };

/** `tally` with one more of each of `signals`, decayed to `nowMs`. Never goes back in time: what is late counts as of the newest. */
export function bump(
  tally: Tally,
  signals: readonly Signal[],
  nowMs: number,
  halfLifeMs: number,
): Tally {
  const atMs = Math.max(tally.atMs, nowMs);
  const values = [...valuesAt(tally, atMs, halfLifeMs)];
  for (const signal of signals) {
    const at = SIGNALS.indexOf(signal);
    values[at] = (values[at] ?? 0) + 1;
  }
  return { atMs, values };
}

/** What is left of it at `nowMs`: half after each half-life. */
export function valuesAt(
  { atMs, values }: Tally,
  nowMs: number,
  halfLifeMs: number,
): readonly number[] {
  const factor = 2 ** (-Math.max(0, nowMs - atMs) / halfLifeMs);
  return values.map((value) => value * factor);
}
