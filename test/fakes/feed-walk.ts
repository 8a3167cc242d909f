import fc from "fast-check";

import type { Audience } from "../../core/feed/schemas.ts";
import type { Relation } from "../../core/feed/service.ts";
import { deletePost, setAudience } from "../../core/feed/usecases/own-posts.ts";
import { createPost } from "../../core/feed/usecases/posts.ts";
import { relate, unrelate } from "../../core/feed/usecases/relations.ts";
import { AUDIENCES } from "../../core/tao/registry.ts";
import { oracleHome } from "./feed-oracle.ts";
import { FeedWorld } from "./feed-world.ts";

const PEOPLE = 6;

/** Something that anybody does; one that is refused (a second repost, say) just does nothing. */
export type Act =
  | {
      readonly act: "post";
      readonly who: number;
      readonly audience: Audience;
      readonly of: number;
      readonly as: Embed;
    }
  | { readonly act: "delete" | "hide"; readonly of: number; readonly audience: Audience }
  | {
      readonly act: "relate";
      readonly who: number;
      readonly whom: number;
      readonly how: Relation;
      readonly on: boolean;
    };
type Embed = "own" | "repost" | "quote";

const person = fc.nat(PEOPLE - 1);
const audience = fc.constantFrom(...AUDIENCES);
const place = fc.nat(1_000);
export const posting: fc.Arbitrary<Act> = fc.record({
  act: fc.constant("post"),
  who: person,
  audience: fc.oneof({ arbitrary: fc.constant("public" as const), weight: 3 }, audience),
  of: place,
  as: fc.constantFrom<Embed>("own", "own", "repost", "quote"),
});
const relating: fc.Arbitrary<Act> = fc.record({
  act: fc.constant("relate"),
  who: person,
  whom: person,
  how: fc.constantFrom<Relation>("follow", "friend", "block", "mute"),
  on: fc.boolean(),
});
const changing: fc.Arbitrary<Act> = fc.record({
  act: fc.constantFrom("delete", "hide"),
  of: place,
  audience,
});
export const befriending = fc.record({
  who: person,
  whom: person,
  how: fc.constantFrom<Relation>("follow", "friend"),
});
export const anything = fc.oneof(
  { arbitrary: posting, weight: 4 },
  { arbitrary: relating, weight: 1 },
  { arbitrary: changing, weight: 1 },
);

/** A small crowd that acts at random; the first of them is the viewer. */
export class Walk {
  readonly world: FeedWorld;
  readonly people: string[] = [];
  readonly #posts: { readonly id: string; readonly author: string }[] = [];

  constructor(world = new FeedWorld()) {
    this.world = world;
  }

  /** People of whom the first, the viewer, follows all others; then what `acts` say. */
  async start(
    acts: readonly Act[],
    bonds: readonly { who: number; whom: number; how: Relation }[],
  ) {
    for (let i = 0; i < PEOPLE; i++) this.people.push(await this.world.user(`user_${i}`));
    for (let whom = 1; whom < PEOPLE; whom++)
      await this.do({ act: "relate", who: 0, whom, how: "follow", on: true });
    for (const { who, whom, how } of bonds) {
      await this.do({ act: "relate", who, whom, how, on: true });
      await this.do({ act: "relate", who: whom, whom: who, how, on: true });
    }
    for (const act of acts) await this.do(act);
  }

  get viewer(): string {
    return this.people[0] ?? "";
  }

  rows = () => oracleHome(this.world.graph, this.viewer);

  async do(act: Act): Promise<void> {
    const { world } = this;
    // Several things happen in one millisecond, so that ids break ties.
    world.nowMs += Number(act.act !== "post" || act.of % 3 === 0);
    if (act.act === "relate") {
      const change = act.on ? relate : unrelate;
      await change(world.as(this.#person(act.who)), this.#person(act.whom), act.how);
      return;
    }
    const target = this.#posts[act.of % Math.max(1, this.#posts.length)];
    if (act.act === "post") return this.#post(act, target?.id);
    if (target === undefined) return;
    const call = world.as(target.author);
    await (act.act === "delete"
      ? deletePost(call, target.id)
      : setAudience(call, target.id, act.audience));
  }

  async #post(act: Extract<Act, { act: "post" }>, target: string | undefined): Promise<void> {
    const author = this.#person(act.who);
    const isRepost = act.as === "repost" && target !== undefined;
    const made = await createPost(this.world.as(author), {
      text: isRepost ? "" : "text",
      media: [],
      audience: act.audience,
      ...(isRepost && { repostOf: target }),
      ...(act.as === "quote" && { quoteOf: target }),
    });
    if (made.ok) this.#posts.push({ id: made.value.id, author });
  }

  #person = (index: number): string => this.people[index] ?? "";
}
