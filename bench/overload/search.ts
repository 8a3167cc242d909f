import { type Driven, type Plan } from "./drive/plan.ts";
import { drive, ofLabel, sumOf } from "./drive.ts";

export interface Sustained {
  /** Requests a second, all streams together. */
  readonly rate: number;
  readonly driven: Driven;
}

/** Rates are tried in steps of this factor: a tenth apart, three rounds on. */
const UP = 1.5;
const DOWN = 0.9;
const ROUNDS_MAX = 12;
const RATE_MAX = 20_000;

/**
 * The highest rate, within a tenth, at which every answer is right and in time, none is refused, and 99 of
 * 100 reads take at most `p99Ms`: upwards in large steps until it is too much, then down in small ones.
 *
 * @throws Error when there is none.
 */
export async function sustainable(
  plan: Plan,
  p99Ms: number,
  folder: string,
  say: (text: string) => void,
): Promise<Sustained> {
  let { rate } = plan;
  let best: Sustained | null = null;
  let isDown = false;
  for (let round = 0; round < ROUNDS_MAX && rate < RATE_MAX; round++) {
    const driven = await drive({ ...plan, rate, seed: plan.seed + round }, folder);
    const reads = ofLabel(driven, "interactive");
    const isKept =
      sumOf(driven, (heard) => heard.sent - heard.good) === 0 && (reads.p99Ms ?? Infinity) <= p99Ms;
    say(`${rate.toFixed(0)}/s: p99 ${reads.p99Ms?.toFixed(0)} ms${isKept ? "" : ", too much"}`);
    if (isKept) best = { rate, driven };
    if (isKept && isDown) break;
    isDown ||= !isKept;
    if (isDown && best !== null && rate * DOWN <= best.rate) break;
    rate *= isDown ? DOWN : UP;
  }
  if (best === null) throw new Error("No rate was sustained: see --p99 and --deadline.");
  return best;
}
