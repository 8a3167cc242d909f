import type { SeededRandom } from "./random.ts";

/**
 * `embedded`: inside the leader's object. `remote`: over a network, one for all regions.
 */
export type StoreKind = "embedded" | "remote";

/** Chances of one run: drawn per seed, so that some runs are calm and some are storms. */
export interface Faults {
  readonly requestLost: number;
  readonly replyLost: number;
  /** The caller gives up, the request arrives all the same. */
  readonly requestLate: number;
  readonly duplicate: number;
  /** Per message: whoever takes part dies right then. */
  readonly crash: number;
  readonly storeFails: number;
  readonly commitReplyLost: number;
  readonly commitLate: number;
  readonly alarmLate: number;
  readonly trim: number;
  /** Milliseconds between larger disturbances: cut links, store outages. */
  readonly disturbEveryMs: number;
}

export const CALM: Faults = {
  requestLost: 0,
  replyLost: 0,
  requestLate: 0,
  duplicate: 0,
  crash: 0,
  storeFails: 0,
  commitReplyLost: 0,
  commitLate: 0,
  alarmLate: 0,
  trim: 0,
  disturbEveryMs: Number.POSITIVE_INFINITY,
};

/** @param hasRemoteStore a store inside the object neither loses a reply nor acts late. */
export function drawFaults(random: SeededRandom, hasRemoteStore: boolean): Faults {
  const upTo = (max: number) => (random.chance(0.2) ? 0 : random.next() * max);
  const remote = hasRemoteStore ? 1 : 0;
  return {
    requestLost: upTo(0.06),
    replyLost: upTo(0.06),
    requestLate: upTo(0.04),
    duplicate: upTo(0.08),
    crash: upTo(0.01),
    storeFails: upTo(0.02),
    commitReplyLost: remote * upTo(0.08),
    commitLate: remote * upTo(0.04),
    alarmLate: upTo(0.3),
    trim: upTo(0.03),
    disturbEveryMs: random.logInt(3_000, 300_000),
  };
}
