import { LISTED_ROOT } from "../../core/feed/directory.ts";
import type { Media } from "../../core/feed/schemas.ts";
import {
  claimHandle,
  commentWrites,
  followEdge,
  friendEdge,
  postWrites,
  reactionEdge,
  repostEdge,
  userWrites,
} from "../../core/feed/writes.ts";
import { handleId } from "../../core/feed/directory.ts";
import { type Id, shardOf } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import type { Unit } from "../operator/batches.ts";
import type { Person } from "./people.ts";
import type { PlannedPost } from "./posts.ts";
import type { PlannedComment, PlannedReaction } from "./talk.ts";
import type { World } from "./world.ts";

/** The world's nouns as writes. Each unit lives on one shard. */
const edge = (write: Extract<Write, { op: "assocAdd" }>): Unit => ({
  home: shardOf(write.id1),
  writes: () => [write],
});
const asEdge = (write: Write): Unit => {
  if (write.op !== "assocAdd") throw new RangeError("not an edge");
  return edge(write);
};

export const userUnit = (person: Person, avatar: string | null): Unit => ({
  home: person.shard,
  writes: () => userWrites(person.shard, { ...identity(person), avatar }),
});

const identity = ({ handle, name, bio, createdAtMs }: Person) => ({
  handle,
  name,
  bio,
  createdAtMs,
});

export const handleUnit = (person: Person, user: Id): Unit => ({
  home: shardOf(handleId(person.handle)),
  writes: () => [claimHandle(person.handle, user, person.createdAtMs)],
});

/** Newest first is the order of the list, so the first person gets the latest time. */
export const listedUnit = (world: World, person: number, user: Id): Unit =>
  edge({
    op: "assocAdd",
    id1: LISTED_ROOT,
    atype: ASSOC.listed,
    id2: user,
    timeMs: world.spec.nowMs - person,
    data: "",
  });

/** Whom one person follows, and friendships with people of higher index, so each is written once. */
export function edgeUnits(
  world: World,
  person: number,
  idOf: (index: number) => Id,
): readonly Unit[] {
  const { follows, friends } = world.graph;
  const own = idOf(person);
  const followed = [...follows.of(person)].map((other) =>
    asEdge(followEdge(own, idOf(other), world.metAtMs(person, other))),
  );
  const befriended = [...friends.of(person)]
    .filter((other) => other > person)
    .map((other) => asEdge(friendEdge(own, idOf(other), world.metAtMs(person, other))));
  return [...followed, ...befriended];
}

export function postUnit(
  post: PlannedPost,
  author: Id,
  about: Id | null,
  media: readonly Media[],
): Unit {
  const { text, audience, atMs: createdAtMs, kind } = post;
  const repostOf = kind === "repost" && about !== null ? about : undefined;
  const quoteOf = kind === "quote" && about !== null ? about : undefined;
  return {
    home: shardOf(author),
    writes: (place) => [
      ...postWrites({ author, text, audience, media, createdAtMs, repostOf, quoteOf }, place),
      ...(repostOf === undefined ? [] : [repostEdge(author, repostOf, createdAtMs)]),
    ],
  };
}

export const commentUnit = (
  comment: PlannedComment,
  author: Id,
  post: Id,
  replyTo: Id | null,
): Unit => ({
  home: shardOf(post),
  writes: (place) =>
    commentWrites(
      {
        post,
        author,
        text: comment.text,
        createdAtMs: comment.atMs,
        ...(replyTo !== null && { replyTo }),
      },
      place,
    ),
});

export const reactionUnit = (reaction: PlannedReaction, user: Id, target: Id): Unit =>
  asEdge(reactionEdge(user, target, reaction.kind, reaction.atMs));
