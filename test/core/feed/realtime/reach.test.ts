import { beforeEach, describe, it } from "vitest";

import { realtimeGraph } from "../../../../core/feed/realtime/graph.ts";
import type { Post } from "../../../../core/feed/schemas.ts";
import { deletePost } from "../../../../core/feed/usecases/own-posts.ts";
import type { Id } from "../../../../core/ids.ts";
import { FeedWorld, must } from "../../../fakes/feed-world.ts";

const id = (text: string) => BigInt(text) as Id;

let world: FeedWorld;
let author: string;
let reader: string;
beforeEach(async () => {
  world = new FeedWorld();
  [author, reader] = [await world.user("author"), await world.user("reader")];
  await world.relate(reader, author, "follow");
});

async function reach(post: Post, isNamed: boolean, viewers: readonly string[]) {
  const graph = realtimeGraph(() => world.tao());
  const spreading = { post: id(post.id), author: id(post.author.id), isNamed };
  return must(graph.reach(spreading, viewers.map(id), () => null));
}
const reached = async (post: Post, isNamed: boolean, viewers: readonly string[] = [reader]) =>
  [...(await reach(post, isNamed, viewers)).viewers].map(String);

/** What is counted is what the feed shows, whether fan-out named the reader or not. */
async function agrees(post: Post): Promise<boolean> {
  const { items } = await world.home(reader);
  const isShown = items.some((item) => item.id === post.id);
  for (const isNamed of [true, false])
    if ((await reached(post, isNamed)).includes(reader) !== isShown)
      throw new Error(`named ${isNamed}: the feed shows it: ${isShown}`);
  return isShown;
}

describe("a new post is counted as the feed shows it", () => {
  it("for followers and friends, and nobody else", async ({ expect }) => {
    const [friend, stranger] = [await world.user("friend"), await world.user("stranger")];
    await world.befriend(friend, author);
    const everybody = [reader, friend, stranger];
    const open = await world.post(author);
    expect(await reached(open, false, everybody)).toEqual([reader, friend]);
    const closed = await world.post(author, { audience: "followers" });
    expect(await reached(closed, false, everybody)).toEqual([reader]);
    const own = await world.post(author, { audience: "only_me" });
    expect(await reached(own, false, everybody)).toEqual([]);
    expect(await agrees(open)).toBe(true);
  });

  it.for([
    ["a mute", "reader", "mute"],
    ["a block", "reader", "block"],
    ["a block by the author", "author", "block"],
  ] as const)("not after %s", async ([, who, relation], { expect }) => {
    const post = await world.post(author);
    const [one, other] = who === "reader" ? [reader, author] : [author, reader];
    await world.relate(one, other, relation);
    expect(await agrees(post)).toBe(false);
    await world.relate(one, other, relation, false);
    await world.relate(reader, author, "follow");
    expect(await agrees(post)).toBe(true);
  });

  it("by the original too, when it is a repost", async ({ expect }) => {
    const third = await world.user("third");
    const original = await world.post(third);
    const repost = await world.post(author, { repostOf: original.id });
    expect(await agrees(repost)).toBe(true);
    expect((await reach(repost, true, [reader])).original).toEqual({
      post: id(original.id),
      author: id(third),
    });
    for (const [one, other, relation] of [
      [reader, third, "mute"],
      [reader, third, "block"],
      [third, reader, "block"],
    ] as const) {
      await world.relate(one, other, relation);
      expect(await agrees(repost), `${relation} of ${other}`).toBe(false);
      await world.relate(one, other, relation, false);
    }
    expect(await agrees(repost)).toBe(true);
    await must(deletePost(world.as(third), original.id));
    expect(await agrees(repost)).toBe(false);
  });

  it("whatever becomes of what it quotes", async ({ expect }) => {
    const third = await world.user("third");
    const quote = await world.post(author, { quoteOf: (await world.post(third)).id });
    await world.relate(reader, third, "mute");
    expect(await agrees(quote)).toBe(true);
  });

  it("when it was named and this region has not got it yet", async ({ expect }) => {
    const post = { ...(await world.post(author)), id: "77" };
    expect(await reached(post, true)).toEqual([reader]);
    expect(await reached(post, false)).toEqual([]);
  });
});
