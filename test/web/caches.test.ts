import { describe, it } from "vitest";

import type { Comment, EmbeddedPost, Post, Profile, User } from "../../core/feed/schemas.ts";
import { appendComment, removeComment, threads } from "../../web/app/data/comment-cache.ts";
import {
  changeInPages,
  changePost,
  flatten,
  insertByTime,
  insertOwn,
  isPending,
  removeAuthor,
  removeFromPages,
  stillPending,
  withComments,
  withCounts,
  withReaction,
} from "../../web/app/data/post-cache.ts";
import { withRelation } from "../../web/app/data/relationship-cache.ts";

const user = (id: string): User => ({
  id,
  handle: `user${id}`,
  name: `User ${id}`,
  bio: "",
  avatar: null,
  createdAtMs: 0,
});

const inner = (id: string, authorId = "1"): EmbeddedPost => ({
  id,
  author: user(authorId),
  text: id,
  audience: "public",
  media: [],
  createdAtMs: Number(id),
  counts: { reactions: 2, comments: 0, reposts: 0 },
  viewer: { reaction: null },
});
const post = (id: string, authorId = "1", more: Partial<Post> = {}): Post => ({
  ...inner(id, authorId),
  ...more,
});
const pages = (...lists: Post[][]) => ({
  pages: lists.map((items) => ({ items, cursor: null })),
  pageParams: lists.map(() => null),
});
const ids = (data: { readonly pages: readonly { readonly items: Post[] }[] }): string[][] =>
  data.pages.map((page) => page.items.map((item) => item.id));

describe("reactions", () => {
  it("counts a new one, not a changed one, and takes one back", ({ expect }) => {
    const liked = withReaction(post("1"), "like");
    expect(liked.counts.reactions).toBe(3);
    expect(withReaction(liked, "wow")).toMatchObject({
      counts: { reactions: 3 },
      viewer: { reaction: "wow" },
    });
    expect(withReaction(liked, null)).toEqual(post("1"));
  });

  it("rolls back to exactly what was there", ({ expect }) => {
    const before = withReaction(post("1"), "sad");
    expect(withReaction(withReaction(before, null), "sad")).toEqual(before);
  });

  it("never counts below zero", ({ expect }) => {
    const gone = { ...post("1"), counts: { reactions: 0, comments: 0, reposts: 0 } };
    expect(withComments(gone, -1).counts.comments).toBe(0);
    expect(withReaction({ ...gone, viewer: { reaction: "like" } }, null).counts.reactions).toBe(0);
  });

  it("reaches a post inside a repost and inside a quote, and nothing else", ({ expect }) => {
    const change = <T extends EmbeddedPost>(item: T): T => withComments(item, 1);
    const repost = changePost(post("5", "2", { repostOf: inner("1") }), "1", change);
    expect(repost.repostOf?.counts.comments).toBe(1);
    expect(repost.counts.comments).toBe(0);
    const quote = changePost(post("6", "2", { quoteOf: inner("1") }), "1", change);
    expect(quote.quoteOf?.counts.comments).toBe(1);
    const other = post("7");
    expect(changePost(other, "1", change)).toBe(other);
  });
});

