import type { Audience, ReactionKind } from "../../core/feed/schemas.ts";
import type { Bond, Change, FeedMode } from "./changes.ts";

export interface ModelPost {
  readonly id: string;
  readonly author: string;
  readonly timeMs: number;
  audience: Audience;
  readonly repostOf: string | null;
  readonly quoteOf: string | null;
  isDeleted: boolean;
  /** Its reactions and comments are not all known here. */
  readonly isImported: boolean;
  readonly reactions: Map<string, ReactionKind>;
  /** Whose comment it is, by its id. */
  readonly comments: Map<string, string>;
  readonly reposters: Set<string>;
}

const BONDS = ["follow", "request", "friend", "block", "mute"] as const satisfies readonly Bond[];
const NOBODY: ReadonlySet<string> = new Set();

/** The graph as the product has acknowledged it: a fold of changes, which knows no rule of the feed. */
export class Model {
  readonly users: string[] = [];
  readonly posts = new Map<string, ModelPost>();
  readonly #postsBy = new Map<string, string[]>();
  readonly #bonds = Object.fromEntries(
    BONDS.map((bond) => [bond, new Map<string, Set<string>>()]),
  ) as Record<Bond, Map<string, Set<string>>>;
  /** Who is on the other end; of a friendship the same. */
  readonly #inverse = Object.fromEntries(
    BONDS.map((bond) => [bond, new Map<string, Set<string>>()]),
  ) as Record<Bond, Map<string, Set<string>>>;
  readonly #modes = new Map<string, FeedMode>();
  /** Authors whom a viewer followed, or was a friend of, until a block of either ended it. */
  readonly #severed = new Map<string, Set<string>>();

  apply(change: Change): void {
    switch (change.kind) {
      case "joined":
        this.users.push(change.user);
        return;
      case "posted":
        return this.#posted(change);
      case "deleted":
        return this.#deleted(this.post(change.post));
      case "audience":
        this.post(change.post).audience = change.audience;
        return;
      case "bond":
        return this.#bond(change);
      case "reacted": {
        const { reactions } = this.post(change.post);
        if (change.reaction === null) reactions.delete(change.by);
        else reactions.set(change.by, change.reaction);
        return;
      }
      case "commented": {
        const { comments } = this.post(change.post);
        if (change.on) comments.set(change.comment, change.by);
        else comments.delete(change.comment);
        return;
      }
      case "mode":
        this.#modes.set(change.user, change.mode);
    }
  }

  /** @throws RangeError for one that never was. */
  post(id: string): ModelPost {
    const post = this.posts.get(id);
    if (post === undefined) throw new RangeError(`no post ${id}`);
    return post;
  }

  /** Deleted ones too, oldest first as they were made known here. */
  postsBy = (author: string): readonly string[] => this.#postsBy.get(author) ?? [];
  has = (bond: Bond, from: string, to: string): boolean => this.of(bond, from).has(to);
  of = (bond: Bond, from: string): ReadonlySet<string> => this.#bonds[bond].get(from) ?? NOBODY;
  to = (bond: Bond, whom: string): ReadonlySet<string> => this.#inverse[bond].get(whom) ?? NOBODY;
  modeOf = (user: string): FeedMode => this.#modes.get(user) ?? "latest";

  /** Whose posts a block took out of the viewer's feed, and still does. */
  severed = (viewer: string): readonly string[] =>
    [...(this.#severed.get(viewer) ?? [])].filter(
      (author) => this.has("block", viewer, author) || this.has("block", author, viewer),
    );

  #posted(change: ChangeOf<"posted">): void {
    const { post: id, author, timeMs, audience, repostOf, quoteOf, isImported } = change;
    this.posts.set(id, {
      id,
      author,
      timeMs,
      audience,
      repostOf: repostOf ?? null,
      quoteOf: quoteOf ?? null,
      isDeleted: false,
      isImported: isImported ?? false,
      reactions: new Map(),
      comments: new Map(),
      reposters: new Set(),
    });
    const own = this.#postsBy.get(author);
    if (own === undefined) this.#postsBy.set(author, [id]);
    else own.push(id);
    if (repostOf !== undefined) this.posts.get(repostOf)?.reposters.add(author);
  }

  #deleted(post: ModelPost): void {
    post.isDeleted = true;
    if (post.repostOf !== null) this.posts.get(post.repostOf)?.reposters.delete(post.author);
  }

  #bond({ bond, from, to, on }: ChangeOf<"bond">): void {
    this.#set(bond, from, to, on);
    if (bond === "friend") this.#set(bond, to, from, on);
    if (bond === "block" && on) this.#sever(from, to);
  }

  /** A block ends what else is between the two. */
  #sever(one: string, two: string): void {
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      if (this.has("follow", from, to) || this.has("friend", from, to))
        getOrAdd(this.#severed, from).add(to);
    }
    for (const bond of ["follow", "request", "friend"] as const) {
      this.#set(bond, one, two, false);
      this.#set(bond, two, one, false);
    }
  }

  #set(bond: Bond, from: string, to: string, on: boolean): void {
    const [members, inverse] = [this.#bonds[bond], this.#inverse[bond]];
    if (on) {
      getOrAdd(members, from).add(to);
      getOrAdd(inverse, to).add(from);
    } else {
      members.get(from)?.delete(to);
      inverse.get(to)?.delete(from);
    }
  }
}

type ChangeOf<K extends Change["kind"]> = Extract<Change, { kind: K }>;

function getOrAdd(sets: Map<string, Set<string>>, key: string): Set<string> {
  const known = sets.get(key) ?? new Set<string>();
  sets.set(key, known);
  return known;
}
