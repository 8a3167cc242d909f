import { describe, it } from "vitest";

import type { CallContext } from "../../core/feed/service.ts";
import { LIMITS } from "../../core/limits.ts";
import { ADA, FEED_TEXT } from "../fakes/fake-feed.ts";
import { json, START_MS, startGateway } from "./harness.ts";

const contextOf = (gateway: ReturnType<typeof startGateway>) =>
  gateway.feed.calls.at(-1)?.args[0] as CallContext;

describe("GET /v1/feed", () => {
  it("is one call, whose text is the answer, byte for byte", async ({ expect }) => {
    const gateway = startGateway();
    const response = await gateway.asAda("/v1/feed?mode=latest&limit=7&cursor=issued-cursor");
    expect(await response.text()).toBe(FEED_TEXT);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("edgewise-ticket")).toBe("ticket-1");
    expect(response.headers.get("server-timing")).toBe("total;dur=0, feed;dur=0");
    expect(gateway.feed.calls).toEqual([
      {
        method: "home",
        args: [
          {
            viewer: ADA.id,
            region: "us-east",
            ticket: null,
            consistency: "ticket",
            allowStale: false,
            idempotencyKey: null,
            deadlineMs: START_MS + 5_000,
          },
          { mode: "latest", limit: 7, cursor: "issued-cursor" },
        ],
      },
    ]);
  });

  it("asks for the default page, and for the viewer's own mode", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda("/v1/feed");
    expect(gateway.feed.calls[0]?.args[1]).toEqual({
      mode: undefined,
      limit: 20,
      cursor: undefined,
    });
  });
});

describe("an answer that may be too old", () => {
  it("says since when, is kept by no cache, and is the exception", async ({ expect }) => {
    const gateway = startGateway();
    const fresh = await gateway.asAda("/v1/feed");
    expect(fresh.headers.get("edgewise-stale-ms")).toBeNull();
    gateway.feed.staleMs = 61_000.4;
    const stale = await gateway.asAda("/v1/feed");
    expect(stale.headers.get("edgewise-stale-ms")).toBe("61001");
    expect(stale.headers.get("cache-control")).toBe("private, no-store");
  });
});

describe("the call's context", () => {
  it("carries the client's ticket, and the key of a write only", async ({ expect }) => {
    const gateway = startGateway();
    const headers = { "edgewise-ticket": "t-9", "idempotency-key": "k-1" };
    await gateway.asAda("/v1/feed", { headers });
    expect(contextOf(gateway)).toMatchObject({ ticket: "t-9", idempotencyKey: null });
    const { body, headers: type } = json({ text: "hello" });
    await gateway.asAda("/v1/posts", { method: "POST", body, headers: { ...type, ...headers } });
    expect(contextOf(gateway)).toMatchObject({ ticket: "t-9", idempotencyKey: "k-1" });
  });

  it("carries the tickets of answers in parallel, as far as they can be ours", async ({
    expect,
  }) => {
    const gateway = startGateway();
    const seen = async (tickets: readonly string[], between = ",") => {
      const headers = { "edgewise-ticket": tickets.join(between) };
      const { status } = await gateway.asAda("/v1/feed", { headers });
      return [status, contextOf(gateway).ticket];
    };
    expect(await seen(["t-1", "t-2"])).toEqual([200, "t-1,t-2"]);
    expect(await seen(["t-1", "t-2"], " , ")).toEqual([200, "t-1,t-2"]);
    const long = "x".repeat(LIMITS.ticketCharsMax + 1);
    expect(await seen(["t-1", long, "", "t-2"])).toEqual([200, "t-1,t-2"]);
    expect(await seen([long, ""])).toEqual([200, null]);
    const longest = Array.from({ length: LIMITS.ticketsMax }, () => long.slice(1));
    expect(await seen(longest)).toEqual([200, longest.join(",")]);
  });

  it("carries how fresh a read must be, and nothing of the kind for a write", async ({
    expect,
  }) => {
    const gateway = startGateway();
    const headers = { "edgewise-consistency": "leader", "edgewise-allow-stale": "1" };
    await gateway.asAda("/v1/feed", { headers });
    expect(contextOf(gateway)).toMatchObject({ consistency: "leader", allowStale: true });
    await gateway.asAda("/v1/feed", { headers: { "edgewise-consistency": "eventual" } });
    expect(contextOf(gateway)).toMatchObject({ consistency: "eventual", allowStale: false });
    const { body, headers: type } = json({ text: "hello" });
    await gateway.asAda("/v1/posts", { method: "POST", body, headers: { ...type, ...headers } });
    expect(contextOf(gateway)).toMatchObject({ consistency: "ticket", allowStale: false });
  });

  it.for([
    ["Edgewise-Consistency", "strong"],
    ["Edgewise-Consistency", "Leader"],
    ["Edgewise-Allow-Stale", "yes"],
  ] as const)("refuses %s: %s by name", async ([header, value], { expect }) => {
    const gateway = startGateway();
    const response = await gateway.asAda("/v1/feed", { headers: { [header]: value } });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ code: "invalid_request", field: header }),
    ]);
    expect(gateway.feed.calls).toEqual([]);
  });

  it("takes the region from where the platform saw the client", async ({ expect }) => {
    const gateway = startGateway();
    const seen = async (cf: object, headers: Record<string, string> = {}) => {
      const request = new Request("http://localhost/v1/users/ada", { headers });
      Object.defineProperty(request, "cf", { value: cf });
      await gateway.app.request(request);
      gateway.clock.advance(60_000); // No answer is kept for that long.
      return contextOf(gateway).region;
    };
    expect(await seen({ continent: "EU" })).toBe("eu-west");
    expect(await seen({ continent: "AS" })).toBe("apac");
    const seattle = { continent: "NA", latitude: "47.6", longitude: "-122.3" };
    expect(await seen(seattle)).toBe("us-west");
    const newYork = { continent: "NA", latitude: "40.7", longitude: "-74.0" };
    expect(await seen(newYork)).toBe("us-east");
    expect(await seen({})).toBe("us-east");
    expect(await seen({ continent: "EU" }, { "x-edgewise-region": "apac" })).toBe("apac");
    expect(await seen({ continent: "EU" }, { "x-edgewise-region": "atlantis" })).toBe("eu-west");
  });

  it("lets no header choose the region outside development", async ({ expect }) => {
    const secret = "x".repeat(32);
    const secrets = { AUTH_SECRET: secret, SIGNING_SECRET: secret };
    const gateway = startGateway({ ENVIRONMENT: "staging", ...secrets });
    await gateway.request("/v1/users/ada", { headers: { "x-edgewise-region": "apac" } });
    expect(contextOf(gateway).region).toBe("us-east");
  });

  it("knows a region that is only configured", async ({ expect }) => {
    const REGIONS = '[{"region":"mars","hint":"weur","leaderWeight":1,"continents":["EU"]}]';
    const gateway = startGateway({ REGIONS });
    await gateway.request("/v1/users/ada");
    expect(contextOf(gateway).region).toBe("mars");
  });
});

describe("/healthz", () => {
  it("answers without the feed Worker, unless asked to look deep", async ({ expect }) => {
    const gateway = startGateway();
    gateway.feed.failure = { code: "overloaded", retryAfterMs: 1_000 };
    const shallow = await gateway.request("/healthz");
    expect([shallow.status, await shallow.json()]).toEqual([
      200,
      { status: "ok", region: "us-east" },
    ]);
    expect((await gateway.request("/healthz?deep=1")).status).toBe(503);
    gateway.feed.failure = null;
    expect((await gateway.request("/healthz?deep=1")).status).toBe(200);
  });
});