describe("lists of posts", () => {
  const list = pages([post("9"), post("8", "2")], [post("7"), post("6", "2")]);

  it("changes one post wherever it is", ({ expect }) => {
    const after = changeInPages(list, "7", (item) => withComments(item, 2));
    expect(after.pages[1]?.items[0]?.counts.comments).toBe(2);
    expect(after.pages[0]?.items).toEqual(list.pages[0]?.items);
  });

  it("puts an own post first, or leaves it where a reading has put it", ({ expect }) => {
    expect(isPending(post("pending-1"))).toBe(true);
    expect(ids(insertOwn(list, post("10")))).toEqual([
      ["10", "9", "8"],
      ["7", "6"],
    ]);
    const known = insertOwn(list, { ...post("7"), text: "as saved" });
    expect(ids(known)).toEqual(ids(list));
    expect(known.pages[1]?.items[0]?.text).toBe("as saved");
  });

  it("does not show a post twice", ({ expect }) => {
    const moved = pages([post("9"), post("8")], [post("8"), post("7")]);
    expect(flatten(moved.pages).map((item) => item.id)).toEqual(["9", "8", "7"]);
    expect(flatten(undefined)).toEqual([]);
  });

  it("puts a removed post back where it was in time, once, and not below what is loaded", ({
    expect,
  }) => {
    const without = removeFromPages(list, "8");
    expect(ids(insertByTime(without, post("8", "2"))).flat()).toEqual(["9", "8", "7", "6"]);
    expect(insertByTime(list, post("8", "2"))).toEqual(list);
    expect(insertByTime(list, post("1"))).toEqual(list);
  });

  it("hides a pending post that a reading has brought, one for one", ({ expect }) => {
    const waiting = { ...post("pending-1"), text: "hello", createdAtMs: 10_000_000 };
    const twin = { ...waiting, id: "pending-2" };
    const saved = { ...post("50"), text: "hello", createdAtMs: 10_000_500 };
    expect(stillPending([waiting], [saved])).toEqual([]);
    expect(stillPending([waiting, twin], [saved])).toEqual([twin]);
    expect(stillPending([waiting], [{ ...saved, text: "other" }])).toEqual([waiting]);
    expect(stillPending([waiting], [{ ...saved, author: user("2") }])).toEqual([waiting]);
    const older = { ...saved, createdAtMs: 10_000_000 - 3_600_000 };
    expect(stillPending([waiting], [older]), "the same words of before").toEqual([waiting]);
  });

  it("takes the counts that the server tells, and only those", ({ expect }) => {
    const told = { type: "counts", seq: 4, post: "1", reactions: 7 };
    expect(withCounts(post("1"), told).counts).toEqual({ reactions: 7, comments: 0, reposts: 0 });
  });

  it("removes a post with its reposts, and empties its quotes", ({ expect }) => {
    const chain = pages([
      post("9", "2", { quoteOf: inner("1") }),
      post("8", "2", { repostOf: inner("1") }),
      post("1"),
    ]);
    const after = removeFromPages(chain, "1");
    expect(ids(after)).toEqual([["9"]]);
    expect(after.pages[0]?.items[0]?.quoteOf).toBeNull();
  });

  it("removes an author on the whole chain", ({ expect }) => {
    const chain = pages([
      post("9", "3", { quoteOf: inner("1", "2") }),
      post("8", "3", { repostOf: inner("1", "2") }),
      post("7", "2"),
      post("6", "3"),
    ]);
    const after = removeAuthor(chain, "2");
    expect(ids(after)).toEqual([["9", "6"]]);
    expect(after.pages[0]?.items[0]?.quoteOf).toBeNull();
  });
});

describe("comments", () => {
  const comment = (id: string, replyTo: string | null = null): Comment => ({
    id,
    postId: "1",
    author: user("1"),
    text: id,
    replyTo,
    createdAtMs: Number(id),
    counts: { reactions: 0 },
    viewer: { reaction: null },
  });
  const shape = (comments: Comment[]): unknown =>
    threads(comments).map((thread) => [
      thread.comment.id,
      ...thread.replies.map((reply) => reply.id),
    ]);

  it("indents replies one level, oldest first, whatever order they come in", ({ expect }) => {
    const all = [comment("4", "3"), comment("1"), comment("3", "1"), comment("2")];
    expect(shape(all)).toEqual([["1", "3", "4"], ["2"]]);
  });

  it("lets a reply stand by itself when its parent is gone", ({ expect }) => {
    expect(shape([comment("5", "99")])).toEqual([["5"]]);
  });

  it("appends to the end once, and removes", ({ expect }) => {
    const data = {
      pages: [{ items: [comment("1")] }, { items: [comment("2")] }],
      pageParams: [null, "x"],
    };
    const added = appendComment(data, comment("3"));
    expect(added.pages.map((page) => page.items.length)).toEqual([1, 2]);
    expect(appendComment(added, comment("1"))).toBe(added);
    expect(removeComment(added, "3")).toEqual(data);
  });
});

describe("relations", () => {
  const profile = (relationship: Partial<Profile["relationship"]> = {}): Profile => ({
    ...user("2"),
    counts: { posts: 1, followers: 10, following: 3, friends: 5 },
    relationship: {
      self: false,
      following: false,
      followedBy: false,
      friend: "none",
      blocking: false,
      muting: false,
      ...relationship,
    },
  });

  it("follows once, however often asked", ({ expect }) => {
    const after = withRelation(withRelation(profile(), "follow", true), "follow", true);
    expect(after.counts.followers).toBe(11);
    expect(withRelation(after, "follow", false)).toEqual(profile());
  });

  it.for([
    ["none", true, "requested", 5],
    ["requested", true, "requested", 5],
    ["incoming", true, "friends", 6],
    ["friends", true, "friends", 5],
    ["friends", false, "none", 4],
    ["incoming", false, "none", 5],
    ["requested", false, "none", 5],
  ] as const)("%s, asked %s, becomes %s", ([friend, on, next, friends], { expect }) => {
    const after = withRelation(profile({ friend }), "friend", on);
    expect(after.relationship.friend).toBe(next);
    expect(after.counts.friends).toBe(friends);
  });

  it("ends every tie with a block, and does not bring them back", ({ expect }) => {
    const tied = profile({ following: true, followedBy: true, friend: "friends" });
    const blocked = withRelation(tied, "block", true);
    expect(blocked.relationship).toMatchObject({
      blocking: true,
      following: false,
      followedBy: false,
      friend: "none",
    });
    expect(blocked.counts).toMatchObject({ followers: 9, friends: 4 });
    expect(withRelation(blocked, "block", false).relationship.following).toBe(false);
  });
});
