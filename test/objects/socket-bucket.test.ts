import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import { CLOSE } from "../../core/feed/realtime/close-codes.ts";
import type { Place } from "../../core/feed/realtime/stream.ts";
import { formatId, type Id, shardOf } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { connectionUrl } from "../../platform/socket-connection.ts";
import { newUsers, settle, shardIndex, write } from "./graph-driver.ts";
import {
  bucketOf,
  connect,
  connectionOf,
  join,
  newPost,
  OTHER,
  tell,
  until,
  VIEWER,
} from "./socket-client.ts";

describe("a bucket of sockets", () => {
  it("tells a viewer's devices, and nobody else", async ({ expect }) => {
    const bucket = bucketOf();
    const [phone, laptop, other] = [
      await join(bucket, VIEWER),
      await join(bucket, VIEWER),
      await join(bucket, OTHER),
    ];
    await tell(bucket, newPost(100), { kind: "notified", viewer: VIEWER });
    await until(() => laptop.of("notifications").length === 1, "a notification");
    expect(phone.messages.slice(2)).toEqual([
      { type: "new_posts", seq: 1, count: 1, authors: ["9"] },
      { type: "notifications", seq: 2 },
    ]);
    expect(laptop.messages).toEqual(phone.messages);
    expect(other.messages.map(({ type }) => type)).toEqual(["hello", "new_posts"]);
  });

  it("keeps sockets, numbers and what was told through sleep", async ({ expect }) => {
    const bucket = bucketOf();
    const socket = await join(bucket, VIEWER);
    const away = await join(bucket, VIEWER);
    await tell(bucket, newPost(100));
    await until(() => away.place?.seq === 1, "the first");
    away.close();
    await tell(bucket, newPost(101));
    await evictDurableObject(bucket);

    await tell(bucket, newPost(102));
    await until(() => socket.of("new_posts").length === 4, "told after sleep");
    expect(socket.messages.at(-1)).toMatchObject({ seq: 3, count: 3 });
    expect(socket.lost).toBe(0);
    expect(socket.code).toBeNull();

    const back = await join(bucket, VIEWER, away.place);
    await until(() => back.place?.seq === 3, "caught up");
    expect(back.lost).toBe(0);
    expect(back.messages).toEqual([
      { type: "hello", life: away.place?.life, seq: 3, resumed: true },
      { type: "new_posts", seq: 3, from: 2, count: 3, authors: ["9"] },
    ]);
    socket.say({ type: "caught_up" });
    await until(() => back.place?.seq === 4, "the count starts over");
    expect(back.messages.at(-1)).toMatchObject({ type: "new_posts", count: 0 });
  });

  it("is resumed exactly after its sockets were cut off with its memory", async ({ expect }) => {
    const bucket = bucketOf();
    const socket = await join(bucket, VIEWER);
    await tell(bucket, newPost(100), newPost(101));
    await until(() => socket.place?.seq === 1, "told");
    await evictDurableObject(bucket, { webSockets: "close" });
    await until(() => socket.code !== null, "cut off");
    await tell(bucket, newPost(102), { kind: "related", viewer: VIEWER, other: OTHER, hide: true });
    const back = await join(bucket, VIEWER, socket.place);
    await until(() => back.place?.seq === 3, "caught up");
    expect(back.lost).toBe(0);
    expect(back.messages.slice(1)).toEqual([
      { type: "hide_author", seq: 2, user: "8" },
      { type: "new_posts", seq: 3, count: 3, authors: ["9"] },
    ]);
  });

  it("answers pings without waking, and refuses what is no message", async ({ expect }) => {
    const bucket = bucketOf();
    const socket = await join(bucket, VIEWER);
    socket.say('{"type":"ping"}');
    await until(() => socket.of("pong").length === 1, "a pong");
    socket.say({ type: "who_is_online" });
    await until(() => socket.code !== null, "closed");
    expect(socket.code).toBe(CLOSE.badMessage);
  });

  it("refuses an expired token, a used ticket and too many devices, each with its code", async ({
    expect,
  }) => {
    const bucket = bucketOf();
    const expired = await connect(bucket, VIEWER, { untilMs: Date.now() - 1 });
    await until(() => expired.code === CLOSE.expired, "expired");
    await connect(bucket, VIEWER, { nonce: "abc" });
    const again = await connect(bucket, VIEWER, { nonce: "abc" });
    await until(() => again.code === CLOSE.usedTicket, "used");
    await evictDurableObject(bucket);
    const awoken = await connect(bucket, VIEWER, { nonce: "abc" });
    await until(() => awoken.code === CLOSE.usedTicket, "used before it slept");
    for (let n = 1; n < LIMITS.socketsPerViewerMax; n++) await join(bucket, VIEWER);
    const tooMany = await connect(bucket, VIEWER);
    await until(() => tooMany.code === CLOSE.tooMany, "too many");
    expect((await join(bucket, OTHER)).code).toBeNull();
  });

  it("closes a socket when its token expires, by its alarm", async ({ expect }) => {
    const bucket = bucketOf();
    const untilMs = Date.now() + 700;
    const socket = await connect(bucket, VIEWER, { untilMs });
    socket.say({ type: "resume" });
    await until(() => socket.of("hello").length === 1, "hello");
    expect(await runInDurableObject(bucket, (_, state) => state.storage.getAlarm())).toBe(untilMs);
    await evictDurableObject(bucket);
    await until(() => socket.code !== null, "closed by the alarm").catch(() =>
      runDurableObjectAlarm(bucket),
    );
    await until(() => socket.code === CLOSE.expired, "expired");
  });

  it("forgets who left, and then its alarm stops", async ({ expect }) => {
    const bucket = bucketOf();
    const socket = await join(bucket, VIEWER);
    socket.close();
    await runInDurableObject(bucket, async (_, state) => {
      await until(
        () => state.storage.sql.exec("SELECT left_ms FROM streams").one()["left_ms"] !== null,
        "left",
      );
      const longAgoMs = Date.now() - LIMITS.socketMemoryMs - 1;
      state.storage.sql.exec("UPDATE streams SET left_ms = ?", longAgoMs);
    });
    await runDurableObjectAlarm(bucket);
    await runInDurableObject(bucket, async (_, state) => {
      expect([...state.storage.sql.exec("SELECT viewer FROM streams")]).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });
});

describe("the other ways", () => {
  it("polls what was missed, waits for what comes, and says what it cannot", async ({ expect }) => {
    const bucket = bucketOf();
    const ask = (place: Place | null, waitMs = 0) =>
      bucket.poll({ ...connectionOf(VIEWER), place, watch: [], waitMs });
    const first = await ask(null);
    if (!first.ok) throw new Error(first.error.code);
    expect(first.value).toMatchObject({ seq: 0, resumed: false, gap: null });
    const { life } = first.value;
    await tell(bucket, newPost(100));
    expect(await ask({ life, seq: 0 })).toMatchObject({
      value: { life, seq: 1, resumed: true, messages: [{ type: "new_posts", count: 1 }] },
    });
    const waiting = ask({ life, seq: 1 }, 5_000);
    await tell(bucket, { kind: "notified", viewer: VIEWER });
    expect(await waiting).toMatchObject({
      value: { seq: 2, messages: [{ type: "notifications" }] },
    });
    expect(await ask({ life, seq: 2 }, 50)).toMatchObject({
      value: { seq: 2, resumed: true, messages: [] },
    });
    expect(await ask({ life: "another", seq: 2 })).toMatchObject({ value: { resumed: false } });
  });

  it("streams events with the place to go on from", async ({ expect }) => {
    const bucket = bucketOf();
    const stream = async (place: Place | null) => {
      const response = await bucket.fetch(
        connectionUrl(connectionOf(VIEWER, { kind: "events", place })),
      );
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let text = "";
      return {
        reader,
        read: async (wanted: string) => {
          while (!text.includes(wanted)) {
            const { done, value } = await reader.read();
            if (done) throw new Error(`ended: ${text}`);
            text += new TextDecoder().decode(value);
          }
          return text;
        },
      };
    };
    const first = await stream(null);
    await first.read("hello");
    await tell(bucket, newPost(100));
    const text = await first.read('"count":1');
    const [, life = "", seq = ""] =
      /id: ([a-z0-9-]+):(\d+)\ndata: [^\n]*"count":1/.exec(text) ?? [];
    expect(seq).toBe("1");
    await first.reader.cancel();
    await tell(bucket, newPost(101));
    const second = await stream({ life, seq: Number(seq) });
    expect(await second.read('"count":2')).toContain('"resumed":true');
    await second.reader.cancel();
  });
});

async function write1(at: Id, one: Write): Promise<Id> {
  const written = await write(shardIndex(at), [one]);
  if (!written.ok) throw new Error(written.error.code);
  return written.value.results[0]?.id ?? at;
}

describe("posts on the screen", () => {
  it("are followed only by who may see them, by the graph's own facts", async ({ expect }) => {
    const [author, friend, , stranger] = await newUsers(3);
    if (author === undefined || friend === undefined || stranger === undefined)
      throw new Error("no users");
    const post = async (audience: string) => {
      const data = JSON.stringify({
        authorId: formatId(author.id),
        text: audience,
        media: [],
        audience,
        createdAtMs: 1,
      });
      return write1(author.id, {
        op: "objAdd",
        otype: OBJECT.post,
        shard: shardOf(author.id),
        data,
      });
    };
    const [open, closed] = [await post("public"), await post("followers")];
    const edge = { atype: ASSOC.follows, id2: author.id, timeMs: 1, data: "" };
    await write1(friend.id, { op: "assocAdd", id1: friend.id, ...edge });
    const bucket = bucketOf();
    const watch = { type: "watch", posts: [formatId(open), formatId(closed)] };
    const [mine, theirs] = [await join(bucket, friend.id), await join(bucket, stranger.id)];
    for (const socket of [mine, theirs]) socket.say(watch);
    await until(() => mine.of("counts").length === 2, "both posts");
    await until(() => theirs.of("revoke").length === 1, "only one");
    expect(theirs.of("revoke")).toEqual([{ type: "revoke", seq: 0, post: formatId(closed) }]);

    await settle();
    await tell(bucket, { kind: "announced", author: author.id, post: closed });
    await until(() => mine.of("new_posts").length === 2, "announced to a follower");
    expect(theirs.of("new_posts")).toHaveLength(1);

    for (const watched of [open, closed])
      await tell(bucket, { kind: "counts", post: watched, of: "reactions", count: 5 });
    await until(() => mine.of("counts").length === 4, "both counts");
    await until(() => theirs.of("counts").length === 2, "one count");
    expect(theirs.of("counts").at(-1)).toMatchObject({ post: formatId(open), reactions: 5 });
  });

  it("are kept through sleep, a screen of reposts too, and go with their originals", async ({
    expect,
  }) => {
    const [author, reader] = await newUsers(2);
    if (author === undefined || reader === undefined) throw new Error("no users");
    const post = (repostOf: Id | null) =>
      write1(author.id, {
        op: "objAdd",
        otype: OBJECT.post,
        shard: shardOf(author.id),
        data: JSON.stringify({
          authorId: formatId(author.id),
          text: "",
          media: [],
          audience: "public",
          createdAtMs: 1,
          ...(repostOf !== null && { repostOf: formatId(repostOf) }),
        }),
      });
    const original = await post(null);
    const reposts: Id[] = [];
    for (let n = 0; n < LIMITS.watchedPostsMax; n++) reposts.push(await post(original));
    const bucket = bucketOf();
    const socket = await join(bucket, reader.id);
    socket.say({ type: "watch", posts: reposts.map(formatId) });
    await until(() => socket.of("counts").length === reposts.length, "all counts");
    await evictDurableObject(bucket);
    await tell(bucket, { kind: "revoke", post: original });
    await until(() => socket.of("revoke").length === reposts.length, "all gone");
    expect(socket.lost).toBe(0);
    expect(socket.code).toBeNull();
  });
});
