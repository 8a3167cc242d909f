import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, it, vi } from "vitest";

import { type RedisSession, upstashRedis } from "../../platform/upstash.ts";
import { clientOf, startTestRedis, type TestRedis, TOKEN } from "./database.ts";

const BUDGET_MS = 100;

let server: TestRedis;
const said = vi.spyOn(console, "error").mockImplementation(() => undefined);

beforeAll(async () => {
  server = await startTestRedis();
}, 60_000);

afterAll(() => server.stop());

const sessionOf = (url: string, token = TOKEN, budgetMs = 5_000): RedisSession =>
  upstashRedis({ url, token, budgetMs: () => budgetMs });

const unavailable = {
  ok: false,
  error: { code: "unavailable", dependency: "feed_cache", retryAfterMs: 200 },
};
const late = {
  ok: false,
  error: { code: "deadline_exceeded", dependency: "feed_cache", budgetMs: BUDGET_MS },
};

/** A read of a key that is not there, in each way there is to ask. */
const misses = async (session: RedisSession) => [
  await session.command(["GET", "missing"]),
  await session.pipeline([["GET", "missing"]]),
  await session.evalScript("return redis.call('GET', KEYS[1])", ["missing"], []),
];

describe("an outage is never a miss", () => {
  it("while nothing is wrong, a miss is a miss", async ({ expect }) => {
    expect(await misses(sessionOf(server.url))).toEqual([
      { ok: true, value: null },
      { ok: true, value: [null] },
      { ok: true, value: null },
    ]);
  });

  it("when Redis is killed; and it is used again once it is back", async ({ expect }) => {
    const session = sessionOf(server.url);
    await session.command(["SET", "kept", "here"]);
    await server.primary.kill();
    expect(await misses(session)).toEqual([unavailable, unavailable, unavailable]);
    await server.restart();
    await expect
      .poll(() => session.command(["GET", "missing"]), { timeout: 10_000 })
      .toEqual({ ok: true, value: null });
  });

  it("when Redis hangs", async ({ expect }) => {
    process.kill(server.primary.pid, "SIGSTOP");
    try {
      expect(await misses(sessionOf(server.url, TOKEN, BUDGET_MS))).toEqual([late, late, late]);
    } finally {
      process.kill(server.primary.pid, "SIGCONT");
    }
    expect(await sessionOf(server.url).command(["GET", "missing"])).toEqual({
      ok: true,
      value: null,
    });
  });

  it("when the service answers too late", async ({ expect }) => {
    const slow = await server.front({ delayMs: 5 * BUDGET_MS });
    const startedMs = performance.now();
    expect(await misses(sessionOf(slow.url, TOKEN, BUDGET_MS))).toEqual([late, late, late]);
    expect(performance.now() - startedMs).toBeLessThan(5 * BUDGET_MS);
    expect(await misses(sessionOf(slow.url))).toMatchObject([
      { value: null },
      { value: [null] },
      { value: null },
    ]);
  });

  it("when there is no time left to ask", async ({ expect }) => {
    const error = { ...late.error, budgetMs: 0 };
    expect(await misses(sessionOf(server.url, TOKEN, 0.5))).toEqual(
      [1, 2, 3].map(() => ({ ok: false, error })),
    );
  });

  it("when the token is wrong", async ({ expect }) => {
    expect(await misses(sessionOf(server.url, "wrong"))).toEqual([
      unavailable,
      unavailable,
      unavailable,
    ]);
  });

  it("when nobody listens", async ({ expect }) => {
    const gone = await server.front({});
    await gone.stop();
    expect(await misses(sessionOf(gone.url))).toEqual([unavailable, unavailable, unavailable]);
  });

  it("when a command or one of a pipeline is refused", async ({ expect }) => {
    const session = sessionOf(server.url);
    await session.command(["LPUSH", "list", "x"]);
    expect(await session.command(["GET", "list"])).toEqual(unavailable);
    const mixed = [
      ["GET", "missing"],
      ["GET", "list"],
    ] as const;
    expect(await session.pipeline(mixed)).toEqual(unavailable);
    expect(await session.evalScript("return redis.call('GET', KEYS[1])", ["list"], [])).toEqual(
      unavailable,
    );
    expect(await session.evalScript("not Lua", [], [])).toEqual(unavailable);
  });

  it("and what is logged of it is the error, not the command", async ({ expect }) => {
    said.mockClear();
    await sessionOf(server.url).command(["HSET", "list", "secret", "words"]);
    const lines = JSON.stringify(said.mock.calls);
    expect(lines).toContain("WRONGTYPE");
    expect(lines).not.toContain("words");
  });
});

