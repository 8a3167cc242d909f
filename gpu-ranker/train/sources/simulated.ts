import { ID_NAMES } from "../../../core/ranking/features.ts";
import type { LogRecord } from "../../../core/ranking/log-record.ts";
import { type BehaviourOptions, type Pool, simulate, START_MS } from "../behaviour/simulate.ts";
import { examplesOf, visitsOf } from "../examples.ts";
import type { Source } from "./source.ts";

const DAY_MS = 24 * 3_600_000;
/** Of so many requests, the whole pool of one is kept: some hundreds are enough for regret. */
const POOL_EVERY = 6;
/** Pools are looked at for the last share of the time only, where the hold-out lies. */
const POOL_SHARE = 0.2;

/**
 * A log of simulated people, with the truth. Viewers and authors of a simulation are nobody in a product,
 * so their ids are not trained on; topics keep their names there.
 */
export function simulated(
  options: BehaviourOptions,
  onDay: (day: number, rows: number) => void = () => {},
): Source {
  const records: LogRecord[] = [];
  const truth = new Map<
    LogRecord,
    { readonly placed: readonly number[]; readonly top: readonly number[] }
  >();
  const pools: (Pool & { timeMs: number })[] = [];
  const poolsFromMs =
    START_MS + DAY_MS * (options.days - POOL_SHARE * (options.days - options.warmDays));
  let day = -1;
  let visits = 0;
  for (const slate of simulate(options)) {
    const timeMs = slate.records[0]?.timeMs ?? 0;
    const today = Math.floor((timeMs - START_MS) / DAY_MS);
    if (today !== day) onDay((day = today), records.length);
    for (const [at, record] of slate.records.entries()) {
      records.push(record);
      truth.set(record, { placed: slate.truth[at] ?? [], top: slate.truthAtTop[at] ?? [] });
    }
    if (timeMs >= poolsFromMs && visits++ % POOL_EVERY === 0)
      pools.push({ ...slate.pool(), timeMs });
  }
  const { examples, order } = examplesOf(records);
  const flat = (kind: "placed" | "top") =>
    Float32Array.from(order.flatMap((record) => truth.get(record)?.[kind] ?? []));
  return {
    name: "simulator",
    examples,
    visits: visitsOf(order),
    unknownIds: ID_NAMES.map((name) => name !== "topic"),
    splitMs: null,
    truth: { placed: flat("placed"), top: flat("top"), pools },
  };
}
