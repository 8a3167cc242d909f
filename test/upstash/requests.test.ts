import type { Redis } from "@upstash/redis/cloudflare";
import { afterAll, beforeAll, describe, it } from "vitest";

import { ask, clientOf, startTestRedis, type TestRedis, TOKEN } from "./database.ts";

let server: TestRedis;
let plain: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  plain = clientOf(server.url, { automaticDeserialization: false, enableAutoPipelining: false });
}, 60_000);

afterAll(() => server.stop());

describe("requests", () => {
  it("name a command in their path", async ({ expect }) => {
    const path = (at: string, init: RequestInit = {}) => ask(`${server.url}/${at}`, init);
    expect(await (await path("set/p%2Fq/%F0%9F%90%8B/EX/9")).json()).toEqual({ result: "OK" });
    expect(await plain.get("p/q")).toBe("🐋");
    expect(await (await path("GET/p%2Fq", { method: "GET" })).json()).toEqual({ result: "🐋" });
    expect((await path("get/p%2Fq", { method: "HEAD" })).status).toBe(200);
    expect((await path("get/p%2Fq", { method: "PUT" })).status).toBe(200);
    const open = await fetch(`${server.url}/get/p%2Fq?_token=${TOKEN}`);
    expect(await open.json()).toEqual({ result: "🐋" });
  });

  it.for([
    ["DELETE", "get/k", undefined, 405],
    ["POST", "", `["GET"`, 400],
    ["POST", "", `{"a":1}`, 400],
    ["POST", "", `[]`, 400],
    ["POST", "", `["GET",null]`, 400],
    ["POST", "", `["GET"]`, 400],
    ["POST", "pipeline", `["GET","k"]`, 400],
    ["POST", "multi-exec", `[]`, 400],
    ["POST", "nothing/of/it", "", 400],
  ] as const)("%s /%s %j is refused with %j", async ([method, at, body, status], { expect }) => {
    const answer = await ask(`${server.url}/${at}`, {
      method,
      ...(body !== undefined && { body }),
    });
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.stringMatching(/^ERR /) },
    ]);
  });

  it.for([
    ["BLPOP", "k", 1],
    ["BZPOPMIN", "k", 1],
    ["XREAD", "block", 1, "STREAMS", "k", "$"],
    ["WATCH", "k"],
    ["MULTI"],
    ["SUBSCRIBE", "ch"],
    ["SELECT", 1],
    ["CONFIG", "GET", "*"],
    ["REPLICAOF", "NO", "ONE"],
    ["SHUTDOWN"],
  ])("for %s are refused, as the service does", async (command, { expect }) => {
    const refused = plain.exec(command as [string, ...string[]]);
    await expect(refused).rejects.toThrow("ERR Command is not available");
  });

  it("without the token, or with another, are refused", async ({ expect }) => {
    const wrong = clientOf(server.url, { token: "wrong" });
    await expect(wrong.get("k")).rejects.toThrow("WRONGPASS");
    expect((await ask(server.url, { body: `["PING"]` }, "wrong")).status).toBe(401);
    expect((await fetch(`${server.url}/ping`)).status).toBe(401);
  });

  it("of more than 10 MB are refused", async ({ expect }) => {
    const most = 10 * 1_024 * 1_024;
    const bodyOf = (bytes: number) => JSON.stringify(["SET", "large", "x".repeat(bytes - 18)]);
    expect(bodyOf(most)).toHaveLength(most);
    expect((await ask(server.url, { body: bodyOf(most) })).status).toBe(200);
    const answer = await ask(server.url, { body: bodyOf(most + 1) });
    expect([answer.status, await answer.json()]).toEqual([
      413,
      { error: expect.stringContaining("ERR max request size exceeded") },
    ]);
    await expect(plain.set("large", "x".repeat(most))).rejects.toThrow("max request size");
    await plain.del("large");
  });

  it("may ask for Redis' own protocol", async ({ expect }) => {
    const headers = { "upstash-response-format": "resp2" };
    const raw = async (at: string, body: unknown, more = {}) => {
      const answer = await ask(`${server.url}/${at}`, {
        body: JSON.stringify(body),
        headers: { ...headers, ...more },
      });
      return [answer.status, answer.headers.get("content-type"), await answer.text()];
    };
    const octets = "application/octet-stream";
    const script = "return {1, 'a', redis.status_reply('S'), false, {}}";
    expect(await raw("", ["EVAL", script, 0])).toEqual([
      200,
      octets,
      "*5\r\n:1\r\n$1\r\na\r\n+S\r\n$-1\r\n*0\r\n",
    ]);
    expect(
      await raw("pipeline", [
        ["SET", "r", "OK"],
        ["GET", "r"],
        ["INCR", "r"],
      ]),
    ).toEqual([200, octets, "+OK\r\n$2\r\nOK\r\n-ERR value is not an integer or out of range\r\n"]);
    expect((await raw("", ["GET", "r"], { "upstash-encoding": "base64" }))[0]).toBe(400);
    expect((await raw("", ["GET", "r"], { "upstash-response-format": "resp3" }))[0]).toBe(400);
  });
});
