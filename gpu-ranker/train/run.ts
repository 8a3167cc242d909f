import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { type Artifact, buildArtifact } from "./artifact/build.ts";
import {
  isComparable,
  promote,
  readServing,
  type Serving,
  writeArtifact,
} from "./artifact/folder.ts";
import { pairGates, type PromotionGate } from "./artifact/promotion.ts";
import type { Examples } from "./examples.ts";
import type { Metrics } from "./metrics/measure.ts";
import { type Spread, spreadsOf } from "./metrics/spread.ts";
import { evaluateWarming, type WarmingResult } from "./warming/evaluate.ts";
import type { Source } from "./sources/source.ts";
import {
  graphMetrics,
  lightMetrics,
  type RankerName,
  runSeed,
  type SeedRun,
  type Trainer,
  trainerOf,
  type Watch,
} from "./train.ts";

export interface RunOptions {
  readonly source: Source;
  /** The first one's model is the artifact; the others say how much is chance. */
  readonly seeds: readonly number[];
  readonly version: string;
  /** Unix ms. */
  readonly createdAtMs: number;
  /** Folder of versions; null keeps nothing. */
  readonly models: string | null;
  /** May the new version serve if it passes? */
  readonly mayPromote: boolean;
}

export interface RunResult {
  readonly trainer: Trainer;
  readonly runs: readonly SeedRun[];
  readonly spreads: ReadonlyMap<RankerName, ReadonlyMap<string, Spread>>;
  readonly warming: WarmingResult;
  readonly artifact: Artifact;
  /** Null when nothing was kept. */
  readonly folder: string | null;
  readonly promotion: Promotion;
}

export type Promotion =
  | { readonly kind: "first" | "other_features" | "not_asked" }
  | {
      readonly kind: "passed" | "failed";
      readonly serving: string;
      readonly gates: readonly PromotionGate[];
    };

/** Trains with every seed, writes the first one's artifact, and lets it serve if it is no worse than what does. */
export async function runTraining(options: RunOptions, watch: Watch): Promise<RunResult> {
  const trainer = trainerOf(options.source);
  const runs: SeedRun[] = [];
  for (const seed of options.seeds) runs.push(await runSeed(trainer, seed, watch));
  const [first] = runs;
  if (first === undefined) throw new RangeError("no seeds");
  const names = [...first.metrics.keys()];
  const spreads = new Map(
    names.map((name) => [name, spreadsOf(runs.map(({ metrics }) => metrics.get(name) ?? {}))]),
  );
  const warming = await evaluateWarming(options.source.visits, first.seed, options.version);
  const artifact = await buildArtifact(trainer, first, {
    version: options.version,
    createdAtMs: options.createdAtMs,
    warming: warming.model,
    metrics: Object.fromEntries(names.map((name) => [name, withSpread(first, name, spreads)])),
  });
  const { models } = options;
  const promotion: Promotion =
    models === null ? { kind: "not_asked" } : await judge(trainer, first, readServing(models));
  const folder = models === null ? null : writeArtifact(models, artifact);
  const isPromoted = promotion.kind !== "failed" && promotion.kind !== "not_asked";
  if (models !== null && options.mayPromote && isPromoted) promote(models, options.version);
  return { trainer, runs, spreads, warming, artifact, folder, promotion };
}

/** The shipped model's own numbers, and the lowest and highest of all seeds. */
function withSpread(
  { metrics }: SeedRun,
  name: RankerName,
  spreads: ReadonlyMap<RankerName, ReadonlyMap<string, Spread>>,
): Metrics {
  const bounds = [...(spreads.get(name) ?? [])].flatMap(([metric, { low, high }]) =>
    low === high ? [] : [[`${metric}.low`, low] as const, [`${metric}.high`, high] as const],
  );
  return { ...metrics.get(name), ...Object.fromEntries(bounds) };
}

async function judge(trainer: Trainer, run: SeedRun, serving: Serving | null): Promise<Promotion> {
  if (serving === null) return { kind: "first" };
  if (!isComparable(serving)) return { kind: "other_features" };
  const before = {
    heavy: await graphMetrics(trainer, serving.model),
    light: await lightMetrics(trainer, serving.light),
  };
  const of = (name: "heavy" | "light") => run.metrics.get(name) ?? {};
  const now = { heavy: of("heavy"), light: of("light") };
  const gates = pairGates(now, before, positivesIn(trainer.split.test));
  const kind = gates.every(({ passes }) => passes) ? "passed" : "failed";
  return { kind, serving: serving.version, gates };
}

export const positivesIn = ({ labels, rows }: Examples): number[] =>
  Array.from({ length: HEAD_COUNT }, (_, head) => {
    let yes = 0;
    for (let row = 0; row < rows; row++) yes += labels[row * HEAD_COUNT + head] ?? 0;
    return yes;
  });
