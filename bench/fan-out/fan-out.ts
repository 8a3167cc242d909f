import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type FanOutOptions, fanOutOptions } from "./options.ts";
import { type Forced, startProduct } from "./product.ts";
import { breakEven, reportText } from "./report.ts";
import { measureStrategy, type Strategy } from "./rounds.ts";
import { loadWorld, type World } from "./world.ts";

const say = (text: string) => console.error(text);

/** @returns the exit code. */
export async function fanOut(args: readonly string[]): Promise<number> {
  const options = fanOutOptions(args);
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-fan-out-"));
  try {
    const push = await withProduct(folder, "push", options, null);
    const announce = await withProduct(folder, "announce", options, push.world);
    const report = {
      options,
      push: push.strategy,
      announce: announce.strategy,
      breakEven: breakEven(push.strategy, announce.strategy),
    };
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Which strategy it is, is the product's own configuration: each has a start of its own. */
async function withProduct(
  folder: string,
  force: Forced,
  options: FanOutOptions,
  known: World | null,
): Promise<{ readonly world: World; readonly strategy: Strategy }> {
  const product = await startProduct(folder, force, options.buckets, say);
  try {
    if (known === null) say(`Loading ${options.followers} followers`);
    const world = known ?? (await loadWorld(product, options));
    say(`Posting, each post forced to ${force}`);
    return { world, strategy: await measureStrategy(product, world, force, options) };
  } finally {
    await product.stop();
  }
}
