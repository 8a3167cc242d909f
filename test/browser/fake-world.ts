import type { Audience, Comment, Media, Post, User } from "../../core/feed/schemas.ts";
import type { EmbeddedPost, Relationship, Settings } from "../../core/feed/schemas.ts";

const START_MS = Date.UTC(2026, 5, 1, 12);
const MINUTE_MS = 60_000;

const NAMES = [
  ["ada", "Ada Ravn", "Bridges, tides and slow bread."],
  ["milo", "Milo Okafor", "Cycling to work, mostly uphill."],
  ["juna", "Juna Lindqvist", "Ceramics. Ask me about glazes."],
  ["tomas", "Tomás Ferreira", "Birds before breakfast."],
  ["wen", "Wen Zhao", "Maps, bad puns, good tea."],
  ["priya", "Priya Nair", "Community gardens of the north side."],
  ["otto", "Otto Brandt", "Restoring a 1962 sailing dinghy."],
  ["sana", "Sana Haddad", "Translator. Three languages, one cat."],
  ["leo", "Leo Marchetti", "Cook, occasionally edible."],
  ["noor", "Noor de Wit", ""],
] as const;

const TEXTS = [
  "The fog lifted just as the ferry came in. Worth the early alarm.",
  "Anyone else keep a notebook by the window? Mine is mostly weather and overheard sentences.",
  "Finished the second coat today. The hull finally looks like it wants to float again.\n\nNext: the mast, and a great deal of patience.",
  "Three hundred people signed up for seed swap day 🌱 We thought forty would be a success. #gardens",
  "Tried @leo's focaccia recipe. Notes: https://example.org/recipes/focaccia-with-rosemary-and-too-much-oil",
  "Small victory.",
  "A kingfisher, twice, at the lower weir. If you go, go before seven and bring a flask. It sits on the iron rail by the lock and pretends not to see you, then it is simply gone and the water is doing that thing where it closes over nothing. #birds",
  "Does anyone have a spare bike pump near the market? Happy to trade for tea.",
] as const;

export interface StoredPost {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  audience: Audience;
  readonly media: Media[];
  readonly createdAtMs: number;
  readonly repostOf?: string;
  readonly quoteOf?: string;
}

export type StoredComment = Omit<Comment, "author" | "counts" | "viewer"> & {
  readonly authorId: string;
};

const pair = (a: string, b: string): string => `${a}>${b}`;

/** A small network in memory. The rules it keeps are those that the app relies on. */
export class FakeWorld {
  readonly users: User[] = [];
  posts: StoredPost[] = [];
  comments: StoredComment[] = [];
  readonly follows = new Set<string>();
  readonly asked = new Set<string>();
  readonly blocks = new Set<string>();
  readonly mutes = new Set<string>();
  readonly settings = new Map<string, Settings>();
  /** Key: viewer and target. */
  readonly reactions = new Map<string, Post["viewer"]["reaction"]>();
  readonly media = new Map<string, { readonly type: string; readonly bytes: Uint8Array }>();
  nowMs = START_MS;
  #lastId = 1_000;

  constructor(
    pictures: readonly {
      readonly key: string;
      readonly width: number;
      readonly height: number;
    }[] = [],
  ) {
    for (const [handle, name, bio] of NAMES) this.addUser(handle, name, bio);
    const [ada] = this.users;
    for (const other of this.users.slice(1, 8)) this.follows.add(pair(ada?.id ?? "", other.id));
    for (let i = 0; i < 120; i++) this.#seedPost(i, pictures);
    this.#seedTalk();
  }

  nextId(): string {
    return String(++this.#lastId);
  }

  addUser(handle: string, name: string, bio: string): User {
    const createdAtMs = START_MS - 400 * 24 * 60 * MINUTE_MS;
    const user = { id: this.nextId(), handle, name, bio, avatar: null, createdAtMs };
    this.users.push(user);
    return user;
  }

  addPost(
    post: Omit<StoredPost, "id" | "createdAtMs">,
    createdAtMs = (this.nowMs += 1_000),
  ): StoredPost {
    const stored = { ...post, id: this.nextId(), createdAtMs };
    this.posts.unshift(stored);
    return stored;
  }

  #seedPost(
    i: number,
    pictures: readonly { readonly key: string; readonly width: number; readonly height: number }[],
  ): void {
    const author = this.users[1 + (i % 7)];
    const previous = this.posts[0];
    if (author === undefined) return;
    const createdAtMs = START_MS - (120 - i) * 37 * MINUTE_MS;
    const from = i % pictures.length;
    const media = i % 5 === 2 ? pictures.slice(from, from + 1 + (i % 4)) : [];
    this.addPost(
      {
        authorId: author.id,
        text: i % 17 === 9 ? "" : (TEXTS[i % TEXTS.length] ?? ""),
        audience: i % 11 === 3 ? "followers" : i % 13 === 6 ? "friends" : "public",
        media:
          i % 17 === 9
            ? []
            : media.map((item, n) => ({
                ...item,
                alt: n === 0 ? "Evening light over the harbour" : "",
              })),
        ...(i % 17 === 9 && previous?.repostOf === undefined && { repostOf: previous?.id ?? "" }),
        ...(i % 17 === 4 && previous?.repostOf === undefined && { quoteOf: previous?.id ?? "" }),
      },
      createdAtMs,
    );
  }

