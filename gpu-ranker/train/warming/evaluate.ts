import {
  scoreWarming,
  WARMING_COLUMNS,
  type WarmingModel,
  warmingRow,
} from "../../../core/ranking/warming.ts";
import { isChosen, seeded } from "../random.ts";
import { fitWarming, type WarmingExample } from "./fit-warming.ts";
import { idleByHour, type Visit } from "./hours.ts";

/** Shares of the idle people whose feeds may be warmed in an hour. */
export const BUDGETS = [0.01, 0.05, 0.1] as const;
/** Of the time: it begins with habits, and ends with what is held out. */
const WARM_SHARE = 0.25;
const TEST_SHARE = 0.3;
/** More examples than this teach fourteen weights nothing. */
const EXAMPLES_MAX = 150_000;

export type WarmingRanker = "model" | "recency" | "hour histogram" | "random";

export interface WarmingResult {
  readonly model: WarmingModel;
  /** Share of those who came back that had been warmed, by ranker, in the order of `BUDGETS`. */
  readonly recall: ReadonlyMap<WarmingRanker, readonly number[]>;
  /** Share of the warmed who came, for the model. */
  readonly precision: readonly number[];
  readonly testHours: number;
  readonly returned: number;
  /** Share of idle people who come within an hour. */
  readonly baseRate: number;
}

const column = (name: (typeof WARMING_COLUMNS)[number]) => WARMING_COLUMNS.indexOf(name);
const [IDLE, HABIT] = [column("idle"), column("hour_count")];

/** Trains who is worth warming on earlier hours, and counts on later ones. @param visits oldest first. */
export async function evaluateWarming(
  visits: readonly Visit[],
  seed: number,
  version: string,
): Promise<WarmingResult> {
  const [fromMs, toMs] = [visits[0]?.timeMs ?? 0, visits.at(-1)?.timeMs ?? 0];
  const trainFromMs = fromMs + WARM_SHARE * (toMs - fromMs);
  const testFromMs = toMs - TEST_SHARE * (toMs - fromMs);
  const share = Math.min(1, EXAMPLES_MAX / countIdle(visits, trainFromMs, testFromMs));
  const chance = seeded(seed, "warming rows");
  const examples: WarmingExample[] = [];
  for (const { nowMs, idle } of idleByHour(visits)) {
    if (nowMs < trainFromMs || nowMs >= testFromMs) continue;
    for (const one of idle) if (isChosen(chance, share)) examples.push({ ...one, nowMs });
  }
  const model = await fitWarming(examples, seed, version);
  return { model, ...measured(visits, testFromMs, model, seed) };
}

function countIdle(visits: readonly Visit[], fromMs: number, toMs: number): number {
  let count = 1;
  for (const { nowMs, idle } of idleByHour(visits))
    if (nowMs >= fromMs && nowMs < toMs) count += idle.length;
  return count;
}

function measured(visits: readonly Visit[], testFromMs: number, model: WarmingModel, seed: number) {
  const chance = seeded(seed, "warming at random");
  const hits = new Map<WarmingRanker, number[]>();
  const warmed = BUDGETS.map(() => 0);
  let [testHours, returned, all] = [0, 0, 0];
  for (const { nowMs, idle } of idleByHour(visits)) {
    if (nowMs < testFromMs || idle.length === 0) continue;
    testHours++;
    all += idle.length;
    returned += idle.filter((one) => one.returned).length;
    const rows = idle.map(({ activity }) => warmingRow(activity, nowMs));
    const scores: Record<WarmingRanker, number[]> = {
      model: idle.map(({ activity }) => scoreWarming(model, activity, nowMs)),
      recency: rows.map((row) => -(row[IDLE] ?? 0)),
      "hour histogram": rows.map((row) => row[HABIT] ?? 0),
      random: rows.map(() => chance.next()),
    };
    for (const [name, values] of Object.entries(scores) as [WarmingRanker, number[]][]) {
      const order = [...values.keys()].toSorted(
        (a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b,
      );
      const found = hits.get(name) ?? BUDGETS.map(() => 0);
      for (const [at, budget] of BUDGETS.entries()) {
        const chosen = order.slice(0, Math.ceil(budget * idle.length));
        const came = chosen.filter((index) => idle[index]?.returned === true).length;
        found[at] = (found[at] ?? 0) + came;
        if (name === "model") warmed[at] = (warmed[at] ?? 0) + chosen.length;
      }
      hits.set(name, found);
    }
  }
  const recall = new Map(
    [...hits].map(([name, found]) => [name, found.map((count) => count / Math.max(1, returned))]),
  );
  const found = hits.get("model") ?? [];
  const precision = warmed.map((count, at) => (found[at] ?? 0) / Math.max(1, count));
  return { recall, precision, testHours, returned, baseRate: returned / Math.max(1, all) };
}
