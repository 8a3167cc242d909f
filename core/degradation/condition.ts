import { LIMITS } from "../limits.ts";
import type { Verdict } from "./signals.ts";

/** One trigger's memory. Plain JSON; times are Unix ms. */
export type Condition =
  | {
      readonly at: "off";
      /** When it was last on; null: never, or long forgiven. */
      readonly sinceMs: number | null;
      /** Entries that followed one another too soon. */
      readonly trips: number;
    }
  | {
      readonly at: "on";
      readonly sinceMs: number;
      readonly trips: number;
      /** Since when the signal has been good at every look; null: it is not. */
      readonly goodSinceMs: number | null;
      /** Since when nothing has spoken against leaving. */
      readonly calmSinceMs: number | null;
    };

export const OFF: Condition = { at: "off", sinceMs: null, trips: 0 };

/** How long a condition waits before it turns off; levels and alerts have their own. */
export interface Patience {
  /** The signal must stay good for so long, doubled each time it came back too soon. */
  readonly dwellMs: number;
  readonly dwellMaxMs: number;
  /** Nothing may be known for so long. */
  readonly quietMs: number;
  /** A signal that stays good for so long afterwards begins with the short dwell again. */
  readonly forgiveMs: number;
}

const LEVEL_PATIENCE: Patience = {
  dwellMs: LIMITS.levelDwellMs,
  dwellMaxMs: LIMITS.levelDwellMaxMs,
  quietMs: LIMITS.levelQuietMs,
  forgiveMs: LIMITS.levelForgiveMs,
};

/** How long the signal must stay good, ms: doubled with each trip, up to a bound. */
export const dwellWith = ({ dwellMs, dwellMaxMs }: Patience, trips: number): number =>
  Math.min(dwellMs * 2 ** Math.max(0, trips - 1), dwellMaxMs);

/** How long nothing may be known, ms: as the dwell, so that a broken thing is tried ever more rarely. */
const quietWith = (patience: Patience, trips: number): number =>
  Math.max(patience.quietMs, dwellWith(patience, trips));

/** Both, of a level. */
export const dwellOf = (trips: number): number => dwellWith(LEVEL_PATIENCE, trips);
export const quietOf = (trips: number): number => quietWith(LEVEL_PATIENCE, trips);

/**
 * The next look at a signal: bad enters at once; only good for a whole dwell, or silence for longer,
 * leaves. A clock that stepped back begins the waiting anew.
 */
export function look(
  condition: Condition,
  verdict: Verdict,
  nowMs: number,
  patience = LEVEL_PATIENCE,
): Condition {
  if (condition.at === "off") return lookOff(condition, verdict, nowMs, patience);
  const { trips } = condition;
  const goodSinceMs = verdict === "good" ? since(condition.goodSinceMs, nowMs) : null;
  const isCalm = verdict === "good" || verdict === "unknown";
  const calmSinceMs = isCalm ? since(condition.calmSinceMs, nowMs) : null;
  const isWell = goodSinceMs !== null && nowMs - goodSinceMs >= dwellWith(patience, trips);
  const isSilent = calmSinceMs !== null && nowMs - calmSinceMs >= quietWith(patience, trips);
  if (isWell || isSilent) return { at: "off", sinceMs: nowMs, trips };
  return { ...condition, goodSinceMs, calmSinceMs };
}

function lookOff(
  condition: Extract<Condition, { at: "off" }>,
  verdict: Verdict,
  nowMs: number,
  { forgiveMs }: Patience,
): Condition {
  const { sinceMs, trips } = condition;
  const isForgiven = sinceMs !== null && nowMs - sinceMs >= forgiveMs;
  const before = isForgiven ? OFF : condition;
  if (verdict !== "bad") return before;
  const again = isForgiven ? 0 : trips;
  return { at: "on", sinceMs: nowMs, trips: again + 1, goodSinceMs: null, calmSinceMs: null };
}

const since = (beganMs: number | null, nowMs: number): number => Math.min(beganMs ?? nowMs, nowMs);
