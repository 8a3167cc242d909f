import type { Clock } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import type { SeededRandom } from "./random.ts";

/** One host's clock: wrong by a constant and a slow swing, together within half of the bound. */
export class HostClock implements Clock {
  readonly #true: Clock;
  readonly #offsetMs: number;
  readonly #swing: Swing;

  constructor(trueTime: Clock, offsetMs: number, swing: Swing) {
    this.#true = trueTime;
    this.#offsetMs = offsetMs;
    this.#swing = swing;
  }

  nowMs(): number {
    const nowMs = this.#true.nowMs();
    const { byMs, periodMs } = this.#swing;
    if (byMs === 0) return nowMs + this.#offsetMs;
    return Math.round(nowMs + this.#offsetMs + byMs * Math.sin((2 * Math.PI * nowMs) / periodMs));
  }
}

/** Goes ahead and behind by at most `byMs`, so slowly that time never runs back. */
export interface Swing {
  readonly byMs: number;
  readonly periodMs: number;
}

const SKEW_MS = LIMITS.clockSkewMaxMs;
const SWING_MAX_MS = 200;
const PERIOD_MS = { from: 30_000, to: 600_000 };

/**
 * @param skewMs by how much two clocks of the run may differ at most. Where that is all that is
 * allowed, any two agree or differ by about as much.
 */
export function drawClock(trueTime: Clock, random: SeededRandom, skewMs: number): HostClock {
  const byMs = random.chance(0.5) ? 0 : Math.min(SWING_MAX_MS, skewMs / 10);
  const isExtreme = skewMs === SKEW_MS || random.chance(0.5);
  const most = isExtreme ? Math.sign(random.next() - 0.5) : 2 * random.next() - 1;
  const offsetMs = (skewMs / 2 - byMs) * most;
  const periodMs = random.logInt(PERIOD_MS.from, PERIOD_MS.to);
  return new HostClock(trueTime, Math.trunc(offsetMs), { byMs, periodMs });
}

/** By how much a duration may come out wrong on one clock of a run. */
export const driftOf = (skewMs: number): number => 2 * Math.min(SWING_MAX_MS, skewMs / 10) + 1;

/** Some runs have right clocks: bounds are exact there. Most others go up to the stated bound. */
export const drawSkewMs = (random: SeededRandom): number =>
  random.chance(0.3) ? 0 : random.pick([random.logInt(20, SKEW_MS), SKEW_MS, SKEW_MS]);
