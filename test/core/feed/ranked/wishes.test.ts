import { describe, it } from "vitest";

import { itemOfPost } from "../../../../core/feed/ranked/rank-items.ts";
import { toId } from "../../../../core/feed/views.ts";
import { rankableOf, rankContext } from "../../../../core/feed/ranked/context.ts";
import { loadStanding, sourceOf } from "../../../../core/feed/standing.ts";
import { giveFeedback } from "../../../../core/feed/usecases/feedback.ts";
import { markSeen, seen } from "../../../../core/feed/usecases/seen.ts";
import type { Post } from "../../../../core/feed/schemas.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { ASSOC } from "../../../../core/tao/registry.ts";
import { cast, codeOf, must } from "../../../fakes/feed-world.ts";

const place = ({ createdAtMs, id }: Post) => ({ timeMs: createdAtMs, id });

describe("what a viewer has seen", () => {
  it("is joined over devices and told back", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const posts: Post[] = [];
    for (let n = 0; n < 6; n++) posts.push(await world.post(author));
    const range = (from: number, to: number) => {
      const [a, b] = [posts[from], posts[to]];
      if (a === undefined || b === undefined) throw new Error("no such post");
      return { from: place(a), to: place(b) };
    };
    await must(markSeen(world.as(reader), [range(5, 4)]));
    await must(markSeen(world.as(reader), [range(0, 1)]));
    const state = await must(markSeen(world.as(reader), [range(4, 2)]));
    expect(state.ranges).toEqual([range(5, 2), range(1, 0)]);
    expect(await must(seen(world.as(reader)))).toEqual(state);
    expect((await must(seen(world.as(author)))).ranges).toEqual([]);
  });
});

describe("wishes", () => {
  it("count for the author, for two weeks, until they are taken back", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const post = await world.post(author);
    const id = BigInt(reader) as Id;
    const context = () => {
      const edges = world.graph.list(id, ASSOC.feedback);
      return rankContext(world.graph.list(id, ASSOC.seen), edges, world.nowMs);
    };
    const standing = await loadStanding(world.tao(), id, [BigInt(author) as Id]);
    if (!standing.ok) throw new Error("no standing");
    const wish = () => rankableOf(post, context(), null).feedback;
    await must(giveFeedback(world.as(reader), post.id, "less"));
    expect(wish()).toBe("less");
    await must(giveFeedback(world.as(reader), post.id, "more"));
    expect(wish()).toBe("more");
    world.nowMs += LIMITS.feedbackMs;
    expect(wish()).toBe(null);
    await must(giveFeedback(world.as(reader), post.id, "more"));
    await must(giveFeedback(world.as(reader), post.id, null));
    expect(wish()).toBe(null);
  });

  it("count for reposts of the author's posts, too, before what was said of who passed them on", async ({
    expect,
  }) => {
    const { world, author, reader, other } = await cast();
    const post = await world.post(author);
    const repost = await world.post(other, { repostOf: post.id });
    const wish = () =>
      rankableOf(
        repost,
        rankContext([], world.graph.list(BigInt(reader) as Id, ASSOC.feedback), world.nowMs),
        null,
      ).feedback;
    const own = await world.post(other);
    await must(giveFeedback(world.as(reader), own.id, "more"));
    expect(wish()).toBe("more");
    await must(giveFeedback(world.as(reader), post.id, "less"));
    expect(wish()).toBe("less");
  });

  it("are refused about what the viewer may not see", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const post = await world.post(author, { audience: "friends" });
    expect(await codeOf(giveFeedback(world.as(reader), post.id, "less"))).toBe("not_found");
    expect(await codeOf(giveFeedback(world.as(null), post.id, "less"))).toBe("unauthenticated");
  });
});

describe("what the scorer sees of a post", () => {
  it("has where it came from, and counts of what a repost shows", async ({ expect }) => {
    const { world, author, reader, other } = await cast();
    await world.relate(reader, author, "follow");
    await world.befriend(reader, other);
    const ids = [author, other].map((text) => BigInt(text) as Id);
    const standing = await loadStanding(world.tao(), BigInt(reader) as Id, ids);
    if (!standing.ok) throw new Error("no standing");
    const sources = [reader, author, other, "1"].map((text) =>
      sourceOf(BigInt(text) as Id, standing.value),
    );
    expect(sources).toEqual(["own", "followed", "friend", "popular"]);
    const original = await world.post(other);
    const repost = await world.post(author, { repostOf: original.id });
    const inner = { ...original, counts: { reactions: 4, comments: 3, reposts: 2 } };
    expect(itemOfPost({ ...repost, repostOf: inner })).toMatchObject({
      post: toId(repost.id),
      content: toId(original.id),
      author: toId(author),
      textChars: original.text.length,
      isRepost: true,
      counts: inner.counts,
    });
  });
});
