import { describe, it } from "vitest";

import {
  commentPageSchema,
  commentSchema,
  reactionPageSchema,
} from "../../../core/feed/schemas.ts";
import { addComment, comments, deleteComment } from "../../../core/feed/usecases/comments.ts";
import { deletePost } from "../../../core/feed/usecases/own-posts.ts";
import { post } from "../../../core/feed/usecases/posts.ts";
import { react, reactions } from "../../../core/feed/usecases/reactions.ts";
import { cast, codeOf, idsOf, must } from "../../fakes/feed-world.ts";

const PAGE = { limit: 20, cursor: undefined };

describe("comments", () => {
  it("are listed newest first in pages, with counts and the viewer's reaction", async ({
    expect,
  }) => {
    const { world, author, reader } = await cast();
    const { id } = await world.post(author);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) {
      world.nowMs += i % 2;
      const comment = await must(
        addComment(world.as(reader, { key: `c${i}` }), id, { text: `c ${i}` }),
      );
      expect(commentSchema.parse(comment)).toMatchObject({
        postId: id,
        replyTo: null,
        author: { id: reader },
      });
      expect(
        await must(addComment(world.as(reader, { key: `c${i}` }), id, { text: `c ${i}` })),
      ).toEqual(comment);
      made.unshift(comment.id);
    }
    await must(react(world.as(author), "comment", made[1] ?? "", "laugh"));
    const first = commentPageSchema.parse(
      await must(comments(world.as(author), id, { limit: 2, cursor: undefined })),
    );
    expect(first.items[1]).toMatchObject({
      counts: { reactions: 1 },
      viewer: { reaction: "laugh" },
    });
    const rest = await must(
      comments(world.as(author), id, { limit: 3, cursor: first.cursor ?? undefined }),
    );
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(made);
    expect(rest.cursor).toBeNull();
    expect((await must(post(world.as(null), id))).counts.comments).toBe(5);
  });

  it("keep two people's equal keys apart", async ({ expect }) => {
    const { world, author, reader, other } = await cast();
    const { id } = await world.post(author);
    const say = (who: string) => addComment(world.as(who, { key: "same" }), id, { text: "hi" });
    const [a, b] = [await must(say(reader)), await must(say(other))];
    expect([a.author.id, b.author.id]).toEqual([reader, other]);
  });

  it("are hidden across a block, both ways", async ({ expect }) => {
    const { world, author, reader, other } = await cast();
    const { id } = await world.post(author);
    const comment = await must(addComment(world.as(reader), id, { text: "hi" }));
    for (const [by, whom] of [
      [other, reader],
      [reader, other],
    ] as const) {
      await world.relate(by, whom, "block");
      expect((await must(comments(world.as(other), id, PAGE))).items).toEqual([]);
      expect(await codeOf(react(world.as(other), "comment", comment.id, "like"))).toBe("not_found");
      await world.relate(by, whom, "block", false);
      expect((await must(comments(world.as(other), id, PAGE))).items).toHaveLength(1);
    }
  });

  it("answer a comment of the same post only", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const [here, there] = [await world.post(author), await world.post(author)];
    const parent = await must(addComment(world.as(reader), here.id, { text: "one" }));
    const reply = await must(
      addComment(world.as(author), here.id, { text: "two", replyTo: parent.id }),
    );
    expect(reply.replyTo).toBe(parent.id);
    for (const replyTo of [here.id, "1", "99999999999999999999"]) {
      expect(await codeOf(addComment(world.as(reader), here.id, { text: "x", replyTo }))).toBe(
        "invalid_request",
      );
    }
    const elsewhere = addComment(world.as(reader), there.id, { text: "x", replyTo: parent.id });
    expect(await codeOf(elsewhere)).toBe("invalid_request");
  });

  it("are deleted by their author or the post's, once", async ({ expect }) => {
    const { world, author, reader, other } = await cast();
    const { id } = await world.post(author);
    const add = async () => (await must(addComment(world.as(reader), id, { text: "hi" }))).id;
    const [mine, hosted] = [await add(), await add()];
    expect(await codeOf(deleteComment(world.as(other), mine))).toBe("forbidden");
    expect(await codeOf(deleteComment(world.as(null), mine))).toBe("unauthenticated");
    expect(await must(deleteComment(world.as(reader, { key: "k" }), mine))).toBeNull();
    expect(await must(deleteComment(world.as(reader, { key: "k" }), mine))).toBeNull();
    expect(await codeOf(deleteComment(world.as(reader), mine))).toBe("not_found");
    expect(await must(deleteComment(world.as(author), hosted))).toBeNull();
    expect((await must(comments(world.as(reader), id, PAGE))).items).toEqual([]);
    expect((await must(post(world.as(reader), id))).counts.comments).toBe(0);
    expect(await codeOf(deleteComment(world.as(author), id))).toBe("not_found");
  });

  it("are all that deleting one can delete, also under a key", async ({ expect }) => {
    const { world, author, reader, other } = await cast();
    const { id } = await world.post(author);
    for (const target of [id, author, other])
      expect(await codeOf(deleteComment(world.as(reader, { key: "k" }), target))).toBe("not_found");
    const comment = await must(addComment(world.as(author), id, { text: "of my own post" }));
    for (const target of [comment.id, author])
      expect(await codeOf(deletePost(world.as(author, { key: "p" }), target))).toBe("not_found");
    expect((await must(comments(world.as(reader), id, PAGE))).items).toHaveLength(1);
    expect((await must(post(world.as(reader), id))).author.id).toBe(author);
    expect((await must(addComment(world.as(other), id, { text: "here" }))).author.id).toBe(other);
  });
});

describe("reactions", () => {
  it("are one per person: set, changed, taken back", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const { id } = await world.post(author);
    const set = (kind: "like" | "love" | null) => must(react(world.as(reader), "post", id, kind));
    expect(await set("like")).toEqual({ reaction: "like", reactions: 1 });
    expect(await set("like")).toEqual({ reaction: "like", reactions: 1 });
    expect(await set("love")).toEqual({ reaction: "love", reactions: 1 });
    expect((await must(post(world.as(reader), id))).viewer.reaction).toBe("love");
    await must(react(world.as(author), "post", id, "wow"));
    const page = reactionPageSchema.parse(await must(reactions(world.as(null), "post", id, PAGE)));
    expect(page.items.map(({ user, kind }) => [user.id, kind])).toEqual(
      expect.arrayContaining([
        [author, "wow"],
        [reader, "love"],
      ]),
    );
    expect(await set(null)).toEqual({ reaction: null, reactions: 1 });
    expect(await set(null)).toEqual({ reaction: null, reactions: 1 });
    expect(await codeOf(react(world.as(null), "post", id, "like"))).toBe("unauthenticated");
    expect(await codeOf(react(world.as(reader), "comment", id, "like"))).toBe("not_found");
  });

  it("hide whom a block hides", async ({ expect }) => {
    const { world, author, reader, other } = await cast();
    const { id } = await world.post(author);
    await must(react(world.as(reader), "post", id, "like"));
    await world.relate(reader, other, "block");
    expect((await must(reactions(world.as(other), "post", id, PAGE))).items).toEqual([]);
    expect((await must(reactions(world.as(author), "post", id, PAGE))).items).toHaveLength(1);
  });
});
