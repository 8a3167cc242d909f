/** The longest wait between two tries while nothing answers. */
const BACKOFF_MAX_MS = 30_000;

/** @param failures in a row. @param random uniform in [0, 1). @returns ms until the next try. */
export const waitAfter = (failures: number, everyMs: number, random: number): number =>
  failures === 0
    ? everyMs
    : Math.min(BACKOFF_MAX_MS, everyMs * 2 ** Math.min(failures, 10)) * (0.75 + random / 2);
