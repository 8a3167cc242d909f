import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { bestGenerator } from "../load/generator.ts";
import { BOUNDS } from "../bounds.ts";
import { measureInTurn } from "../measure/rounds.ts";
import { mean } from "../measure/statistics.ts";
import { digits } from "../report/table.ts";
import { loadWorkload } from "../workload/load.ts";
import { Oracle } from "../workload/oracle.ts";
import { makeWorkload } from "../workload/workload.ts";
import { firstReads } from "./first-reads.ts";
import { keepWarm } from "./keep-warm.ts";
import { type FeedReadOptions, feedReadOptions } from "./options.ts";
import { type PageReader, readPage, type ReadPage } from "./pages.ts";
import { type Product, startProduct } from "./product.ts";
import { reportOf, reportText } from "./report.ts";
import { makeTargets } from "./targets.ts";
import { Warmth } from "./warmth.ts";

/** One write per so many reads. */
const READS_PER_WRITE = 100;
const VERIFIED_MIN = 60;

/** Relations that were just loaded make the cache keep nothing of their users for a follower's TTL. */
const WARM_AGAIN_MS = 15_000;

const say = (text: string) => console.error(text);

/** @returns the exit code: 1 when an answer was wrong, or a request failed. */
export async function feedRead(args: readonly string[]): Promise<number> {
  const options = feedReadOptions(args);
  const { profile, feedCache, feedBuckets } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-bench-"));
  const vars: Record<string, string> = { FEED_BUCKETS: String(feedBuckets) };
  // The hosted profile's cache is its Redis, unless it is off.
  if (profile === "embedded" || !feedCache) vars["FEED_CACHE"] = feedCache ? "embedded" : "off";
  const product = await startProduct(say, { profile, vars });
  try {
    return await onProduct(product, options, folder);
  } finally {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function onProduct(
  product: Product,
  options: FeedReadOptions,
  folder: string,
): Promise<number> {
  const workload = makeWorkload(options);
  const edges = workload.follows.reduce((sum, list) => sum + list.length, 0);
  say(`Loading ${options.users} users, ${edges} follows, ${options.posts} posts`);
  const ids = await loadWorkload(product.api, product.map, workload);
  const tokens = await Promise.all(ids.map((id) => product.token(String(id))));

  const viewers = [...new Set(workload.viewers)];
  say(`Comparing the first pages of ${viewers.length} viewers with the oracle`);
  const { directUrl: url, map } = product;
  const reader = { url, tokens, ids, map, workload, oracle: new Oracle(workload) };
  const first = await firstReads(product, reader, viewers, options.feedBuckets);
  // Those filled the cache, once it keeps entries again: what is timed is compared once more.
  let pages = await readPages(reader, viewers);
  for (let pass = 0; pass < BOUNDS.warmPassesMax && options.feedCache && !isWarm(pages); pass++) {
    await delay(WARM_AGAIN_MS);
    pages = await readPages(reader, viewers);
  }
  const wrong = [...first.flatMap((reads) => reads.wrong), ...pages.values()].filter(
    (page) => page.difference !== null,
  );
  if (wrong.length > 0 || pages.size < Math.min(VERIFIED_MIN, options.users)) {
    const examples = wrong.slice(0, 5).map((page) => `user ${page.viewer}: ${page.difference}`);
    say(`${wrong.length} of ${2 * pages.size} pages are wrong; nothing was timed.`);
    for (const example of examples) say(example);
    return 1;
  }

  const warmth = new Warmth(product, reader, viewers, path.join(folder, "verified"));
  const generator = bestGenerator();
  const { beside, feedCache } = options;
  const parts = { folder, product, workload, ids, tokens, pages, beside, feedCache };
  const { targets, stop } = await makeTargets({
    ...parts,
    verified: warmth.file,
    warm: () => warmth.renew(),
  });
  const rest = keepWarm(() => readPage(reader, widest(pages)));
  try {
    const measured = await measureInTurn(targets, generator, {
      ...options,
      readsPerWrite: READS_PER_WRITE,
      onRound: ({ name }, { cpuMsPerRead, readsPerSecond, foreignCores, isNoisy, wrong: not }) =>
        say(
          `${name.trim()}: ${digits(cpuMsPerRead, 3)} ms, ${digits(readsPerSecond, 0)}/s, ` +
            `others ${digits(foreignCores, 2)} cores${isNoisy ? ", noisy" : ""}` +
            `${not > 0 ? `, ${not} WRONG` : ""}`,
        ),
    });
    const report = reportOf(options, generator.name, [...pages.values()], measured, first);
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    const unlike = await warmth.unlikeGraph();
    say(`${unlike} of ${viewers.length} pages are not what the leaders say now.`);
    const failed = report.lines.some((line) => line.refused + line.lost + line.wrong > 0);
    return failed || unlike > 0 ? 1 : 0;
  } finally {
    rest();
    await stop();
  }
}

/** Whether all but a few pages came from the cache. */
const isWarm = (pages: ReadonlyMap<number, ReadPage>): boolean =>
  mean([...pages.values()].map(({ calls }) => calls)) < 1.1;

/** The viewer whose page touches most shards. */
const widest = (pages: ReadonlyMap<number, ReadPage>): number =>
  [...pages.values()].reduce((best, page) => (page.shards > best.shards ? page : best)).viewer;

/** One after another: it warms what a running product has warm, and nothing else. */
async function readPages(
  reader: PageReader,
  viewers: readonly number[],
): Promise<ReadonlyMap<number, ReadPage>> {
  const pages = new Map<number, ReadPage>();
  for (const viewer of viewers) pages.set(viewer, await readPage(reader, viewer));
  return pages;
}
