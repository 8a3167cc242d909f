import { describe, it } from "vitest";

import {
  commentPageSchema,
  commentSchema,
  postSchema,
  reactionPageSchema,
} from "../../../core/feed/schemas.ts";
import { addComment, comments, deleteComment } from "../../../core/feed/usecases/comments.ts";
import { deletePost, setAudience } from "../../../core/feed/usecases/own-posts.ts";
import { createPost, post } from "../../../core/feed/usecases/posts.ts";
import { react, reactions } from "../../../core/feed/usecases/reactions.ts";
import { type Id } from "../../../core/ids.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { codeOf, FeedWorld, idsOf, must } from "../../fakes/feed-world.ts";

const PAGE = { limit: 20, cursor: undefined };
const NEW = { text: "hello", media: [], audience: "public" } as const;

async function cast() {
  const world = new FeedWorld();
  const [author, reader, other] = [
    await world.user("author"),
    await world.user("reader"),
    await world.user("other"),
  ];
  return { world, author, reader, other };
}

describe("posts", () => {
  it("are created as given, and a retry answers the same without a second one", async ({
    expect,
  }) => {
    const { world, author } = await cast();
    const media = [{ key: `${"ab".repeat(16)}.png`, width: 3, height: 4, alt: "a\tb\n\u2028" }];
    const fields = { text: 'tab\t"quote"\nline \u{1f600}', media, audience: "followers" } as const;
    const made = await must(
      createPost(world.as(author, { key: "k" }), { ...fields, media: [...media] }),
    );
    expect(postSchema.parse(made)).toMatchObject({
      ...fields,
      createdAtMs: world.nowMs,
      viewer: { reaction: null },
    });
    world.nowMs += 10_000;
    expect(
      await must(createPost(world.as(author, { key: "k" }), { ...fields, media: [...media] })),
    ).toEqual(made);
    expect(idsOf(await world.home(author))).toEqual([made.id]);
    const changed = createPost(world.as(author, { key: "k" }), { ...NEW, media: [] });
    expect(await codeOf(changed)).toBe("idempotency_mismatch");
    expect(await codeOf(createPost(world.as(null), { ...NEW, media: [] }))).toBe("unauthenticated");
  });

  it("give another viewer's key another post", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const a = await must(createPost(world.as(author, { key: "k" }), { ...NEW, media: [] }));
    const b = await must(createPost(world.as(reader, { key: "k" }), { ...NEW, media: [] }));
    expect(b.author.id).toBe(reader);
    expect(b.id).not.toBe(a.id);
  });

  it("repost once each; a repost of a repost means the original; deleting it frees the count", async ({
    expect,
  }) => {
    const { world, author, reader, other } = await cast();
    const original = await world.post(author);
    const repost = await world.post(reader, { repostOf: original.id });
    expect(repost).toMatchObject({
      text: "",
      repostOf: { id: original.id, counts: { reposts: 1 } },
    });
    const second = await world.post(other, { repostOf: repost.id });
    expect(second.repostOf).toMatchObject({ id: original.id, counts: { reposts: 2 } });
    const quote = await world.post(other, { quoteOf: repost.id });
    expect(quote.quoteOf?.id).toBe(original.id);
    const again = createPost(world.as(reader), {
      text: "",
      media: [],
      audience: "public",
      repostOf: original.id,
    });
    expect(await codeOf(again)).toBe("conflict");

    expect(await must(deletePost(world.as(reader), repost.id))).toBeNull();
    expect((await must(post(world.as(null), original.id))).counts.reposts).toBe(1);
    await world.post(reader, { repostOf: original.id });
  });

  it("cannot embed what the author may not see", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const secret = await world.post(author, { audience: "only_me" });
    const quote = { ...NEW, media: [], quoteOf: secret.id };
    expect(await codeOf(createPost(world.as(reader), quote))).toBe("not_found");
    expect(await codeOf(createPost(world.as(reader), { ...quote, quoteOf: author }))).toBe(
      "not_found",
    );
  });

  it("change their audience in both places, keeping their place", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const quoted = await world.post(reader);
    const mine = await world.post(author, { quoteOf: quoted.id });
    const newer = await world.post(author);
    const changed = await must(setAudience(world.as(author), mine.id, "friends"));
    expect(changed).toEqual({ ...mine, audience: "friends" });
    expect(idsOf(await world.home(author))).toEqual([newer.id, mine.id]);
    const [, edge] = world.graph.list(BigInt(author) as Id, ASSOC.authored);
    expect(JSON.parse(edge?.data ?? "")).toEqual({ a: 2, q: quoted.id });
  });

  it("stay deleted when their audience is changed at that moment", async ({ expect }) => {
    const { world, author } = await cast();
    const { id } = await world.post(author);
    const tao = world.tao();
    const write = tao.write.bind(tao);
    tao.write = async (...args) => {
      await must(deletePost(world.as(author), id));
      return write(...args);
    };
    const late = await setAudience(world.as(author, { tao }), id, "public");
    expect(late).toEqual({ ok: false, error: { code: "not_found", what: "post" } });
    expect(world.graph.list(BigInt(author) as Id, ASSOC.authored)).toEqual([]);
  });

  it("belong to their author: others' visible ones are forbidden, hidden ones not found", async ({
    expect,
  }) => {
    const { world, author, reader } = await cast();
    const [open, secret] = [
      await world.post(author),
      await world.post(author, { audience: "only_me" }),
    ];
    for (const [id, code] of [
      [open.id, "forbidden"],
      [secret.id, "not_found"],
      [author, "not_found"],
      ["x", "not_found"],
    ] as const) {
      expect(await codeOf(deletePost(world.as(reader), id)), id).toBe(code);
      expect(await codeOf(setAudience(world.as(reader), id, "public")), id).toBe(code);
    }
    expect(await codeOf(deletePost(world.as(null), open.id))).toBe("unauthenticated");
    expect(idsOf(await world.home(author))).toEqual([secret.id, open.id]);
  });

  it("are gone for all once deleted, with everything about them; a retry gets its first answer", async ({
    expect,
  }) => {
    const { world, author, reader } = await cast();
    const { id } = await world.post(author);
    const comment = await must(addComment(world.as(reader), id, { text: "hi" }));
    const key = { key: "d" };
    expect(await must(deletePost(world.as(author, key), id))).toBeNull();
    world.nowMs += 1_000;
    expect(await must(deletePost(world.as(author, key), id))).toBeNull();
    expect(await codeOf(deletePost(world.as(author, { key: "e" }), id))).toBe("not_found");
    expect(await codeOf(deletePost(world.as(author), id))).toBe("not_found");
    const call = world.as(reader);
    expect(await codeOf(post(call, id))).toBe("not_found");
    expect(await codeOf(comments(call, id, PAGE))).toBe("not_found");
    expect(await codeOf(react(call, "comment", comment.id, "like"))).toBe("not_found");
    expect(await codeOf(reactions(call, "comment", comment.id, PAGE))).toBe("not_found");
    expect(world.graph.list(BigInt(author) as Id, ASSOC.authored)).toEqual([]);
  });

  it("can be deleted by their author when what they repost is hidden", async ({ expect }) => {
    const { world, author, reader } = await cast();
    const original = await world.post(author);
    const repost = await world.post(reader, { repostOf: original.id });
    await must(setAudience(world.as(author), original.id, "only_me"));
    expect(await codeOf(post(world.as(reader), repost.id))).toBe("not_found");
    expect(await must(deletePost(world.as(reader), repost.id))).toBeNull();
  });
});

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
