import { setTimeout as delay } from "node:timers/promises";

import type { Client } from "../../client/client.ts";
import { formatId } from "../../core/ids.ts";
import type { FanOutOptions } from "./options.ts";
import type { FanOutProduct } from "./product.ts";
import { posts, postsDone } from "./rounds.ts";
import type { World } from "./world.ts";

/** Well before the chunks of a post to many are done. */
const KILL_AFTER_MS = 300;
const PAGE = 50;

/** What became of posts whose spreading was cut off. */
export interface Killed {
  readonly kills: number;
  /** Acknowledged before a kill. */
  readonly posts: number;
  /** Of these, with work left at the moment of the kill. */
  readonly unfinished: number;
  /** Feeds read afterwards, and how many of them a cache answered. */
  readonly pages: number;
  readonly cached: number;
  /** Posts that a feed should have and has not, over all of them. */
  readonly missing: number;
}

/**
 * Posts to everybody, `kill -9` while they are being pushed, starts over the same data, waits until all
 * is spread, and reads the feeds of those who had one in the cache before. Local queues forget what they
 * carry, so whatever is complete afterwards was sent again from the log or from a shard's own table.
 */
export async function killWhilePushing(
  { many, readers }: World,
  options: FanOutOptions,
  start: () => Promise<FanOutProduct>,
): Promise<Killed> {
  const sum = { kills: 0, posts: 0, unfinished: 0, pages: 0, cached: 0, missing: 0 };
  let product = await start();
  for (; sum.kills < options.kills; sum.kills++) {
    const before = await Promise.all(readers.map((id) => product.as(formatId(id))));
    for (const client of before) await client.feed({ mode: "latest" });
    const ids = await posts(await product.as(formatId(many.id)), options.posts);
    await delay(KILL_AFTER_MS);
    sum.posts += ids.length;
    sum.unfinished += await unfinished(product, ids);
    await product.kill();

    product = await start();
    await postsDone(product, ids);
    for (const reader of readers) {
      const { ids: found, isCached } = await newest(
        await product.as(formatId(reader)),
        options.posts,
      );
      sum.pages++;
      sum.cached += Number(isCached);
      sum.missing += ids.filter((id) => !found.has(id)).length;
    }
  }
  await product.stop();
  return sum;
}

async function unfinished({ operator }: FanOutProduct, ids: readonly string[]): Promise<number> {
  const records = await Promise.all(ids.map((id) => operator.fanoutPost(id).catch(() => null)));
  return records.filter((record) => record === null || record.doneMs === null).length;
}

/** The first `count` posts of a feed; the first page says whether a cache had it. */
async function newest(client: Client, count: number) {
  const ids = new Set<string>();
  let isCached = false;
  for (let cursor: string | null = null, first = true; ids.size < count; first = false) {
    const page = await client.feed({
      mode: "latest",
      limit: PAGE,
      ...(cursor !== null && { cursor }),
    });
    if (first) isCached = page.ageMs > 0;
    for (const { id } of page.items) ids.add(id);
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return { ids, isCached };
}
