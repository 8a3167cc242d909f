import type { Redis } from "@upstash/redis/cloudflare";
import { afterAll, beforeAll, describe, it } from "vitest";

import { ask, clientOf, startTestRedis, type TestRedis } from "./database.ts";

let server: TestRedis;
/** As it comes: automatic pipelines, replies in base64, values parsed. */
let client: Redis;
/** With what our product turns off. */
let plain: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  client = clientOf(server.url);
  plain = clientOf(server.url, { automaticDeserialization: false, enableAutoPipelining: false });
}, 60_000);

afterAll(() => server.stop());

describe("commands of the client", () => {
  it("sets and gets, with an expiry and conditions", async ({ expect }) => {
    expect(await client.set("k", "v")).toBe("OK");
    expect(await client.get("k")).toBe("v");
    expect(await client.set("k", "w", { nx: true })).toBeNull();
    expect(await client.set("k", "w", { xx: true, get: true })).toBe("v");
    expect(await client.set("k", "x", { ex: 100 })).toBe("OK");
    expect(await client.ttl("k")).toBe(100);
    expect(await client.set("short", "x", { px: 300 })).toBe("OK");
    expect(await client.get("short")).toBe("x");
    await expect.poll(() => client.get("short"), { timeout: 5_000 }).toBeNull();
    expect(await client.del("k", "short")).toBe(1);
  });

  it("tells missing from empty", async ({ expect }) => {
    await plain.set("empty", "");
    expect(await plain.mget("empty", "missing")).toEqual(["", null]);
    expect([await plain.get("empty"), await plain.get("missing")]).toEqual(["", null]);
    expect([await plain.hget("missing", "f"), await plain.lrange("missing", 0, -1)]).toEqual([
      null,
      [],
    ]);
  });

  it("works on hashes, sorted sets, lists and sets", async ({ expect }) => {
    expect(await client.hset("hash", { a: 1, b: "two" })).toBe(2);
    expect(await client.hgetall("hash")).toEqual({ a: 1, b: "two" });
    expect(await client.hmget("hash", "a", "c")).toEqual({ a: 1, c: null });
    expect(await client.zadd("zset", { score: 1.5, member: "x" }, { score: 2, member: "y" })).toBe(
      2,
    );
    expect(await client.zrange("zset", 0, -1, { rev: true, withScores: true })).toEqual([
      "y",
      2,
      "x",
      1.5,
    ]);
    expect(await client.rpush("list", "1", "b", "c")).toBe(3);
    expect(await client.lrange("list", 0, 1)).toEqual([1, "b"]);
    expect(await client.lpop("list")).toBe(1);
    expect(await client.sadd("set", "m")).toBe(1);
    expect(await client.smembers("set")).toEqual(["m"]);
    const [cursor, keys] = await client.scan(0, { match: "zs*", count: 1_000 });
    expect([cursor, keys]).toEqual(["0", ["zset"]]);
  });

  it("runs scripts, by text and by hash", async ({ expect }) => {
    const source = "return {KEYS[1], ARGV[1], 7, false, {redis.status_reply('FINE'), 'OK'}}";
    const answer = ["k", "ä", 7, null, ["FINE", "OK"]];
    expect(await plain.eval(source, ["k"], ["ä"])).toEqual(answer);
    const sha = await plain.scriptLoad(source);
    expect(await plain.evalsha(sha, ["k"], ["ä"])).toEqual(answer);
    const unknown = plain.evalsha("0".repeat(40), [], []);
    await expect(unknown).rejects.toThrow("NOSCRIPT");
    const status = plain.eval("return redis.call('SET', KEYS[1], ARGV[1])", ["k"], ["v"]);
    expect(await status).toBe("OK");
  });

  it("answers each command of a pipeline, in order, in spite of errors", async ({ expect }) => {
    const work = client.pipeline().set("p", "text").incr("p").get("p");
    const answers = await work.exec({ keepErrors: true });
    expect(answers.map(({ result, error }) => error ?? result)).toEqual([
      "OK",
      "ERR value is not an integer or out of range",
      "text",
    ]);
    const refused = await ask(`${server.url}/pipeline`, {
      body: JSON.stringify([
        ["GET", "p"],
        ["BLPOP", "p", 1],
        ["STRLEN", "p"],
      ]),
    });
    expect([refused.status, await refused.json()]).toEqual([
      200,
      [
        { result: "text" },
        { error: expect.stringContaining("ERR Command is not available: 'BLPOP'") },
        { result: 4 },
      ],
    ]);
    await expect(client.pipeline().incr("p").exec()).rejects.toThrow("ERR value is not an integer");
  });

  it("runs a transaction whole: errors inside it do not undo it, one before it does", async ({
    expect,
  }) => {
    const kept = await plain.multi().set("t", "1").lpush("t", "x").incr("t").exec({
      keepErrors: true,
    });
    expect(kept.map(({ result, error }) => error ?? result)).toEqual([
      "OK",
      expect.stringContaining("WRONGTYPE"),
      2,
    ]);
    const discarded = async (second: readonly string[]) => {
      const body = JSON.stringify([["SET", "t", "9"], second]);
      const answer = await ask(`${server.url}/multi-exec`, { body });
      expect(answer.status).toBe(400);
      return answer.json();
    };
    expect(await discarded(["GET"])).toEqual({
      error: "ERR wrong number of arguments for 'get' command",
    });
    expect(await discarded(["BRPOP", "t", "1"])).toEqual({
      error: expect.stringContaining("ERR Command is not available: 'BRPOP'"),
    });
    expect(await plain.get("t")).toBe("2");
  });

  it("keeps transactions whole beside each other", async ({ expect }) => {
    await plain.set("n", "0");
    const add = () => plain.multi().incr("n").get("n").incr("n").exec<[number, string, number]>();
    const all = await Promise.all(Array.from({ length: 50 }, add));
    for (const [first, read, second] of all) expect([+read, second]).toEqual([first, first + 1]);
    expect(await plain.get("n")).toBe("100");
  });

  it("publishes, and hears what is published", async ({ expect }) => {
    const heard: unknown[] = [];
    const subscriber = client.subscribe("news");
    subscriber.on("message", ({ message }) => heard.push(message));
    await expect.poll(() => client.publish("news", { a: "ü" })).toBe(1);
    await expect.poll(() => heard).toEqual([{ a: "ü" }]);
    await subscriber.unsubscribe();
    await expect.poll(() => client.publish("news", "gone")).toBe(0);
  });
});

