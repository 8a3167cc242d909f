import { z } from "zod";

import type { Id } from "../../core/ids.ts";
import { parseId } from "../../core/ids.ts";
import type { IdMap } from "./id-map.ts";
import type { Oracle, OraclePost } from "./oracle.ts";

const itemSchema = z.object({
  id: z.string(),
  text: z.string(),
  createdAtMs: z.number(),
  author: z.object({ id: z.string() }),
});
export const pageSchema = z.object({ items: z.array(itemSchema), cursor: z.string().nullable() });
export type FeedItem = z.infer<typeof itemSchema>;

/** The oracle's feed in the product's ids and order: newest first, then the larger id. */
export function expectedFeed(oracle: Oracle, person: string, ids: IdMap): readonly FeedItem[] {
  const known = (id: Id | undefined, what: string): Id => {
    if (id === undefined) throw new RangeError(`${what} is not in the map of ids`);
    return id;
  };
  return oracle
    .feedOf(person)
    .map((post: OraclePost) => ({ post, id: known(ids.message(post.id), `post ${post.id}`) }))
    .toSorted((a, b) => b.post.createdAtMs - a.post.createdAtMs || (a.id < b.id ? 1 : -1))
    .map(({ post, id }) => ({
      id: id.toString(),
      text: post.text,
      createdAtMs: post.createdAtMs,
      author: { id: known(ids.person(post.author), `person ${post.author}`).toString() },
    }));
}

/** Post by post. @returns the first difference in words, or null. */
export function firstDifference(
  expected: readonly FeedItem[],
  found: readonly FeedItem[],
): string | null {
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const [want, got] = [expected[i], found[i]];
    if (want === undefined) return `post ${i}: ${got?.id} is one too many`;
    if (got === undefined) return `post ${i}: ${want.id} is missing`;
    if (want.id !== got.id) return `post ${i}: ${want.id} wanted, ${got.id} found`;
    if (want.text !== got.text) return `post ${i} (${want.id}): another text`;
    if (want.createdAtMs !== got.createdAtMs) return `post ${i} (${want.id}): another time`;
    if (want.author.id !== got.author.id) return `post ${i} (${want.id}): another author`;
  }
  return null;
}

/** A token's subject must be an id of the product. @throws RangeError */
export function userIdOf(ids: IdMap, person: string): string {
  const id = ids.person(person);
  if (id === undefined || parseId(id.toString()) === null)
    throw new RangeError(`person ${person} is not in the map of ids`);
  return id.toString();
}
