import type { Trigger } from "../../../core/degradation/levels.ts";
import { NO_SIGNALS, type Signals, type Verdict } from "../../../core/degradation/signals.ts";

type Part = Partial<Signals>;
const NOTHING: Part = {};

/** A signal that says exactly this. */
const SIGNAL: Readonly<Record<Trigger, Readonly<Record<Verdict, Part>>>> = {
  ranking: {
    bad: { ranking: { timed: 100, p95Ms: 200, calls: 100, refused: 0 } },
    unclear: { ranking: { timed: 100, p95Ms: 87.5, calls: 100, refused: 0 } },
    good: { ranking: { timed: 100, p95Ms: 12.5, calls: 100, refused: 0 } },
    unknown: NOTHING,
  },
  feed_cache: {
    bad: { feedCache: { asked: 100, hits: 10 } },
    unclear: { feedCache: { asked: 100, hits: 55 } },
    good: { feedCache: { asked: 100, hits: 90 } },
    unknown: NOTHING,
  },
  tao_reads: {
    bad: { taoReads: { calls: 1_000, errors: 20 } },
    unclear: { taoReads: { calls: 1_000, errors: 8 } },
    good: { taoReads: { calls: 1_000, errors: 0 } },
    unknown: NOTHING,
  },
  tao_writes: {
    bad: { taoWrites: { calls: 1_000, errors: 20 } },
    unclear: { taoWrites: { calls: 1_000, errors: 8 } },
    good: { taoWrites: { calls: 1_000, errors: 0 } },
    unknown: NOTHING,
  },
};

/** Signals that are judged as `verdicts` say; what is not named is unknown. */
export const signalsOf = (verdicts: Readonly<Partial<Record<Trigger, Verdict>>>): Signals =>
  Object.entries(verdicts).reduce<Signals>(
    (signals, [trigger, verdict]) => ({ ...signals, ...SIGNAL[trigger as Trigger][verdict] }),
    NO_SIGNALS,
  );