describe("values", () => {
  const texts = [
    "",
    "OK",
    "T0s=",
    "null",
    "ünïcödé 漢字",
    "👩‍👩‍👧 🐋",
    'a\0b\u0001\n\r\t"\\\u2028',
    "x".repeat(200_000),
  ];

  it.for(["base64", false] as const)(
    "arrive as they left, with encoding %s",
    async (responseEncoding, { expect }) => {
      const redis = clientOf(server.url, {
        responseEncoding,
        automaticDeserialization: false,
        enableAutoPipelining: false,
      });
      await redis.del("texts");
      await redis.rpush("texts", ...texts);
      expect(await redis.lrange("texts", 0, -1)).toEqual(texts);
      for (const text of texts) {
        await redis.set("text", text);
        expect(await redis.get("text")).toBe(text);
      }
    },
  );

  it("of 64 bits survive as text, if the client does not parse them", async ({ expect }) => {
    const id = "18446744073709551615";
    await plain.set("id", id);
    await plain.set("small", "9007199254740993");
    await plain.hset("ids", { [id]: id });
    expect(await plain.mget("id", "small")).toEqual([id, "9007199254740993"]);
    expect(await plain.hgetall("ids")).toEqual([id, id]);
    // The default parses JSON; digits it cannot keep it leaves alone, but "1e3" and " 1" are lost.
    expect(await client.mget("id", "small")).toEqual([id, "9007199254740993"]);
    await plain.set("text", "true");
    expect([await client.get("text"), await plain.get("text")]).toEqual([true, "true"]);
  });

  it("that are integers leave the server exactly, and are rounded by the client", async ({
    expect,
  }) => {
    await plain.set("counter", "9007199254740992");
    expect(await plain.incrby("counter", 1)).toBe(9007199254740992);
    const raw = await ask(`${server.url}/incrby/counter/0`);
    expect(await raw.text()).toBe(`{"result":9007199254740993}`);
    const digits = await ask(server.url, { body: `["SET","exact",9007199254740993]` });
    expect([digits.status, await plain.get("exact")]).toEqual([200, "9007199254740993"]);
    await plain.zadd("scores", { score: 1, member: "9007199254740993" });
    await ask(server.url, { body: `["ZADD","scores",9007199254740993,"rounded"]` });
    // A score is a double in Redis itself: an id belongs in the member.
    expect(await plain.zscore("scores", "rounded")).not.toBe("9007199254740993");
  });

  it("that are no UTF-8 arrive in base64 alone", async ({ expect }) => {
    const bytes = new Uint8Array([0, 255, 254, 65]);
    await ask(`${server.url}/set/bytes?EX=100`, { body: bytes });
    const encoded = await ask(`${server.url}/get/bytes`, {
      headers: { "upstash-encoding": "base64" },
    });
    expect(await encoded.json()).toEqual({ result: Buffer.from(bytes).toString("base64") });
    const text = await ask(`${server.url}/get/bytes`);
    expect(await text.json()).toEqual({ result: "\0\uFFFD\uFFFDA" });
    expect(await plain.ttl("bytes")).toBe(100);
  });
});
