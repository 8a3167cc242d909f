import { describe, it } from "vitest";

import { L1Cache } from "../../client/l1/l1-cache.ts";
import { memoryStore } from "../../client/storage/memory.ts";

const post = (id: string, author: string, more: object = {}) => ({
  id,
  author: { id: author },
  ...more,
});
const quoting = post("5", "2", { quoteOf: post("1", "7") });
const FEED = "/v1/feed?limit=20";
const LATER = "/v1/feed?cursor=c&limit=20";
const POSTS = "/v1/users/ann/posts?limit=20";
const COMMENTS = "/v1/posts/3/comments";

/** A device that has read a little of everything. */
async function device() {
  const cache = new L1Cache({ store: memoryStore(), nowMs: () => 1_000 });
  const kept: Record<string, unknown> = {
    [FEED]: {
      items: [post("3", "9"), post("4", "8", { repostOf: post("1", "7") }), quoting],
      cursor: "c",
    },
    [LATER]: { items: [post("1", "7"), post("2", "9")], cursor: null },
    [POSTS]: { items: [post("2", "9")], cursor: null },
    "/v1/posts/1": post("1", "7"),
    "/v1/posts/5": quoting,
    "/v1/posts/1/comments": { items: [post("c1", "9")] },
    [COMMENTS]: { items: [post("c2", "7"), post("c3", "9")] },
    "/v1/users/ann": { id: "9" },
    "/v1/users/bob": { id: "7" },
    "/v1/settings": { id: "1" },
  };
  const use = { mode: "swr" } as const;
  for (const [key, value] of Object.entries(kept))
    await cache.read(key, "page", use, async () => value);
  const idsIn = async (key: string) =>
    (await cache.peek<{ items: { id: string }[] }>(key))?.value.items.map(({ id }) => id);
  const valueOf = async (key: string) => (await cache.peek(key))?.value;
  return { cache, kept, idsIn, valueOf };
}

describe("what is withdrawn leaves the device", () => {
  it("a post: from lists, with its reposts, out of quotes, and its own page", async ({
    expect,
  }) => {
    const { cache, idsIn, valueOf } = await device();
    await cache.withdraw({ post: "1" });
    expect(await idsIn(FEED)).toEqual(["3", "5"]);
    expect(await idsIn(LATER)).toEqual(["2"]);
    expect(await valueOf(FEED)).toMatchObject({ cursor: "c", items: [{}, { quoteOf: null }] });
    expect(await valueOf("/v1/posts/5")).toMatchObject({ id: "5", quoteOf: null });
    expect(await valueOf("/v1/posts/1")).toBeUndefined();
    expect(await valueOf("/v1/posts/1/comments")).toBeUndefined();
  });

  it("a person: whatever they wrote, and their profile", async ({ expect }) => {
    const { cache, idsIn, valueOf } = await device();
    await cache.withdraw({ author: "7" });
    expect(await idsIn(FEED)).toEqual(["3", "5"]);
    expect(await idsIn(LATER)).toEqual(["2"]);
    expect(await idsIn(COMMENTS)).toEqual(["c3"]);
    expect(await valueOf("/v1/posts/1")).toBeUndefined();
    expect(await valueOf("/v1/users/bob")).toBeUndefined();
    expect(await valueOf("/v1/users/ann")).toEqual({ id: "9" });
  });

  it("and what it is not in stays as it was, its age too", async ({ expect }) => {
    const { cache, kept, valueOf } = await device();
    await cache.withdraw({ post: "404" });
    for (const [key, value] of Object.entries(kept)) expect(await valueOf(key)).toEqual(value);
    await cache.withdraw({ post: "1" });
    expect((await cache.peek(FEED))?.atMs).toBe(1_000);
  });
});
