import { createHash } from "node:crypto";

import type { Media, NewComment, NewPost, User } from "../../core/feed/schemas.ts";
import { type Call, Refusal, json } from "./fake-call.ts";
import { FakeNews } from "./fake-news.ts";
import type { FakeWorld, StoredPost } from "./fake-world.ts";

/** Every page of the feed is of one slate. */
export const SLATE = "slate-1";

/** How a WebM file begins. */
const WEBM = 0x1a45dfa3;

/** The API's answers over a world in memory: what the app relies on, and no more. */
export class FakeAnswers {
  readonly world: FakeWorld;
  readonly news: FakeNews;

  constructor(world: FakeWorld) {
    this.world = world;
    this.news = new FakeNews(world);
  }

  answer(call: Call): unknown {
    const [head = "", second = ""] = call.parts;
    if (head === "session")
      return this.#session(this.world.userOf(json<{ handle: string }>(call).handle, null));
    if (head === "demo") return { items: this.world.users.slice(0, 8), cursor: null };
    if (head === "users" && second === "" && call.method === "POST") return this.#signUp(call);
    const { viewer } = call;
    if (viewer === null) throw new Refusal(401, "Sign in first.");
    switch (head) {
      case "feed":
        return this.#feed(call, viewer);
      case "notifications":
        return this.news.answerNotifications(call, viewer);
      case "users":
        return this.#users(call, viewer);
      case "posts":
        return this.#posts(call, viewer);
      case "comments":
        return this.#comments(call, viewer);
      case "realtime": // Polling is all there is here; the real product has sockets.
        throw new Refusal(403, "There are no sockets here.");
      case "settings":
        return this.#settings(call, viewer);
      case "media":
        return this.#upload(call);
      default:
        return this.#ownList(head, viewer);
    }
  }

