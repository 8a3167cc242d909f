import type { BucketEvent } from "../../core/feed/cache/port.ts";
import { encodeRecord, type EntryRecord } from "../../core/feed/cache/record.ts";
import type { CachedPage, Miss, PageWish } from "../../core/feed/cache/service.ts";
import type { Id } from "../../core/ids.ts";
import { AUDIENCES } from "../../core/tao/registry.ts";
import { id, type PostSpec, pushedOf, recordOf, standingFor } from "../fakes/feed-cells.ts";
import { REGION, type TestCache } from "./drivers.ts";
import { FIRST_PAGE } from "../fakes/first-page.ts";

/** Ids that doubles would round. */
export const big = (n: number): Id => id(2n ** 60n + BigInt(n));
export const [VIEWER, AUTHOR, FRIEND, STRANGER, OTHER] = [big(1), big(2), big(3), big(4), big(5)];

export async function ask(
  { cache }: TestCache,
  wish: Partial<PageWish> = {},
  viewer: Id = VIEWER,
): Promise<CachedPage | Miss> {
  const page = await cache.page(REGION, viewer, { ...FIRST_PAGE, ...wish });
  if (!page.ok) throw new Error(`no answer: ${JSON.stringify(page.error)}`);
  return page.value;
}

/** Numbers of the posts of a hit; why there is none otherwise. */
export async function posts(made: TestCache, viewer: Id = VIEWER): Promise<number[] | string> {
  const page = await ask(made, {}, viewer);
  if (!page.hit) return page.why;
  const items = JSON.parse(page.items) as { id: string }[];
  return items.map((item) => Number(BigInt(item.id) - 2n ** 60n));
}

export const post = (n: number, timeMs: number, more: Partial<PostSpec> = {}): PostSpec => ({
  id: big(n),
  author: AUTHOR,
  timeMs,
  ...more,
});
export const announce = (spec: PostSpec, original: PostSpec | null = null): BucketEvent => ({
  kind: "announce",
  pushed: pushedOf(spec, original),
});
export const push = (spec: PostSpec, ...viewers: Id[]): BucketEvent => ({
  kind: "push",
  pushed: pushedOf(spec),
  viewers: viewers.length === 0 ? [VIEWER] : viewers,
});
export const revoke = (n: number): BucketEvent => ({ kind: "revoke", post: big(n) });
export const audience = (
  n: number,
  rank: (typeof AUDIENCES)[number],
  seq: number,
): BucketEvent => ({
  kind: "revoke",
  post: big(n),
  audience: AUDIENCES.indexOf(rank),
  at: { epoch: 1, seq },
});

export const count = (
  n: number,
  seq: number,
  now: number,
  of: "reactions" | "comments" = "reactions",
): BucketEvent => ({ kind: "count", at: { epoch: 2, seq }, post: big(n), of, count: now });

/** An entry of the viewer, who follows an author, read at the watermark of a miss. */
export async function put(
  { cache }: TestCache,
  builtMs: number,
  specs: readonly PostSpec[],
  more: Partial<EntryRecord> = {},
): Promise<boolean> {
  const viewer = more.viewer ?? VIEWER;
  const standing = standingFor(viewer, { follows: new Set([AUTHOR]), friends: new Set([FRIEND]) });
  const record = recordOf(
    { viewer, builtMs, standing, ...more },
    specs.map((spec) => [spec, null] as const),
  );
  const kept = await cache.put(REGION, viewer, encodeRecord(record));
  if (!kept.ok) throw new Error(`not put: ${JSON.stringify(kept.error)}`);
  return kept.value;
}

/** A miss, and the entry that is built after it with these posts. */
export async function built(made: TestCache, ...numbers: number[]): Promise<number> {
  const miss = await ask(made);
  if (miss.hit) throw new Error("there is an entry already");
  const specs = numbers.map((n) => post(n, miss.watermarkMs - 1_000 + n));
  await put(made, miss.watermarkMs, specs);
  return miss.watermarkMs;
}
