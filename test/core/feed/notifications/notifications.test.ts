import { describe, it } from "vitest";

import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import { handlesIn } from "../../../../core/feed/notifications/notes.ts";
import { notificationPageSchema } from "../../../../core/feed/notifications/schemas.ts";
import { tell } from "../../../../core/feed/notifications/tell.ts";
import { addComment } from "../../../../core/feed/usecases/comments.ts";
import { markRead, notifications, unread } from "../../../../core/feed/usecases/notifications.ts";
import { deletePost } from "../../../../core/feed/usecases/own-posts.ts";
import type { Post } from "../../../../core/feed/schemas.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { cast, must } from "../../../fakes/feed-world.ts";

const id = (text: string): Id => BigInt(text) as Id;
const at = { epoch: 1, seq: 1 };
let seq = 1;
const fromMs = 0;
type Act = Extract<GraphEvent, { kind: "acted" }>["act"];

async function stage() {
  const people = await cast();
  const { world, author } = people;
  const acted = (act: Act, actor: string, target: string, on = true): GraphEvent => ({
    kind: "acted",
    act,
    actor: id(actor),
    target: id(target),
    by: null,
    timeMs: ++world.nowMs,
    on,
    at: { epoch: 1, seq: ++seq },
    fromMs,
  });
  const commented = async (by: string, post: string, text: string, replyTo?: string) => {
    world.nowMs++;
    const comment = await must(
      addComment(world.as(by), post, { text, ...(replyTo !== undefined && { replyTo }) }),
    );
    const event: GraphEvent = {
      kind: "acted",
      act: "comment",
      actor: null,
      target: id(post),
      by: id(comment.id),
      timeMs: comment.createdAtMs,
      on: true,
      at,
      fromMs,
    };
    return { comment, event };
  };
  const posted = (post: Post, quoteOf: string | null = null): GraphEvent => ({
    kind: "posted",
    post: id(post.id),
    author: id(post.author.id),
    timeMs: post.createdAtMs,
    audience: 0,
    repostOf: null,
    quoteOf: quoteOf === null ? null : id(quoteOf),
    at,
    fromMs,
  });
  const told = (...events: GraphEvent[]) => must(tell(world.tao(), events));
  const list = async (viewer: string, limit = 30, cursor?: string) => {
    const page = await must(notifications(world.as(viewer), { limit, cursor }));
    return notificationPageSchema.parse(page);
  };
  const kinds = async (viewer: string) => (await list(viewer)).items.map(({ kind }) => kind);
  return { ...people, author, acted, commented, posted, told, list, kinds };
}