  #session(user: User | undefined): unknown {
    if (user === undefined) throw new Refusal(404, "There is no such user.");
    return { token: `token-${user.handle}`, expiresAtMs: Date.now() + 3_600_000, user };
  }

  #signUp(call: Call): unknown {
    const { handle, name, bio } = json<{ handle: string; name: string; bio: string }>(call);
    if (this.world.userOf(handle, null) !== undefined)
      throw new Refusal(409, "That handle is taken.");
    return this.#session(this.world.addUser(handle, name, bio));
  }

  #feed(call: Call, viewer: User): unknown {
    if (call.parts.length > 1) return this.news.answer(call, viewer);
    const page = this.#feedPage(call, viewer, this.world.home(viewer));
    const sourceOf = (author: User) => (author.id === viewer.id ? "own" : "followed");
    return {
      ...page,
      items: page.items.map((item) => ({ ...item, source: sourceOf(item.author) })),
    };
  }

  /** The cursor names the last post of the page before, as a moving list requires. */
  #feedPage(
    call: Call,
    viewer: User,
    found: { posts: StoredPost[]; hidden: Record<string, number> },
  ) {
    const limit = Number(call.query.get("limit") ?? 20);
    const after = call.query.get("cursor");
    const from = after === null ? 0 : found.posts.findIndex((post) => post.id === after) + 1;
    const items = found.posts.slice(from, from + limit);
    const more = from + limit < found.posts.length;
    const [newest] = found.posts;
    return {
      items: items.map((post) => ({ ...this.world.view(viewer, post), source: "followed" })),
      head: newest === undefined ? null : { timeMs: newest.createdAtMs, id: newest.id },
      cursor: more ? (items.at(-1)?.id ?? null) : null,
      mode: "latest",
      reason: "requested",
      model: null,
      slate: SLATE,
      ageMs: 0,
      hidden: after === null ? found.hidden : {},
      calls: 2,
    };
  }

  #profile(viewer: User, user: User): unknown {
    const { world } = this;
    const ends = [...world.follows].map((edge) => edge.split(">"));
    const counts = {
      posts: world.posts.filter((post) => post.authorId === user.id).length,
      followers: ends.filter(([, to]) => to === user.id).length,
      following: ends.filter(([from]) => from === user.id).length,
      friends: world.users.filter((other) => world.areFriends(user.id, other.id)).length,
    };
    return { ...user, counts, relationship: world.relationship(viewer, user) };
  }

  #users(call: Call, viewer: User): unknown {
    const { world } = this;
    const [, name = "", what] = call.parts;
    if (name === "suggested") {
      const known = (user: User): boolean =>
        world.follows.has(`${viewer.id}>${user.id}`) || world.apart(viewer.id, user.id);
      return {
        items: world.users.filter((user) => user.id !== viewer.id && !known(user)),
        cursor: null,
      };
    }
    const user = world.userOf(name, viewer);
    if (user === undefined) throw new Refusal(404, "There is no such user.");
    if (call.method === "PATCH") return Object.assign(user, json<Partial<User>>(call));
    if (what === undefined) return this.#profile(viewer, user);
    if (what === "posts") {
      const posts = world.posts.filter(
        (post) => post.authorId === user.id && world.visible(viewer, post),
      );
      return this.#feedPage(call, viewer, { posts, hidden: {} });
    }
    if (call.method === "GET") return { items: this.#listOf(user, what), cursor: null };
    const sets = {
      follow: world.follows,
      friend: world.asked,
      block: world.blocks,
      mute: world.mutes,
    };
    this.#relate(sets[what as keyof typeof sets], what, viewer, user, call.method === "PUT");
    return call.method === "PUT" ? this.#profile(viewer, user) : null;
  }

  #relate(set: Set<string>, what: string, viewer: User, user: User, on: boolean): void {
    const edges = [`${viewer.id}>${user.id}`, `${user.id}>${viewer.id}`] as const;
    if (on) set.add(edges[0]);
    else set.delete(edges[0]);
    if (what === "friend" && !on) set.delete(edges[1]);
    if (what !== "block" || !on) return;
    for (const edge of edges) {
      this.world.follows.delete(edge);
      this.world.asked.delete(edge);
    }
  }

  #listOf(user: User, what: string): User[] {
    const { world } = this;
    return world.users.filter((other) => {
      if (what === "followers") return world.follows.has(`${other.id}>${user.id}`);
      if (what === "following") return world.follows.has(`${user.id}>${other.id}`);
      return world.areFriends(user.id, other.id);
    });
  }

  #ownList(head: string, viewer: User): unknown {
    const { world } = this;
    const items = world.users.filter((user) => {
      const { blocking, muting, friend } = world.relationship(viewer, user);
      return head === "blocks" ? blocking : head === "mutes" ? muting : friend === "incoming";
    });
    return { items, cursor: null };
  }

  #posts(call: Call, viewer: User): unknown {
    const { world } = this;
    const [, id = "", what] = call.parts;
    if (id === "") {
      const post = json<NewPost>(call);
      const stored = world.addPost({
        authorId: viewer.id,
        text: post.text ?? "",
        audience: post.audience ?? "public",
        media: post.media ?? [],
        ...(post.repostOf !== undefined && { repostOf: post.repostOf }),
        ...(post.quoteOf !== undefined && { quoteOf: post.quoteOf }),
      });
      return world.view(viewer, stored);
    }
    const post = world.posts.find((item) => item.id === id);
    if (post === undefined || !world.visible(viewer, post))
      throw new Refusal(404, "There is no such post.");
    if (what === "reaction") return this.#react(call, viewer, id);
    if (what === "reactions") return this.#reactions(id);
    if (what === "comments") return this.#thread(call, viewer, id);
    if (call.method === "DELETE") {
      world.posts = world.posts.filter((item) => item.id !== id && item.repostOf !== id);
      return null;
    }
    if (call.method === "PATCH")
      post.audience = json<{ audience: StoredPost["audience"] }>(call).audience;
    return world.view(viewer, post);
  }

  #react(call: Call, viewer: User, id: string): unknown {
    const key = `${viewer.id}>${id}`;
    const kind = call.method === "PUT" ? json<{ kind: "like" }>(call).kind : null;
    if (kind === null) this.world.reactions.delete(key);
    else this.world.reactions.set(key, kind);
    return { reaction: kind, reactions: 0 };
  }

  #reactions(id: string): unknown {
    const items = this.world.users.flatMap((user) => {
      const kind = this.world.reactions.get(`${user.id}>${id}`);
      return kind ? [{ user, kind, createdAtMs: this.world.nowMs }] : [];
    });
    return { items, cursor: null };
  }

  #thread(call: Call, viewer: User, postId: string): unknown {
    const { world } = this;
    if (call.method === "POST") {
      const { text, replyTo = null } = json<NewComment>(call);
      const createdAtMs = (world.nowMs += 1_000);
      const comment = {
        id: world.nextId(),
        postId,
        authorId: viewer.id,
        text,
        replyTo,
        createdAtMs,
      };
      world.comments.push(comment);
      return world.viewComment(viewer, comment);
    }
    const items = world.comments.filter((comment) => comment.postId === postId);
    return { items: items.map((comment) => world.viewComment(viewer, comment)), cursor: null };
  }

  #comments(call: Call, viewer: User): unknown {
    const [, id = "", what] = call.parts;
    if (what === "reaction") return this.#react(call, viewer, id);
    this.world.comments = this.world.comments.filter((comment) => comment.id !== id);
    return null;
  }

  #settings(call: Call, viewer: User): unknown {
    if (call.method === "PUT") this.world.settings.set(viewer.id, json(call));
    const fallback = {
      feedMode: "latest",
      defaultAudience: "public",
      theme: "system",
      autoplay: false,
    };
    return this.world.settings.get(viewer.id) ?? fallback;
  }

  #upload(call: Call): Media {
    const hash = createHash("sha256").update(call.body).digest("hex").slice(0, 32);
    const isVideo = call.body.readUInt32BE(0) === WEBM;
    const key = `${hash}.${isVideo ? "webm" : "png"}`;
    this.world.media.set(key, { type: isVideo ? "video/webm" : "image/png", bytes: call.body });
    // What the tests record is of this size; a PNG says its own.
    if (isVideo) return { key, width: 320, height: 240, durationMs: 500, alt: "" };
    return { key, width: call.body.readUInt32BE(16), height: call.body.readUInt32BE(20), alt: "" };
  }
}
