import { z } from "zod";

import type { Id } from "../../core/ids.ts";
import { physicalShardOf, type ShardMap } from "../../core/tao/shard-map.ts";
import { handleOf, idAt } from "../workload/load.ts";
import type { Oracle } from "../workload/oracle.ts";
import type { Workload } from "../workload/workload.ts";

export const FEED_PATH = "/v1/feed?mode=latest&limit=20";
export const PAGE_POSTS = 20;

/** What a bench needs of a page; the schema of the API is checked elsewhere. */
const pageSchema = z.object({
  items: z.array(z.object({ text: z.string(), author: z.object({ handle: z.string() }) })),
  calls: z.int(),
});

export interface ReadPage {
  readonly viewer: number;
  readonly text: string;
  /** Object calls that the page says it took. */
  readonly calls: number;
  /** Physical shards that hold the viewer or somebody followed. */
  readonly shards: number;
  /** Null: exactly what the oracle says. Otherwise what differs first. */
  readonly difference: string | null;
}

export interface PageReader {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly ids: readonly Id[];
  readonly map: ShardMap;
  readonly workload: Workload;
  readonly oracle: Oracle;
}

/** One viewer's first page, as text. @throws on anything but 200. */
export async function fetchPage(
  { url, tokens }: Pick<PageReader, "url" | "tokens">,
  viewer: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}${FEED_PATH}`, {
    headers: { authorization: `Bearer ${tokens[viewer]}`, ...headers },
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${FEED_PATH}: ${response.status} ${text}`);
  return text;
}

/** The same, compared to the oracle. */
export async function readPage(reader: PageReader, viewer: number): Promise<ReadPage> {
  const text = await fetchPage(reader, viewer);
  const page = pageSchema.parse(JSON.parse(text));
  const got = page.items.map((item) => `${item.author.handle}: ${item.text}`);
  const expected = reader.oracle
    .home(viewer, PAGE_POSTS)
    .map((post) => `${handleOf(post.author)}: ${post.text}`);
  const followed = reader.workload.follows[viewer] ?? [];
  const homes = [viewer, ...followed].map((user) =>
    physicalShardOf(reader.map, idAt(reader.ids, user)),
  );
  return {
    viewer,
    text,
    calls: page.calls,
    shards: new Set(homes).size,
    difference: firstDifference(got, expected),
  };
}

function firstDifference(got: readonly string[], expected: readonly string[]): string | null {
  const length = Math.max(got.length, expected.length);
  for (let place = 0; place < length; place++) {
    if (got[place] !== expected[place])
      return `place ${place}: "${got[place]}", not "${expected[place]}"`;
  }
  return null;
}
