import { beforeEach, describe, it } from "vitest";

import { realtimeGraph } from "../../../../core/feed/realtime/graph.ts";
import type { Audience, Post } from "../../../../core/feed/schemas.ts";
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

async function reach(
  post: Post,
  isNamed: boolean,
  viewers: readonly string[],
  told: Audience | null = null,
) {
  const graph = realtimeGraph(() => world.tao());
  const spreading = { post: id(post.id), author: id(post.author.id), isNamed };
  return must(graph.reach(spreading, viewers.map(id), () => told));
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

describe("a post whose audience was changed", () => {
  let friend: string;
  let stranger: string;
  beforeEach(async () => {
    [friend, stranger] = [await world.user("friend"), await world.user("stranger")];
    await world.befriend(friend, author);
  });
  const everybody = () => [reader, friend, stranger, author];
  const FOR: readonly (readonly [Audience, () => readonly string[]])[] = [
    ["public", everybody],
    ["followers", () => [reader, author]],
    ["friends", () => [friend, author]],
    ["only_me", () => [author]],
  ];

  /** Asked of a graph that has `stored`, after fan-out told of `told`. */
  async function within(stored: Audience, told: Audience): Promise<readonly string[]> {
    const post = await world.post(author, { audience: stored });
    const graph = realtimeGraph(() => world.tao());
    const kept = await must(graph.within(id(post.id), told, everybody().map(id)));
    const wanted = new Map(everybody().map((viewer) => [id(viewer), new Set([id(post.id)])]));
    const visible = await must(graph.visible(wanted, () => told));
    const seen = everybody().filter((viewer) => visible.get(id(viewer))?.has(id(post.id)));
    if (
      seen.join() !==
      everybody()
        .filter((viewer) => kept.has(id(viewer)))
        .join()
    )
      throw new Error(`a lookup says ${seen.join()}, the author's side ${[...kept].join()}`);
    return seen;
  }

  it("is for whom it is told to be, as far as the graph knows of it", async ({ expect }) => {
    for (const [stored, before] of FOR)
      for (const [told, after] of FOR) {
        const both = after().filter((viewer) => before().includes(viewer));
        expect((await within(stored, told)).toSorted(), `${stored}, ${told}`).toEqual(
          both.toSorted(),
        );
      }
  });

  it("is nobody's when it is gone, and not for whom a block parts from its author", async ({
    expect,
  }) => {
    const post = await world.post(author);
    const graph = realtimeGraph(() => world.tao());
    await world.relate(author, stranger, "block");
    const kept = () => must(graph.within(id(post.id), "public", [id(reader), id(stranger)]));
    expect([...(await kept())]).toEqual([id(reader)]);
    await must(deletePost(world.as(author), post.id));
    expect((await kept()).size).toBe(0);
  });

  it("is counted by what was told, whoever was named", async ({ expect }) => {
    const post = await world.post(author);
    const reachedBy = async (told: Audience) =>
      [...(await reach(post, true, [reader, friend, stranger], told)).viewers].map(String);
    expect(await reachedBy("friends")).toEqual([friend]);
    expect(await reachedBy("followers")).toEqual([reader]);
  });

  it("costs as many calls for many viewers as for one", async ({ expect }) => {
    const post = await world.post(author, { audience: "followers" });
    const viewers = [reader, friend, stranger].map(id);
    for (let n = 0; n < 500; n++) viewers.push((1_000n + BigInt(n)) as Id);
    let calls = 0;
    const counting: ProxyHandler<ReturnType<typeof world.tao>> = {
      get: (tao, key) => {
        if (key === "read") calls++;
        const value: unknown = Reflect.get(tao, key);
        return typeof value === "function" ? (value.bind(tao) as unknown) : value;
      },
    };
    const graph = realtimeGraph(() => new Proxy(world.tao(), counting));
    expect([...(await must(graph.within(id(post.id), "followers", viewers)))]).toEqual([
      id(reader),
    ]);
    expect(calls).toBe(2);
    const spreading = { post: id(post.id), author: id(author), isNamed: false };
    const counted = await must(graph.reach(spreading, viewers, () => "followers"));
    expect([...counted.viewers]).toEqual([id(reader)]);
    expect(calls, "the author's shard, and mutes of whoever is left").toBe(4);
  });
});
