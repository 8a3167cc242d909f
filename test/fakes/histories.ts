/** What is true from `fromMs` on. */
export interface Since<T> {
  readonly fromMs: number;
  readonly value: T;
}

export function last<T>(history: readonly Since<T>[]): T {
  const newest = history.at(-1);
  if (newest === undefined) throw new Error("nothing was ever true");
  return newest.value;
}

/** What was true then. */
export const valueAt = <T>(history: readonly Since<T>[], nowMs: number): T | undefined =>
  history.findLast(({ fromMs }) => fromMs <= nowMs)?.value;

/** A place that is the last one, however many there are. */
export const LAST = -1;
export const indexIn = ({ length }: readonly unknown[], place: number): number =>
  place === LAST ? Math.max(0, length - 1) : place % Math.max(1, length);
