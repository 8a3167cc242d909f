import { BOUNDS } from "../bounds.ts";
import { feedBucketName } from "../../core/feed/cache/names.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { followerName, leaderName } from "../../core/tao/names.ts";
import { cpuSeconds, withDescendants } from "../measure/processes.ts";
import { mean, percentile } from "../measure/statistics.ts";
import { type PageReader, readPage, type ReadPage } from "./pages.ts";
import type { Product } from "./product.ts";

/** Pages that were read for the first time, one after another. */
export interface FirstReads {
  readonly name: string;
  readonly reads: number;
  readonly cpuMsPerRead: number;
  readonly callsMean: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly wrong: readonly ReadPage[];
}

/**
 * What a read costs before anything is warm. Half of the viewers read first of all, after every object
 * has lost its memory; then the other half, whose feeds are in no cache, over followers that are warm from it.
 */
export async function firstReads(
  product: Product,
  reader: PageReader,
  viewers: readonly number[],
  feedBuckets: number,
): Promise<readonly FirstReads[]> {
  await forgetAll(product, feedBuckets);
  const half = Math.min(viewers.length >> 1, BOUNDS.firstReadsMax);
  const [before, after] = [viewers.slice(0, half), viewers.slice(half, 2 * half)];
  return [
    await readOnce("nothing is warm", product, reader, before),
    await readOnce("in no feed cache, followers warm", product, reader, after),
  ];
}

async function readOnce(
  name: string,
  { pids }: Product,
  reader: PageReader,
  viewers: readonly number[],
): Promise<FirstReads> {
  const cpu = () => cpuSeconds(pids.flatMap(withDescendants));
  const before = cpu();
  const tookMs: number[] = [];
  const pages: ReadPage[] = [];
  for (const viewer of viewers) {
    const startMs = performance.now();
    pages.push(await readPage(reader, viewer));
    tookMs.push(performance.now() - startMs);
  }
  return {
    name,
    reads: pages.length,
    cpuMsPerRead: ((cpu() - before) * 1_000) / pages.length,
    callsMean: mean(pages.map(({ calls }) => calls)),
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    wrong: pages.filter(({ difference }) => difference !== null),
  };
}

async function forgetAll({ map, evict }: Product, feedBuckets: number): Promise<void> {
  const regions = DEFAULT_REGIONS.map(({ region }) => region);
  const buckets = Array.from({ length: feedBuckets }, (_, bucket) => bucket);
  const names = regions.flatMap((region) => [
    ...map.entries.map(({ shard }) => ["follower", followerName(shard, region, 0)] as const),
    ...map.entries.map(({ shard }) => ["leader", leaderName(shard, region)] as const),
    ...buckets.map((bucket) => ["feedBucket", feedBucketName(region, bucket)] as const),
  ]);
  // One that is not in memory cannot be evicted, and need not be.
  for (const [kind, name] of names) await evict(kind, name).catch(() => {});
}