describe("notifications", () => {
  it("tell likes of one post together, each person once, however often it is told", async ({
    expect,
  }) => {
    const { world, author, reader, other, acted, told, list } = await stage();
    const post = await world.post(author);
    const likes = [acted("like", reader, post.id), acted("like", other, post.id)];
    await told(...likes);
    await told(...likes.toReversed(), acted("like", author, post.id));
    const { items, unread: count } = await list(author);
    expect(items.length).toBe(1);
    expect(count).toBe(1);
    expect(items[0]).toMatchObject({ kind: "like", actorCount: 2, read: false });
    expect(items[0]?.actors.map(({ handle }) => handle)).toEqual(["other", "reader"]);
    expect(items[0]?.post).toEqual({ id: post.id, text: post.text });
  });

  it("take back what was taken back", async ({ expect }) => {
    const { world, author, reader, acted, told, kinds } = await stage();
    const post = await world.post(author);
    await told(acted("like", reader, post.id), acted("follow", reader, author));
    await told(acted("like", reader, post.id, false));
    expect(await kinds(author)).toEqual(["follow"]);
  });

  it("are as what happened last, in whatever order and however often it is told", async ({
    expect,
  }) => {
    const { world, author, reader, acted, told, kinds } = await stage();
    const post = await world.post(author);
    const history = (["like", "follow"] as const).map((act) => {
      const target = act === "like" ? post.id : author;
      return [true, false, true, false].map((on) => acted(act, reader, target, on));
    });
    for (const [on, off, again, gone] of history) {
      if (on === undefined || off === undefined || again === undefined || gone === undefined)
        return;
      await told(off, on);
      await told(on);
      expect(await kinds(author), "told again, late").toEqual([]);
      await told(again);
      await told(off);
      expect(await kinds(author), "taken back before that").toHaveLength(1);
      await told(gone);
      await told(again, on);
      await told(off);
      expect(await kinds(author)).toEqual([]);
    }
  });

  it("that are told side by side end as what happened last", async ({ expect }) => {
    const { world, author, reader, acted, told, kinds } = await stage();
    const post = await world.post(author);
    const [on, off] = [acted("like", reader, post.id), acted("like", reader, post.id, false)];
    await Promise.all([off, on].map((event) => told(event)));
    expect(await kinds(author)).toEqual([]);
    expect(await must(unread(world.as(author)))).toEqual({ unread: 0 });
  });

  it("tell a comment to the host, and an answer to whom it answers instead", async ({ expect }) => {
    const { world, author, reader, other, commented, told, kinds, list } = await stage();
    const post = await world.post(author);
    const first = await commented(reader, post.id, "first");
    const answer = await commented(other, post.id, "second", first.comment.id);
    const own = await commented(author, post.id, "third", first.comment.id);
    await told(first.event, answer.event, own.event);
    expect(await kinds(author)).toEqual(["comment", "comment"]);
    expect(await kinds(reader)).toEqual(["reply", "reply"]);
    expect((await list(reader)).items[0]?.comment).toEqual({ id: own.comment.id, text: "third" });
  });

  it("tell mentions once, and not to whom the words are told anyway", async ({ expect }) => {
    const { world, author, reader, other, commented, posted, told, kinds } = await stage();
    const post = await world.post(author, { text: "hello @Reader, @reader and @nobody @author" });
    const comment = await commented(other, post.id, "@author @reader look");
    await told(posted(post), comment.event);
    expect(await kinds(reader)).toEqual(["mention", "mention"]);
    expect(await kinds(author)).toEqual(["comment"]);
  });

  it("read nothing for a post that mentions nobody, and what it quotes all the same", async ({
    expect,
  }) => {
    const { world, author, reader, posted } = await stage();
    const original = await world.post(author);
    const plain = await world.post(reader, { text: "nobody" });
    const quote = await world.post(reader, { text: "nobody", quoteOf: original.id });
    const tao = world.tao();
    const reads: string[] = [];
    const read = tao.read.bind(tao);
    tao.read = async (wanted, ...rest) => {
      for (const one of wanted) if (one.op === "objGet") reads.push(String(one.id));
      return read(wanted, ...rest);
    };
    const plainly = (event: GraphEvent): GraphEvent =>
      event.kind === "posted" ? { ...event, isPlain: true } : event;
    expect(await must(tell(tao, [plainly(posted(plain))]))).toEqual([]);
    expect(reads).toEqual([]);
    expect(await must(tell(tao, [plainly(posted(quote, original.id))]))).toEqual([id(author)]);
    expect(reads).toEqual([original.id]);
  });

  it("tell quotes, reposts and what concerns people", async ({ expect }) => {
    const { world, author, reader, acted, posted, told, kinds } = await stage();
    const post = await world.post(author);
    const quote = await world.post(reader, { text: "look", quoteOf: post.id });
    await told(
      posted(quote, post.id),
      acted("repost", reader, post.id),
      acted("friend_request", reader, author),
      acted("friend", reader, author),
    );
    expect(await kinds(author)).toEqual(["friend", "friend_request", "repost", "quote"]);
  });

  it("hide whom a block or a mute hides, and what is gone", async ({ expect }) => {
    const { world, author, reader, other, acted, told, kinds } = await stage();
    const [kept, gone] = [await world.post(author), await world.post(author)];
    await told(
      acted("like", reader, kept.id),
      acted("like", other, gone.id),
      acted("follow", other, author),
    );
    await must(deletePost(world.as(author), gone.id));
    expect(await kinds(author)).toEqual(["follow", "like"]);
    await world.relate(author, other, "mute");
    expect(await kinds(author)).toEqual(["like"]);
    await world.relate(reader, author, "block");
    expect(await kinds(author)).toEqual([]);
  });

  it("are read up to a moment, and never less than before", async ({ expect }) => {
    const { world, author, reader, other, acted, told, list } = await stage();
    const post = await world.post(author);
    await told(acted("like", reader, post.id));
    const firstMs = world.nowMs;
    await told(acted("follow", other, author));
    expect(await must(unread(world.as(author)))).toEqual({ unread: 2 });
    expect(await must(markRead(world.as(author), firstMs))).toEqual({ unread: 1 });
    expect(await must(markRead(world.as(author), firstMs - 1))).toEqual({ unread: 1 });
    expect((await list(author)).items.map(({ read }) => read)).toEqual([false, true]);
    // The future cannot be read: what comes later is new.
    await must(markRead(world.as(author), world.nowMs + 1_000_000));
    await told(acted("repost", other, post.id));
    expect(await must(unread(world.as(author)))).toEqual({ unread: 1 });
  });

  it("come in pages that lose and repeat nothing", async ({ expect }) => {
    const { world, author, reader, other, acted, told, list } = await stage();
    const posts = [];
    for (let n = 0; n < 25; n++) posts.push(await world.post(author));
    for (const post of posts)
      await told(acted("like", reader, post.id), acted("like", other, post.id));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(author, 7, cursor);
      expect(page.items.every(({ actorCount }) => actorCount === 2)).toBe(true);
      seen.push(...page.items.map(({ post }) => post?.id ?? ""));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(posts.map((post) => post.id).toReversed());
  });

  it("make room when the list is full", async ({ expect }) => {
    const { world, author, reader, acted, told, list } = await stage();
    const post = await world.post(author);
    const many = Array.from({ length: 5_100 }, (_, n) => acted("like", `${100_000 + n}`, post.id));
    for (let n = 0; n < many.length; n += 300) await told(...many.slice(n, n + 300));
    await told(acted("like", reader, post.id));
    const { items } = await list(author);
    expect(items[0]?.actors.map(({ handle }) => handle)).toEqual(["reader"]);
  });
});

describe("handles", () => {
  it("are found as the web app draws them, a bounded number", ({ expect }) => {
    expect(handlesIn("@Ada, mail me@home.org @b @@c x@y (@dora) @ada")).toEqual(["ada", "dora"]);
    const many = Array.from({ length: 30 }, (_, n) => `@user${n}`).join(" ");
    expect(handlesIn(many).length).toBe(LIMITS.mentionsMax);
  });
});
