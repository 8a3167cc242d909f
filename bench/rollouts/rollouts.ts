import { writeFile } from "node:fs/promises";

import { DEFAULT_WEIGHTS, type Weights } from "../../core/ranking/weights.ts";
import type { RolloutWish } from "../../core/rollout/rollout.ts";
import { FlagError } from "../../dev/operator/flags.ts";
import { gather } from "./crowd.ts";
import { timeKills } from "./kill.ts";
import { type ModelServer, startModels, type Version } from "./models.ts";
import { type RolloutOptions, rolloutOptions } from "./options.ts";
import { type RolloutProduct, startProduct } from "./product.ts";
import { reportText } from "./report.ts";
import { type Watched, watchRollout } from "./watch.ts";

const say = (text: string) => console.error(text);

const turnedRound = Object.fromEntries(
  Object.entries(DEFAULT_WEIGHTS).map(([head, weight]) => [head, -weight]),
) as Weights;
const GOOD: Weights = { ...DEFAULT_WEIGHTS, comment: 6, share: 5 };

/**
 * A small product's plan: few pages make a sample, and only large harm can be told from chance. A model whose
 * order is another costs half of the engagement here, where weights turned round cost nine tenths of it: that
 * takes more people than the first stage of 1 % has, and a tolerance further from it.
 */
const wishOf = (
  change: Pick<RolloutWish, "id" | "flag" | "treatment">,
  { bakeMs }: RolloutOptions,
): RolloutWish => {
  const isModel = change.flag === "ranking.model";
  const shares = [500, 2_500, 5_000, 10_000];
  return {
    ...change,
    plan: {
      ...(isModel && { stages: shares.map((share) => ({ share })) }),
      bakeMs,
      sample: { pages: 60, viewers: 4 },
      guards: {
        error_rate: 0.05,
        empty_feed_rate: 0.05,
        p99: 8,
        engagement: isModel ? 0.2 : 0.4,
      },
    },
    reason: "the bench",
  };
};

/** @returns the exit code. */
export async function rollouts(args: readonly string[]): Promise<number> {
  const options = rolloutOptions(args);
  const models = await startModels();
  try {
    const product = await startProduct(options, models.url, say);
    try {
      return await rollOut(product, models, options);
    } finally {
      await product.stop();
    }
  } finally {
    await models.stop();
  }
}

async function rollOut(
  product: RolloutProduct,
  models: ModelServer,
  options: RolloutOptions,
): Promise<number> {
  const crowd = await gather(product, options, say);
  const watch = (id: string, flag: RolloutWish["flag"], treatment: RolloutWish["treatment"]) =>
    watchRollout(product, crowd, wishOf({ id, flag, treatment }, options), options.limitMs, say);
  const model = async (version: Version) => {
    await models.load(version);
    return watch(version, "ranking.model", version);
  };
  const all: readonly (readonly [id: string, roll: () => Promise<Watched>])[] = [
    ["bad-weights", () => watch("bad-weights", "ranking.weights", turnedRound)],
    ["good-weights", () => watch("good-weights", "ranking.weights", GOOD)],
    ["bad-model", () => model("bad-model")],
    ["good-model", () => model("good-model")],
  ];
  if (!all.some(([id]) => id.includes(options.only)))
    throw new FlagError(`--only: no rollout's name contains "${options.only}"`);
  const watched: Watched[] = [];
  for (const [id, roll] of all) if (id.includes(options.only)) watched.push(await roll());
  await crowd.stop();
  say(`Killing ${options.kills} times`);
  const kills = await timeKills(product, options.kills);
  const report = { options, watched, rungs: Object.fromEntries(crowd.rungs), kills };
  console.log(reportText(report));
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  const isAsMeant = watched.every(({ id, end }) =>
    id.startsWith("bad") ? end === "rolled_back" : end === "done",
  );
  return isAsMeant ? 0 : 1;
}
