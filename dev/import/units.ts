import { handleId } from "../../core/feed/directory.ts";
import {
  claimHandle,
  commentWrites,
  friendEdge,
  postWrites,
  reactionEdge,
  userWrites,
} from "../../core/feed/writes.ts";
import {
  type Id,
  LOGICAL_SHARDS,
  type LogicalShard,
  logicalShard,
  shardOf,
} from "../../core/ids.ts";
import type { Write } from "../../core/tao/types.ts";
import type { Unit } from "../operator/batches.ts";
import { toHandlePart } from "../world/names.ts";
import { hash } from "../world/random.ts";
import type { Comment, Post } from "./network.ts";
import type { LinkRow, PersonRow } from "./parse.ts";

const HANDLE_MAX = 30;

/** Name and LDBC id: readable, and nobody else's. */
export function handleOf(person: PersonRow): string {
  const suffix = BigInt(person.id).toString(36);
  const name = person.name
    .split(" ")
    .map(toHandlePart)
    .filter((part) => part !== "")
    .join("_");
  return `${(name || "person").slice(0, HANDLE_MAX - suffix.length - 1)}_${suffix}`;
}

const shardFor = (person: PersonRow): LogicalShard =>
  logicalShard(hash(0, "ldbc", person.id) % LOGICAL_SHARDS);

const one = (write: Write & { readonly op: "assocAdd" | "objAdd" }): Unit => ({
  home: write.op === "objAdd" ? write.shard : shardOf(write.id1),
  writes: () => [write],
});
const edge = (write: Write): Unit => {
  if (write.op !== "assocAdd") throw new RangeError("not an edge");
  return one(write);
};

export function personUnit(person: PersonRow): Unit {
  const { name, createdAtMs } = person;
  const home = shardFor(person);
  const user = { handle: handleOf(person), name, bio: "", avatar: null, createdAtMs };
  return { home, writes: () => userWrites(home, user) };
}

export const handleUnit = (person: PersonRow, user: Id): Unit => ({
  home: shardOf(handleId(handleOf(person))),
  writes: () => [claimHandle(handleOf(person), user, person.createdAtMs)],
});

export const friendUnit = (link: LinkRow, from: Id, to: Id): Unit =>
  edge(friendEdge(from, to, link.atMs));

export const likeUnit = (like: LinkRow, user: Id, message: Id): Unit =>
  edge(reactionEdge(user, message, "like", like.atMs));

export const postUnit = ({ text, createdAtMs }: Post, author: Id): Unit => ({
  home: shardOf(author),
  writes: (place) =>
    postWrites({ author, text, audience: "public", media: [], createdAtMs }, place),
});

export const commentUnit = (comment: Comment, author: Id, post: Id, replyTo: Id | null): Unit => ({
  home: shardOf(post),
  writes: (place) =>
    commentWrites(
      {
        post,
        author,
        text: comment.text,
        createdAtMs: comment.createdAtMs,
        ...(replyTo !== null && { replyTo }),
      },
      place,
    ),
});
