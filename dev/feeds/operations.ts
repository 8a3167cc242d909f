import { AUDIENCES, REACTIONS } from "../../core/tao/registry.ts";
import type { Audience, ReactionKind } from "../../core/feed/schemas.ts";
import type { SeededRandom } from "../../sim/random.ts";
import type { FeedMode } from "./changes.ts";
import type { Model, ModelPost } from "./model.ts";
import { isSource, ruleOn } from "./oracle.ts";

/** Something that somebody does through the public API. */
export type Operation =
  | { readonly kind: "post"; readonly by: string; readonly audience: Audience }
  | { readonly kind: "repost"; readonly by: string; readonly post: string }
  | {
      readonly kind: "quote";
      readonly by: string;
      readonly post: string;
      readonly audience: Audience;
    }
  | { readonly kind: "delete"; readonly by: string; readonly post: string }
  | {
      readonly kind: "set audience";
      readonly by: string;
      readonly post: string;
      readonly audience: Audience;
    }
  | { readonly kind: Relating; readonly by: string; readonly whom: string }
  | { readonly kind: "set mode"; readonly by: string; readonly mode: FeedMode }
  | {
      readonly kind: "react";
      readonly by: string;
      readonly post: string;
      readonly reaction: ReactionKind;
    }
  | { readonly kind: "unreact"; readonly by: string; readonly post: string }
  | { readonly kind: "comment"; readonly by: string; readonly post: string }
  | {
      readonly kind: "uncomment";
      readonly by: string;
      readonly post: string;
      readonly comment: string;
    };

export const RELATING = [
  "follow",
  "unfollow",
  "befriend",
  "unfriend",
  "block",
  "unblock",
  "mute",
  "unmute",
] as const;
export type Relating = (typeof RELATING)[number];
export type OperationKind = Operation["kind"];

/** How often each is drawn. What ends something is about as frequent as what begins it, so that a long run keeps its shape. */
const WEIGHTS: Readonly<Record<OperationKind, number>> = {
  post: 20,
  repost: 9,
  quote: 5,
  delete: 9,
  "set audience": 8,
  follow: 9,
  unfollow: 6,
  befriend: 10,
  unfriend: 3,
  block: 3,
  unblock: 2.5,
  mute: 3,
  unmute: 2.5,
  "set mode": 2,
  react: 6,
  unreact: 2,
  comment: 4,
  uncomment: 2.5,
};
/** Mostly what takes something from somebody, and what it takes to do so again. */
const REVOKING: Readonly<Record<OperationKind, number>> = {
  ...WEIGHTS,
  repost: 1,
  quote: 1,
  delete: 14,
  "set audience": 3,
  befriend: 20,
  unfriend: 20,
  unfollow: 3,
  block: 14,
  unblock: 14,
  mute: 2,
  unmute: 2,
  "set mode": 1,
  react: 1,
  unreact: 1,
  comment: 1,
  uncomment: 1,
};
/** Of a run's operations: of every kind, or such as to time revocations. */
export const MIXES = { all: WEIGHTS, revoking: REVOKING } as const;
export const OPERATION_KINDS = Object.keys(WEIGHTS) as OperationKind[];
const AUDIENCE_WEIGHTS: Readonly<Record<Audience, number>> = {
  public: 5,
  followers: 2,
  friends: 2,
  only_me: 1,
};
/** A post to act on is one of an author's newest: those are in feeds, and in their caches. */
const RECENT = 8;
const TRIES = 30;

/** Draws what the model says is possible. */
export class Operations {
  readonly #model: Model;
  readonly #random: SeededRandom;
  readonly #weights: Readonly<Record<OperationKind, number>>;

  constructor(model: Model, random: SeededRandom, mix: keyof typeof MIXES = "all") {
    this.#model = model;
    this.#random = random;
    this.#weights = MIXES[mix];
  }

  /** @throws RangeError when nobody can do anything, which is a bug. */
  draw(): Operation {
    for (let tries = 0; tries < 1_000; tries++) {
      const kind = this.#random.weighted(this.#weights);
      const by = this.#random.pick(this.#model.users);
      const operation = this.#of(kind, by);
      if (operation !== null) return operation;
    }
    throw new RangeError("nothing can be done in this world");
  }

