import { HEADS } from "../../../core/ranking/heads.ts";
import type { Metrics } from "../metrics/measure.ts";
import { isLoss } from "../metrics/spread.ts";

/** How much worse than the serving model a new one may be, by what the metric is of. */
const ALLOWED = { auc: 0.003, gauc: 0.003, ndcg10: 0.003, ne: 0.01, ece: 0.01, regret: 0.005 };
/** A head with so few examples tells nothing: an AUC of 100 has a deviation of some 0.03. */
export const POSITIVES_MIN = 200;

export interface PromotionGate {
  readonly name: string;
  readonly candidate: number;
  readonly serving: number;
  /** How much worse it may be. */
  readonly allowed: number;
  readonly passes: boolean;
}

/**
 * Each metric that both have, of the same held-out rows. A new model serves only when all pass.
 *
 * @param positives how often each head happened there.
 */
export function promotionGates(
  candidate: Metrics,
  serving: Metrics,
  positives: readonly number[],
): PromotionGate[] {
  return Object.entries(candidate).flatMap(([name, value]) => {
    const before = serving[name] ?? null;
    const [, kind = name] = /\.([a-z]+)$/.exec(name) ?? [];
    const allowed = Object.entries(ALLOWED).find(([of]) => of === kind)?.[1];
    const head = HEADS.findIndex((one) => name.startsWith(`${one}.`));
    if (value === null || before === null || allowed === undefined) return [];
    if (head !== -1 && (positives[head] ?? 0) < POSITIVES_MIN) return [];
    const worse = isLoss(name) ? value - before : before - value;
    return [{ name, candidate: value, serving: before, allowed, passes: worse <= allowed }];
  });
}

/** Metrics of what goes out together: the heavy model, and the light one that answers where it cannot. */
export interface PairMetrics {
  readonly heavy: Metrics;
  readonly light: Metrics;
}

/** The gates of both. A version serves with both or not at all, since one promotion makes both serve. */
export const pairGates = (
  candidate: PairMetrics,
  serving: PairMetrics,
  positives: readonly number[],
): PromotionGate[] => [
  ...promotionGates(candidate.heavy, serving.heavy, positives),
  ...promotionGates(candidate.light, serving.light, positives).map((gate) => ({
    ...gate,
    name: `light ${gate.name}`,
  })),
];
