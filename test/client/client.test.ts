import { describe, it } from "vitest";

import { createClient } from "../../client/client.ts";
import { createOperatorClient } from "../../client/operator.ts";
import { ApiProblem } from "../../client/problem.ts";
import type { ClientOptions } from "../../client/transport.ts";
import { LIMITS } from "../../core/limits.ts";
import { OPERATIONS } from "../../workers/gateway/operations.ts";
import { ADA } from "../fakes/fake-feed.ts";
import { startGateway } from "../gateway/harness.ts";
import { eachCall, ELSEWHERE } from "./each-call.ts";

/** The client on the real gateway, over a fake feed Worker. */
async function start(roles?: readonly string[]) {
  const gateway = startGateway();
  const token = await gateway.token(roles === undefined ? {} : { roles });
  const client = createOperatorClient({
    baseUrl: "http://localhost",
    token: () => token,
    fetch: async (url, init) => gateway.app.request(url, init),
  });
  return { gateway, client };
}

describe("each operation of the API", () => {
  it("is a method of the same name, and nothing else is", async ({ expect }) => {
    const { client } = await start();
    const { mediaUrl: _, transport: __, ...methods } = client;
    // A connection that stays open is no method: `realtime.ts` has it.
    const answered = OPERATIONS.filter((op) => op.connects === undefined);
    expect(Object.keys(methods).toSorted()).toEqual(answered.map((op) => op.id).toSorted());
  });

  it("is understood by the gateway and reaches the feed Worker", async ({ expect }) => {
    const { client, gateway } = await start(["operator"]);
    const calls = eachCall(client);
    for (const [name, call] of Object.entries(calls)) {
      const before = gateway.feed.calls.length;
      await call();
      expect([name, gateway.feed.calls.length - before]).toEqual([
        name,
        ELSEWHERE.includes(name) ? 0 : 1,
      ]);
    }
  });

  it("passes on what was asked", async ({ expect }) => {
    const { client, gateway } = await start();
    await client.unfollow("bob");
    expect(gateway.feed.calls.at(-1)?.args.slice(1)).toEqual(["bob", "follow"]);
    await client.feed({ cursor: "issued-cursor", limit: 3 });
    expect(gateway.feed.calls.at(-1)?.args[1]).toEqual({
      mode: undefined,
      limit: 3,
      cursor: "issued-cursor",
    });
    expect((await client.profile("ada")).handle).toBe(ADA.handle);
  });
});

it("throws what the problem document says", async ({ expect }) => {
  const { client } = await start();
  const problem: unknown = await client.post("404").catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({ code: "not_found", status: 404, traceId: "80000000".repeat(4) });
  await expect(client.createPost({ text: " " })).rejects.toMatchObject({
    code: "invalid_request",
    field: "text",
  });
});

describe("path parts", () => {
  it("cannot leave their place", async ({ expect }) => {
    const urls: string[] = [];
    const client = scripted([], {
      fetch: async (url) => {
        urls.push(url);
        return Response.json({});
      },
    }).client;
    await client.profile("../admin/graph/read?x=1#y");
    expect(urls).toEqual(["/v1/users/..%2Fadmin%2Fgraph%2Fread%3Fx%3D1%23y"]);
  });
});

type Step = (request: Request) => Response | Promise<Response>;

/** Answers requests one by one as scripted, then with an empty object. */
function scripted(steps: Step[], options: Partial<ClientOptions> = {}) {
  const sent: Request[] = [];
  const waits: number[] = [];
  const client = createClient({
    baseUrl: "",
    random: () => 0.5,
    sleep: async (ms) => void waits.push(ms),
    fetch: async (url, init) => {
      const request = new Request(`http://localhost${url}`, init);
      sent.push(request);
      return steps.shift()?.(request) ?? Response.json({});
    },
    ...options,
  });
  return { client, sent, waits };
}
const busy = (status: number, retryAfter?: string) => () =>
  new Response("{}", {
    status,
    headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
  });
const offline = () => Promise.reject(new TypeError("fetch failed"));
const keyOf = (request: Request | undefined) => request?.headers.get("idempotency-key");