  #seedTalk(): void {
    const [, milo, juna, tomas] = this.users;
    const newest = this.posts[0];
    if (!milo || !juna || !tomas || !newest) return;
    const say = (authorId: string, text: string, replyTo: string | null): string => {
      const id = this.nextId();
      this.comments.push({
        id,
        postId: newest.id,
        authorId,
        text,
        replyTo,
        createdAtMs: (this.nowMs += 1_000),
      });
      return id;
    };
    const first = say(milo.id, "This made my morning.", null);
    say(juna.id, "Mine too, and I was already on my second coffee.", first);
    say(tomas.id, "Where is this, if you do not mind saying?", null);
    for (const [i, post] of this.posts.entries()) {
      for (const user of this.users.slice(1, 1 + ((i * 3) % 7)))
        this.reactions.set(pair(user.id, post.id), i % 2 ? "like" : "love");
    }
    this.asked.add(pair(this.users[8]?.id ?? "", this.users[0]?.id ?? ""));
  }

  userOf(idOrHandle: string, viewer: User | null): User | undefined {
    if (idOrHandle === "me") return viewer ?? undefined;
    return this.users.find((user) => user.id === idOrHandle || user.handle === idOrHandle);
  }

  areFriends(a: string, b: string): boolean {
    return this.asked.has(pair(a, b)) && this.asked.has(pair(b, a));
  }

  apart(a: string, b: string): boolean {
    return this.blocks.has(pair(a, b)) || this.blocks.has(pair(b, a));
  }

  relationship(viewer: User | null, user: User): Relationship {
    const me = viewer?.id ?? "";
    const out = this.asked.has(pair(me, user.id));
    const back = this.asked.has(pair(user.id, me));
    return {
      self: me === user.id,
      following: this.follows.has(pair(me, user.id)),
      followedBy: this.follows.has(pair(user.id, me)),
      friend: out && back ? "friends" : out ? "requested" : back ? "incoming" : "none",
      blocking: this.blocks.has(pair(me, user.id)),
      muting: this.mutes.has(pair(me, user.id)),
    };
  }

  visible(viewer: User, post: StoredPost): boolean {
    if (post.authorId === viewer.id) return true;
    if (this.apart(viewer.id, post.authorId)) return false;
    if (post.audience === "followers") return this.follows.has(pair(viewer.id, post.authorId));
    return post.audience === "public";
  }

  #embedded(viewer: User, id: string): EmbeddedPost | null {
    const post = this.posts.find((item) => item.id === id);
    return post !== undefined && this.visible(viewer, post) ? this.#inner(viewer, post) : null;
  }

  #inner(viewer: User, post: StoredPost): EmbeddedPost & { viewer: Post["viewer"] } {
    const author = this.users.find((user) => user.id === post.authorId);
    if (author === undefined) throw new Error(`no author ${post.authorId}`);
    const { id, text, audience, media, createdAtMs } = post;
    const counts = {
      reactions: this.users.filter((user) => this.reactions.get(pair(user.id, id))).length,
      comments: this.comments.filter((comment) => comment.postId === id).length,
      reposts: this.posts.filter((other) => other.repostOf === id).length,
    };
    const reaction = this.reactions.get(pair(viewer.id, id)) ?? null;
    return { id, author, text, audience, media, createdAtMs, counts, viewer: { reaction } };
  }

  view(viewer: User, post: StoredPost): Post {
    return {
      ...this.#inner(viewer, post),
      ...(post.repostOf !== undefined && { repostOf: this.#embedded(viewer, post.repostOf) }),
      ...(post.quoteOf !== undefined && { quoteOf: this.#embedded(viewer, post.quoteOf) }),
    };
  }

  viewComment(viewer: User, comment: StoredComment): Comment {
    const { authorId, ...rest } = comment;
    const author = this.users.find((user) => user.id === authorId);
    if (author === undefined) throw new Error(`no author ${authorId}`);
    const reactions = this.users.filter((user) =>
      this.reactions.get(pair(user.id, comment.id)),
    ).length;
    const reaction = this.reactions.get(pair(viewer.id, comment.id)) ?? null;
    return { ...rest, author, counts: { reactions }, viewer: { reaction } };
  }

  home(viewer: User): { posts: StoredPost[]; hidden: Record<string, number> } {
    const hidden: Record<string, number> = {};
    const posts = this.posts.filter((post) => {
      const own = post.authorId === viewer.id;
      if (post.repostOf !== undefined && this.#embedded(viewer, post.repostOf) === null)
        return false;
      if (
        !own &&
        !this.follows.has(pair(viewer.id, post.authorId)) &&
        !this.areFriends(viewer.id, post.authorId)
      )
        return false;
      const rule = this.mutes.has(pair(viewer.id, post.authorId))
        ? "muted"
        : this.visible(viewer, post)
          ? null
          : "audience";
      if (rule !== null) hidden[rule] = (hidden[rule] ?? 0) + 1;
      return rule === null;
    });
    return { posts: posts.toSorted((a, b) => b.createdAtMs - a.createdAtMs), hidden };
  }
}
