import { type FeedEvents, feedEventsSchema } from "../../core/feed/explain/event-schemas.ts";
import type { SeenRange, Why, WhyNot } from "../../core/feed/explain/schemas.ts";
import type { Notification } from "../../core/feed/notifications/schemas.ts";
import type { User } from "../../core/feed/schemas.ts";
import { type Call, Refusal, json } from "./fake-call.ts";
import type { FakeWorld, StoredPost } from "./fake-world.ts";

const COUNT_MAX = 99;

/** What the feed says about itself, and notifications: over the same world in memory. */
export class FakeNews {
  readonly #world: FakeWorld;
  /** By viewer, newest first. */
  readonly notifications = new Map<string, Notification[]>();
  readonly seen: SeenRange[] = [];
  /** What the app told of slates. */
  readonly slates: FeedEvents["slates"] = [];
  /** Key: viewer and post. */
  readonly feedback = new Map<string, "more" | "less">();

  constructor(world: FakeWorld) {
    this.#world = world;
    this.#seed();
  }

  #seed(): void {
    const { users, posts } = this.#world;
    const [ada, milo, juna, tomas, wen] = users;
    const [about] = posts;
    if (!ada || !milo || !juna || !tomas || !wen || !about) return;
    const post = { id: about.id, text: about.text };
    const groups: readonly Omit<Notification, "id" | "atMs" | "read">[] = [
      { kind: "like", actors: [milo, juna, tomas], actorCount: 5, post, comment: null },
      {
        kind: "comment",
        actors: [wen],
        actorCount: 1,
        post,
        comment: { id: "9001", text: "This made my morning." },
      },
      { kind: "follow", actors: [juna, tomas], actorCount: 2, post: null, comment: null },
      { kind: "friend_request", actors: [wen], actorCount: 1, post: null, comment: null },
    ];
    this.notifications.set(
      ada.id,
      groups.map((group, i) => ({
        ...group,
        id: `n${i}`,
        atMs: this.#world.nowMs - i * 3_600_000,
        read: i > 1,
      })),
    );
  }

  /** `/v1/feed/{what}`. */
  answer(call: Call, viewer: User): unknown {
    const [, what, id = ""] = call.parts;
    const wanted = id === "" ? (call.query.get("post") ?? "") : id;
    const post = this.#world.posts.find((item) => item.id === wanted);
    if (what === "new") return this.newer(viewer, call.query.get("since") ?? "");
    if (what === "events") {
      const { slates } = feedEventsSchema.parse(json<unknown>(call));
      this.slates.push(...slates);
      return { taken: slates.length };
    }
    if (what === "seen") {
      this.seen.push(...json<{ ranges: SeenRange[] }>(call).ranges);
      return { ranges: this.seen };
    }
    if (post === undefined || !this.#world.visible(viewer, post))
      throw new Refusal(404, "There is no such post.");
    if (what === "why") return this.why(viewer, post);
    if (what === "why-not") return this.whyNot(viewer, post);
    const key = `${viewer.id}>${post.id}`;
    if (call.method === "DELETE") this.feedback.delete(key);
    else this.feedback.set(key, json<{ kind: "more" | "less" }>(call).kind);
    return { post: post.id, kind: this.feedback.get(key) ?? null };
  }

  /** `/v1/notifications...` */
  answerNotifications(call: Call, viewer: User): unknown {
    const [, what] = call.parts;
    if (what === "unread") return this.unread(viewer);
    if (what === "read") return this.read(viewer, json<{ upToMs: number }>(call).upToMs);
    return this.page(viewer);
  }

  notify(viewer: User, kind: "like" | "follow", by: User): void {
    const list = this.notifications.get(viewer.id) ?? [];
    this.notifications.set(viewer.id, [
      {
        id: `n-${list.length}-new`,
        kind,
        actors: [by],
        actorCount: 1,
        post: null,
        comment: null,
        atMs: (this.#world.nowMs += 1_000),
        read: false,
      },
      ...list,
    ]);
  }

  unread(viewer: User): { unread: number } {
    const list = this.notifications.get(viewer.id) ?? [];
    return { unread: list.filter((item) => !item.read).length };
  }

  read(viewer: User, upToMs: number): { unread: number } {
    const list = this.notifications.get(viewer.id) ?? [];
    this.notifications.set(
      viewer.id,
      list.map((item) => (item.atMs <= upToMs ? { ...item, read: true } : item)),
    );
    return this.unread(viewer);
  }

  page(viewer: User): unknown {
    const items = this.notifications.get(viewer.id) ?? [];
    return { items, cursor: null, ...this.unread(viewer) };
  }

  /** @param since "timeMs.id" */
  newer(viewer: User, since: string): unknown {
    const [timeMs = "0", id = "0"] = since.split(".");
    const posts = this.#world
      .home(viewer)
      .posts.filter(
        (post) =>
          post.authorId !== viewer.id &&
          (post.createdAtMs > Number(timeMs) ||
            (post.createdAtMs === Number(timeMs) && Number(post.id) > Number(id))),
      );
    const ids = [...new Set(posts.map((post) => post.authorId))].slice(0, 3);
    return {
      count: Math.min(COUNT_MAX, posts.length),
      authors: this.#world.users.filter((user) => ids.includes(user.id)),
    };
  }

  why(viewer: User, post: StoredPost): Why {
    const contributions = [
      { name: "like", says: "You may react to it.", value: 1.25, probability: 0.25, weight: 5 },
      { name: "open", says: "You may want to open it.", value: 0.75, probability: 0.75, weight: 1 },
      { name: "comment", says: "You may comment on it.", value: 0.5, probability: 0.1, weight: 5 },
    ];
    const penalties = [
      {
        name: "same_author",
        says: "Another post of theirs is close by.",
        value: -0.3,
        probability: null,
        weight: null,
      },
    ];
    const ranked = this.#world.settings.get(viewer.id)?.feedMode === "ranked";
    return {
      post: post.id,
      source: post.authorId === viewer.id ? "own" : "followed",
      mode: ranked ? "ranked" : "latest",
      score: ranked ? 2.2 : null,
      contributions: ranked ? contributions : [],
      penalties: ranked ? penalties : [],
      reason: ranked ? "ok" : "setting",
      model: ranked ? "model-1" : null,
      weights: ranked ? "default-1" : null,
      borrowed: null,
      ageMs: 4_000,
    };
  }

  whyNot(viewer: User, post: StoredPost): WhyNot {
    const follows = this.#world.follows.has(`${viewer.id}>${post.authorId}`);
    const muted = this.#world.mutes.has(`${viewer.id}>${post.authorId}`);
    const verdict = !follows ? "not_a_source" : muted ? "filtered" : "shown";
    const says = {
      not_a_source: "You do not follow its author.",
      filtered: "You muted its author.",
      shown: "It is in your feed.",
    }[verdict];
    return {
      post: post.id,
      verdict,
      says,
      steps: [
        {
          stage: "source",
          passed: follows,
          says: follows ? "You follow its author." : "Its author is none of your sources.",
          atMs: null,
        },
        ...(follows
          ? [
              {
                stage: "filter" as const,
                passed: !muted,
                says: muted ? "Muted people are left out." : "No rule leaves it out.",
                atMs: this.#world.nowMs,
              },
            ]
          : []),
      ],
    };
  }
}