describe("retries", () => {
  it("keep the key, and wait as long as asked plus a random part", async ({ expect }) => {
    const { client, sent, waits } = scripted([busy(503, "2"), offline]);
    await client.createPost({ text: "hello" });
    expect(sent).toHaveLength(3);
    expect(keyOf(sent[0])).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(sent.map(keyOf)).size).toBe(1);
    expect(waits).toEqual([2_500, 200]);
    await client.createPost({ text: "hello" });
    expect(keyOf(sent[3])).not.toBe(keyOf(sent[0]));
  });

  it("are bounded", async ({ expect }) => {
    const { client, sent } = scripted([offline, offline, offline, offline]);
    await expect(client.feed()).rejects.toMatchObject({ code: "network", status: 0 });
    expect(sent).toHaveLength(1 + LIMITS.clientRetriesMax);
  });

  it("are few in all while nobody is answered, and possible again later", async ({ expect }) => {
    const steps = Array.from({ length: 1_000 }, () => busy(503, "1"));
    const { client, sent } = scripted(steps);
    const calls = 400;
    for (let n = 0; n < calls; n++)
      await expect(client.feed()).rejects.toMatchObject({ status: 503 });
    expect(sent.length).toBeLessThanOrEqual(1.1 * calls + LIMITS.retriesSavedMax);
    expect(sent.length).toBeGreaterThan(calls + LIMITS.retriesSavedMax);
    steps.length = 0;
    for (let n = 0; n < 20; n++) await client.feed();
    steps.push(busy(503, "1"));
    await client.feed();
  });

  it.for([400, 401, 404, 409, 422, 429, 500])("do not follow a %d", async (status, { expect }) => {
    const { client, sent } = scripted([busy(status)]);
    await expect(client.feed()).rejects.toMatchObject({ status, code: `http_${status}` });
    expect(sent).toHaveLength(1);
  });

  it("end with the trace of an answer that is no problem document", async ({ expect }) => {
    const headers = { "edgewise-trace": "4bf92f3577b34da6a3ce929d0e0e4736" };
    const { client } = scripted([() => new Response("<h1>Oops</h1>", { status: 500, headers })]);
    await expect(client.feed()).rejects.toMatchObject({ traceId: headers["edgewise-trace"] });
  });

  it("do not make the reader wait long", async ({ expect }) => {
    const { client, sent } = scripted([busy(503, "60")]);
    await expect(client.feed()).rejects.toMatchObject({ status: 503, retryAfterMs: 60_000 });
    expect(sent).toHaveLength(1);
  });

  it("end when the caller aborts", async ({ expect }) => {
    const abort = new AbortController();
    const { client, sent } = scripted([offline], {
      sleep: async () => abort.abort(new Error("left the page")),
    });
    await expect(client.feed({}, { signal: abort.signal })).rejects.toThrow("left the page");
    expect(sent).toHaveLength(1);
  });

  it("ask for the token each time", async ({ expect }) => {
    let n = 0;
    const { client, sent } = scripted([busy(503)], {
      token: () => (++n === 1 ? null : `token-${n}`),
    });
    await client.feed();
    expect(sent.map((request) => request.headers.get("authorization"))).toEqual([
      null,
      "Bearer token-2",
    ]);
  });

  it("repeat a write of before under its own key", async ({ expect }) => {
    const { client, sent } = scripted([]);
    await client.createPost({ text: "hello" }, { idempotencyKey: "draft-7" });
    expect(keyOf(sent[0])).toBe("draft-7");
  });
});

const withTicket = (ticket: string) => () =>
  Response.json({}, { headers: { "edgewise-ticket": ticket } });
const ticketsOf = (sent: readonly Request[]) =>
  sent.map((request) => request.headers.get("edgewise-ticket"));

describe("the ticket", () => {
  it("of each answer goes with the next request, and outlives the page", async ({ expect }) => {
    let saved: string | null = "t-0";
    const ticketStore = { load: () => saved, save: (ticket: string) => void (saved = ticket) };
    const { client, sent } = scripted([withTicket("t-1"), busy(404), withTicket("t-2")], {
      ticketStore,
    });
    await client.feed();
    await client.post("1").catch(() => null);
    await client.feed();
    await client.feed();
    expect(ticketsOf(sent)).toEqual(["t-0", "t-1", "t-1", "t-2"]);
    expect(saved).toBe("t-2");
  });

  it("of a write is not lost to a read that began before it, nor the other way round", async ({
    expect,
  }) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { client, sent } = scripted([() => promise, withTicket("of-write")]);
    const slowRead = client.feed();
    await client.createPost({ text: "hello" });
    resolve(withTicket("of-read")());
    await slowRead;
    await client.feed();
    expect(ticketsOf(sent).at(-1)).toBe("of-write,of-read");
  });

  it("of every write is kept: writes go one at a time, in order, also after a failure", async ({
    expect,
  }) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { client, sent } = scripted([() => promise, withTicket("t-2")]);
    const first = client.reactToPost("1", "like");
    const second = client.unreactToPost("1");
    const third = client.follow("bob");
    await new Promise((settled) => setImmediate(settled));
    expect(sent).toHaveLength(1);
    resolve(busy(409)());
    await expect(first).rejects.toMatchObject({ status: 409 });
    await Promise.all([second, third]);
    expect(sent.map((request) => request.method)).toEqual(["PUT", "DELETE", "PUT"]);
    expect(ticketsOf(sent)).toEqual([null, null, "t-2"]);
  });
});
