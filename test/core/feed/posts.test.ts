import { describe, it } from "vitest";

import { postSchema } from "../../../core/feed/schemas.ts";
import { addComment, comments } from "../../../core/feed/usecases/comments.ts";
import { deletePost, setAudience } from "../../../core/feed/usecases/own-posts.ts";
import { createPost, post } from "../../../core/feed/usecases/posts.ts";
import { react, reactions } from "../../../core/feed/usecases/reactions.ts";
import { type Id } from "../../../core/ids.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { cast, codeOf, idsOf, must } from "../../fakes/feed-world.ts";

const PAGE = { limit: 20, cursor: undefined };
const NEW = { text: "hello", media: [], audience: "public" } as const;

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
    // Refused before it is written: the audience is as it was.
    const changing = setAudience(world.as(reader), repost.id, "only_me");
    expect(await codeOf(changing)).toBe("not_found");
    expect(world.graph.object(BigInt(repost.id) as Id)?.data).toContain('"audience":"public"');
    expect(await must(deletePost(world.as(reader), repost.id))).toBeNull();
  });
});
