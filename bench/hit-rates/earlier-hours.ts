import { createClient } from "../../client/client.ts";
import { feedBucketName } from "../../core/feed/cache/names.ts";
import { LIMITS } from "../../core/limits.ts";
import { runPool } from "../../dev/operator/pool.ts";
import type { Product } from "../feed-read/product.ts";
import { REGION_SHARES } from "./day.ts";
import { fetchFrom, type From } from "./http.ts";

export interface EarlierReader {
  readonly id: string;
  readonly from: From;
}

const AT_ONCE = 8;

/**
 * Whoever was here in the hours before reads one page, as fast as it goes: followers, leaders and images
 * at the edge are warm from it, as they live longer than a slice. Feed buckets forget who it was;
 * their entries run out in five minutes.
 *
 * @returns how many images they asked for, each once in a region.
 */
export async function earlierHours(
  product: Product,
  readers: readonly EarlierReader[],
): Promise<{ readonly images: number }> {
  const shown = new Set<string>();
  const read = async (place: number) => {
    const reader = readers[place];
    if (reader === undefined) return;
    const ask = fetchFrom(reader.from);
    const token = await product.token(reader.id);
    const client = createClient({ baseUrl: product.directUrl, token: () => token, fetch: ask });
    const { items } = await client.feed({ limit: 20 });
    const keys = items.flatMap(({ author, media }) => [
      ...(author.avatar === null ? [] : [author.avatar]),
      ...media.map((one) => one.key),
    ]);
    for (const key of keys) {
      const name = `${reader.from.region} ${key}`;
      if (shown.has(name)) continue;
      shown.add(name);
      await ask(`${product.directUrl}/media/${key}`);
    }
  };
  await runPool(readers.length, AT_ONCE, read, new AbortController().signal);
  for (const [region] of REGION_SHARES)
    for (let bucket = 0; bucket < LIMITS.feedBuckets; bucket++)
      await product.evict("feedBucket", feedBucketName(region, bucket));
  return { images: shown.size };
}
