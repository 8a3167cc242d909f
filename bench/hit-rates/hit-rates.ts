import { mkdir, writeFile } from "node:fs/promises";

import { startProduct } from "../feed-read/product.ts";
import { hitRatesOptions } from "./options.ts";
import { reportOf, reportText } from "./report.ts";
import { SliceRun } from "./slice.ts";
import { worldFor } from "./world.ts";

const say = (text: string) => console.error(text);

/** @returns the exit code: 1 when a request failed. A target that is missed is a result, not a failure. */
export async function hitRates(args: readonly string[]): Promise<number> {
  const options = hitRatesOptions(args);
  if (options.keep !== null) await mkdir(options.keep, { recursive: true });
  const product = await startProduct(say, {
    vars: { FEED_CACHE: "embedded" },
    dataFolder: options.keep,
  });
  try {
    const world = await worldFor(product, options, say);
    if (options.loadOnly) return 0;
    const report = reportOf(options, await new SliceRun(product, world, options, say).run());
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return Object.keys(report.failures).length > 0 ? 1 : 0;
  } finally {
    await product.stop();
  }
}
