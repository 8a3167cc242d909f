import { writeFile } from "node:fs/promises";

import { DEFAULT_WEIGHTS, type Weights } from "../../core/ranking/weights.ts";
import type { RolloutWish } from "../../core/rollout/rollout.ts";
import { gather } from "./crowd.ts";
import { timeKills } from "./kill.ts";
import { type RolloutOptions, rolloutOptions } from "./options.ts";
import { startProduct } from "./product.ts";
import { reportText } from "./report.ts";
import { watchRollout } from "./watch.ts";

const say = (text: string) => console.error(text);

const turnedRound = Object.fromEntries(
  Object.entries(DEFAULT_WEIGHTS).map(([head, weight]) => [head, -weight]),
) as Weights;
const GOOD: Weights = { ...DEFAULT_WEIGHTS, comment: 6, share: 5 };

/** A small product's plan: few pages make a sample, and only large harm can be told from chance. */
const wishOf = (id: string, treatment: Weights, { bakeMs }: RolloutOptions): RolloutWish => ({
  id,
  flag: "ranking.weights",
  treatment,
  plan: {
    bakeMs,
    sample: { pages: 60, viewers: 4 },
    guards: { error_rate: 0.05, empty_feed_rate: 0.05, p99: 8, engagement: 0.4 },
  },
  reason: "the bench",
});

/** @returns the exit code. */
export async function rollouts(args: readonly string[]): Promise<number> {
  const options = rolloutOptions(args);
  const product = await startProduct(options, say);
  try {
    const crowd = await gather(product, options, say);
    const watch = (id: string, weights: Weights) =>
      watchRollout(product, crowd, wishOf(id, weights, options), options.limitMs, say);
    const bad = await watch("bad-weights", turnedRound);
    const good = await watch("good-weights", GOOD);
    await crowd.stop();
    say(`Killing ${options.kills} times`);
    const kills = await timeKills(product, options.kills);
    const report = { options, bad, good, kills };
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return bad.end === "rolled_back" && good.end === "done" ? 0 : 1;
  } finally {
    await product.stop();
  }
}
