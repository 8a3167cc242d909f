import { afterAll, beforeAll, describe, it } from "vitest";

import { type RedisSession, upstashRedis } from "../../platform/upstash.ts";
import { startTestRedis, type TestRedis, TOKEN } from "./database.ts";

let server: TestRedis;
let session: RedisSession;

const sessionOf = (syncToken?: string): RedisSession =>
  upstashRedis({
    url: server.url,
    token: TOKEN,
    budgetMs: () => 5_000,
    ...(syncToken !== undefined && { syncToken }),
  });

beforeAll(async () => {
  server = await startTestRedis({ lagMs: 400 });
  session = sessionOf();
}, 60_000);

afterAll(() => server.stop());

describe("a session of Redis", () => {
  it("hands replies out as they are", async ({ expect }) => {
    const value = (command: Parameters<RedisSession["command"]>[0]) => session.command(command);
    expect(await value(["SET", "k", '{"id":"9007199254740993","n":1}'])).toEqual({
      ok: true,
      value: "OK",
    });
    expect(await value(["GET", "k"])).toEqual({
      ok: true,
      value: '{"id":"9007199254740993","n":1}',
    });
    expect(await value(["GET", "missing"])).toEqual({ ok: true, value: null });
    expect(await value(["SET", "k", 7, "NX"])).toEqual({ ok: true, value: null });
    expect(await value(["SET", "OK", "OK"])).toEqual({ ok: true, value: "OK" });
    expect(await value(["MGET", "OK", "missing", "k"])).toMatchObject({
      value: ["OK", null, '{"id":"9007199254740993","n":1}'],
    });
    expect(await value(["ZADD", "z", 1, "18446744073709551615"])).toEqual({ ok: true, value: 1 });
    expect(await value(["ZRANGE", "z", 0, -1])).toMatchObject({ value: ["18446744073709551615"] });
  });

  it("keeps any text", async ({ expect }) => {
    const texts = ["", "ü漢🐋", 'a\0"\\\u2028\n', "true", "1e3", "x".repeat(300_000)];
    const sent = texts.map((text, n) => ["SET", `text${n}`, text] as const);
    const read = texts.map((_text, n) => ["GET", `text${n}`] as const);
    const both = await session.pipeline([...sent, ...read]);
    expect(both).toEqual({ ok: true, value: [...texts.map(() => "OK"), ...texts] });
    expect(await session.pipeline([])).toEqual({ ok: true, value: [] });
  });

  it("runs a script that Redis knows, or not", async ({ expect }) => {
    const script = `return {KEYS[1], ARGV[1], tonumber(ARGV[2]), false, '${Math.random()}'}`;
    const run = () => session.evalScript(script, ["k"], ["ä", 7]);
    const answer = { ok: true, value: ["k", "ä", 7, null, expect.any(String)] };
    expect(await run()).toEqual(answer);
    expect(await run()).toEqual(answer);
    const again = await session.command(["SCRIPT", "FLUSH"]);
    expect([again, await run()]).toEqual([{ ok: true, value: "OK" }, answer]);
  });

  it("reads its own writes, and those of the session whose token it starts with", async ({
    expect,
  }) => {
    const writer = sessionOf();
    await writer.command(["SET", "w", "1"]);
    expect(await sessionOf().command(["GET", "w"])).toEqual({ ok: true, value: null });
    const follower = sessionOf(writer.syncToken);
    expect(await follower.command(["GET", "w"])).toEqual({ ok: true, value: "1" });
    expect(await writer.command(["GET", "w"])).toEqual({ ok: true, value: "1" });
    expect(follower.syncToken).not.toBe("");
  });
});