/** Answers every request with what `reply` does, and counts them. */
async function startStub(reply: (response: ServerResponse) => void) {
  const stub = { url: "", requests: 0, stop: async () => {} };
  const http = createServer((_request, response) => {
    stub.requests++;
    reply(response);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  stub.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  stub.stop = async () => {
    http.closeAllConnections();
    http.close();
    await once(http, "close");
  };
  return stub;
}

const answering = (status: number, body: string) => (response: ServerResponse) => {
  response.writeHead(status);
  response.end(body);
};

describe("what is not an answer of Redis is not taken for one", () => {
  it.for([
    [200, "null"],
    [200, "{}"],
    [200, "[]"],
    [200, ""],
    [200, `{"result":{}}`],
    [200, `{"result":true}`],
    [200, `[{"result":1},{"result":2}]`],
    [200, `[{}]`],
    [200, "<html>a proxy's page</html>"],
    [502, "<html>bad gateway</html>"],
    [429, `{"error":"ERR max daily request limit exceeded"}`],
    [500, "{}"],
    [500, "null"],
  ] as const)("%s %j", async ([status, body], { expect }) => {
    const stub = await startStub(answering(status, body));
    expect(await misses(sessionOf(stub.url))).toEqual([unavailable, unavailable, unavailable]);
    // Nobody but our callers retries.
    expect(stub.requests).toBe(3);
    await stub.stop();
  });

  it("a connection that is cut before the answer or in it, asked once", async ({ expect }) => {
    for (const before of ["", `{"resu`]) {
      const stub = await startStub((response) => {
        if (before === "") return response.destroy();
        response.writeHead(200, { "content-length": 100 });
        return response.write(before, () => response.destroy());
      });
      expect(await misses(sessionOf(stub.url))).toEqual([unavailable, unavailable, unavailable]);
      expect(stub.requests).toBe(3);
      await stub.stop();
    }
  });

  it("an answer that begins and never ends", async ({ expect }) => {
    const stub = await startStub((response) => void response.write(`{"result":`));
    expect(await misses(sessionOf(stub.url, TOKEN, BUDGET_MS))).toEqual([late, late, late]);
    await stub.stop();
  });
});

describe("why the session sets what it does: the client by itself", () => {
  it("takes a timeout for a miss, given a signal instead of a function", async ({ expect }) => {
    const slow = await server.front({ delayMs: 500 });
    const signal = AbortSignal.timeout(30);
    const trap = clientOf(slow.url, { signal, enableAutoPipelining: false });
    expect(await trap.get("missing")).toBeNull();
    const sound = clientOf(slow.url, { signal: () => AbortSignal.timeout(30) });
    await expect(sound.get("missing")).rejects.toThrow(/timeout/i);
  });

  it("tries twice with retries off, and once with none", async ({ expect }) => {
    const stub = await startStub((response) => response.destroy());
    await expect(clientOf(stub.url, { retry: false }).ping()).rejects.toThrow("fetch failed");
    expect(stub.requests).toBe(2);
    await expect(clientOf(stub.url, { retry: { retries: 0 } }).ping()).rejects.toThrow();
    expect(stub.requests).toBe(3);
    await stub.stop();
  });
});
