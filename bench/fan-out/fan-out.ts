import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { killWhilePushing } from "./kills.ts";
import { type FanOutOptions, fanOutOptions } from "./options.ts";
import { type FanOutProduct, startProduct, type Way } from "./product.ts";
import { breakEven, reportText } from "./report.ts";
import { measureStrategy, type Strategy } from "./rounds.ts";
import { type Author, loadWorld } from "./world.ts";

const say = (text: string) => console.error(text);

/** @returns the exit code. */
export async function fanOut(args: readonly string[]): Promise<number> {
  const options = fanOutOptions(args);
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-fan-out-"));
  try {
    const world = await withProduct(folder, "push", options, (product) => {
      say(`Loading ${options.followers} followers`);
      return loadWorld(product, options);
    });
    const { none, below, few, many, readers } = world;
    const measured = (way: Way, authors: readonly Author[]): Promise<Strategy> =>
      withProduct(folder, way, options, (product) => {
        say(way === "chosen" ? "Posting as the product chooses" : `Posting, each forced to ${way}`);
        return measureStrategy(product, { authors, readers }, way, options);
      });
    const push = await measured("push", [none, few, many]);
    const announce = await measured("announce", [none, few, many]);
    const chosen = await measured("chosen", [below, many]);
    const killed = await killWhilePushing(world, options, () =>
      startProduct(folder, "push", options.buckets, say),
    );
    const even = breakEven(push, announce);
    const report = { options, push, announce, chosen, killed, breakEven: even };
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return killed.missing === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Which way it is, is the product's own configuration: each has a start of its own. */
async function withProduct<T>(
  folder: string,
  way: Way,
  options: FanOutOptions,
  body: (product: FanOutProduct) => Promise<T>,
): Promise<T> {
  const product = await startProduct(folder, way, options.buckets, say);
  try {
    return await body(product);
  } finally {
    await product.stop();
  }
}
