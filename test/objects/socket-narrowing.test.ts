import { evictDurableObject } from "cloudflare:test";
import { it } from "vitest";

import { formatId, type Id, shardOf } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { ASSOC, AUDIENCES, OBJECT } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { newUsers, settle, shardIndex, write } from "./graph-driver.ts";
import { bucketOf, join, newPost, tell, until } from "./socket-client.ts";

async function write1(at: Id, one: Write): Promise<Id> {
  const written = await write(shardIndex(at), [one]);
  if (!written.ok) throw new Error(written.error.code);
  return written.value.results[0]?.id ?? at;
}

async function fourUsers(): Promise<readonly [Id, Id, Id, Id]> {
  const [author, friend, follower, stranger] = [...(await newUsers(2)), ...(await newUsers(2))];
  if (!author || !friend || !follower || !stranger) throw new Error("no users");
  return [author.id, friend.id, follower.id, stranger.id];
}

const relate = (from: Id, atype: number, to: Id) =>
  write1(from, { op: "assocAdd", id1: from, atype, id2: to, timeMs: 1, data: "" });

const publicPost = (author: Id) =>
  write1(author, {
    op: "objAdd",
    otype: OBJECT.post,
    shard: shardOf(author),
    data: JSON.stringify({
      authorId: formatId(author),
      text: "",
      media: [],
      audience: "public",
      createdAtMs: 1,
    }),
  });

it("a post that is narrowed goes from those who may not see it, by the graph's own facts", async ({
  expect,
}) => {
  const [author, friend, follower, stranger] = await fourUsers();
  await relate(friend, ASSOC.follows, author);
  await relate(follower, ASSOC.follows, author);
  // Written from the smaller of the two.
  await (friend < author
    ? relate(friend, ASSOC.friends, author)
    : relate(author, ASSOC.friends, friend));
  const post = await publicPost(author);
  await settle();
  const bucket = bucketOf();
  const sockets = [
    await join(bucket, friend),
    await join(bucket, follower),
    await join(bucket, stranger),
  ];
  for (const socket of sockets) socket.say({ type: "watch", posts: [formatId(post)] });
  for (const socket of sockets) await until(() => socket.of("counts").length === 1, "counts");
  const lost = () => sockets.map((socket) => socket.of("revoke").length);
  const narrow = (audience: (typeof AUDIENCES)[number], seq: number) =>
    tell(bucket, {
      kind: "revoke",
      post,
      audience: AUDIENCES.indexOf(audience),
      at: { epoch: 1, seq },
    });

  // The graph still has it as everybody's: what was told counts.
  await narrow("followers", 1);
  await until(() => lost().join() === "0,0,1", "a stranger loses it");
  await narrow("friends", 2);
  await until(() => lost().join() === "0,1,1", "a follower loses it");
  await tell(bucket, { kind: "counts", post, of: "reactions", count: 5 });
  const [first, second, third] = sockets;
  await until(() => first?.of("counts").length === 2, "the friend goes on");
  expect([second?.of("counts").length, third?.of("counts").length]).toEqual([1, 1]);
});

it("an old post that comes after sleep is counted if the graph still has it", async ({
  expect,
}) => {
  const [author, reader] = await fourUsers();
  await relate(reader, ASSOC.follows, author);
  const post = await publicPost(author);
  await settle();
  const bucket = bucketOf();
  const socket = await join(bucket, reader);
  await evictDurableObject(bucket);
  const timeMs = Date.now() - LIMITS.socketAsleepMs - 1_000;
  const old = { ...newPost(0, [reader]), author, timeMs };
  await tell(bucket, { ...old, post: 77n as Id });
  await tell(bucket, { ...old, post });
  await until(() => socket.of("new_posts").length === 2, "the one that there is");
  expect(socket.of("new_posts").at(-1)).toMatchObject({ count: 1, authors: [formatId(author)] });
});
