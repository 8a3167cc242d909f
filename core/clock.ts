/** Time and chance enter the core through these, and nowhere else. */
export interface Clock {
  /** Unix time, milliseconds. */
  nowMs(): number;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Resolves after `ms` milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

/** Calls `ring` once, after `ms` milliseconds. @returns calls it off. */
export type Timer = (ms: number, ring: () => void) => () => void;