  /** Everybody whom the operation is about: while it is under way nobody else does anything with them. */
  peopleOf(operation: Operation): readonly string[] {
    const { by } = operation;
    if ("whom" in operation) return [by, operation.whom];
    if (!("post" in operation)) return [by];
    const { author, repostOf, quoteOf } = this.#model.post(operation.post);
    const embedded = repostOf ?? quoteOf;
    return [by, author, ...(embedded === null ? [] : [this.#model.post(embedded).author])];
  }

  #of(kind: OperationKind, by: string): Operation | null {
    switch (kind) {
      case "post":
        return { kind, by, audience: this.#random.weighted(AUDIENCE_WEIGHTS) };
      case "set mode":
        return { kind, by, mode: this.#model.modeOf(by) === "latest" ? "ranked" : "latest" };
      case "delete":
      case "set audience":
        return this.#ofOwn(kind, by);
      case "repost":
      case "quote":
      case "react":
      case "unreact":
      case "comment":
      case "uncomment":
        return this.#ofSeen(kind, by);
      default:
        return this.#relating(kind, by);
    }
  }

  #ofOwn(kind: "delete" | "set audience", by: string): Operation | null {
    const post = this.#recentOf(by);
    if (post === null) return null;
    if (kind === "delete") return { kind, by, post: post.id };
    // A repost of something hidden can only be deleted.
    if (typeof ruleOn(this.#model, by, post, "direct") === "string") return null;
    const others = AUDIENCES.filter((audience) => audience !== post.audience);
    return { kind, by, post: post.id, audience: this.#random.pick(others) };
  }

  #ofSeen(
    kind: "repost" | "quote" | "react" | "unreact" | "comment" | "uncomment",
    by: string,
  ): Operation | null {
    const post = this.#seenBy(by);
    if (post === null) return null;
    switch (kind) {
      case "repost": {
        const original = this.#model.post(post.repostOf ?? post.id);
        return original.reposters.has(by) ? null : { kind, by, post: post.id };
      }
      case "quote":
        return { kind, by, post: post.id, audience: this.#random.weighted(AUDIENCE_WEIGHTS) };
      case "react":
        return { kind, by, post: post.id, reaction: this.#random.pick(REACTIONS) };
      case "unreact":
        return post.reactions.has(by) ? { kind, by, post: post.id } : null;
      case "comment":
        return { kind, by, post: post.id };
      case "uncomment": {
        const own = [...post.comments].find(([, author]) => author === by);
        return own === undefined ? null : { kind, by, post: post.id, comment: own[0] };
      }
    }
  }

  #relating(kind: Relating, by: string): Operation | null {
    const whom = this.#whom(kind, by);
    return whom === null ? null : { kind, by, whom };
  }

  #whom(kind: Relating, by: string): string | null {
    const model = this.#model;
    switch (kind) {
      case "follow":
        return this.#stranger(by, (other) => !model.has("follow", by, other));
      case "befriend": {
        const asked = [...model.to("request", by)];
        if (asked.length > 0 && this.#random.chance(0.7)) return this.#random.pick(asked);
        return this.#stranger(
          by,
          (other) => !model.has("friend", by, other) && !model.has("request", by, other),
        );
      }
      case "block":
      case "mute": {
        // Whoever blocks somebody is nobody for them.
        const isNew = (other: string) =>
          !model.has(kind, by, other) && !model.has("block", other, by);
        // Mostly of somebody who is in the feed: anything else changes nothing in it.
        const near = [...model.of("follow", by), ...model.of("friend", by)].filter(isNew);
        if (near.length > 0 && this.#random.chance(0.8)) return this.#random.pick(near);
        return this.#anybody(by, isNew);
      }
      case "unfollow":
        return this.#oneOf(model.of("follow", by));
      case "unfriend":
        return this.#oneOf(model.of("friend", by));
      case "unblock":
        return this.#oneOf(model.of("block", by));
      case "unmute":
        // Across the other's block it is done, and answered as if there were nobody.
        return this.#oneOf(
          new Set([...model.of("mute", by)].filter((other) => !model.has("block", other, by))),
        );
    }
  }

  #oneOf = (people: ReadonlySet<string>): string | null =>
    people.size === 0 ? null : this.#random.pick([...people]);

  /** Somebody with whom there is peace. */
  #stranger(by: string, suits: (other: string) => boolean): string | null {
    const model = this.#model;
    return this.#anybody(
      by,
      (other) => suits(other) && !model.has("block", by, other) && !model.has("block", other, by),
    );
  }

  #anybody(by: string, suits: (other: string) => boolean): string | null {
    for (let tries = 0; tries < TRIES; tries++) {
      const other = this.#random.pick(this.#model.users);
      if (other !== by && suits(other)) return other;
    }
    return null;
  }

  #recentOf(author: string): ModelPost | null {
    const posts = this.#model
      .postsBy(author)
      .slice(-RECENT)
      .map(this.#model.post.bind(this.#model))
      .filter(({ isDeleted }) => !isDeleted);
    return posts.length === 0 ? null : this.#random.pick(posts);
  }

  /** A post that `by` may see, most often of somebody in the feed. */
  #seenBy(by: string): ModelPost | null {
    const model = this.#model;
    const near = [...model.of("follow", by), ...model.of("friend", by), by];
    for (let tries = 0; tries < TRIES; tries++) {
      const author = this.#random.pick(near);
      const post = isSource(model, by, author) ? this.#recentOf(author) : null;
      if (post !== null && typeof ruleOn(model, by, post, "direct") !== "string") return post;
    }
    return null;
  }
}
