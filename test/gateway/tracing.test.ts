import { describe, it } from "vitest";

import type { CallContext } from "../../core/feed/service.ts";
import { LIMITS } from "../../core/limits.ts";
import { problemOf, startGateway } from "./harness.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const OWN = "8000000080000000";
const wanted = { traceparent: `00-${TRACE}-${SPAN}-01` };
const production = {
  ENVIRONMENT: "production",
  DEMO_SIGN_IN: "off",
  AUTH_SECRET: "a secret of at least thirty-two characters",
  SIGNING_SECRET: "another of at least thirty-two characters",
  TRACE_SAMPLE: "0",
};
const secret = production.AUTH_SECRET;

const contextOf = (gateway: ReturnType<typeof startGateway>) =>
  gateway.feed.calls.at(-1)?.args[0] as CallContext;

describe("a request's trace", () => {
  it("is named on every answer, and is the problem document's", async ({ expect }) => {
    const gateway = startGateway();
    for (const path of ["/v1/feed", "/v1/nothing", "/healthz", "/", "/docs"]) {
      const { headers } = await gateway.request(path, { headers: wanted });
      expect(headers.get("edgewise-trace"), path).toBe(TRACE);
    }
    const failed = await gateway.request("/v1/feed");
    const own = failed.headers.get("edgewise-trace");
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    expect((await problemOf(failed)).traceId).toBe(own);
  });

  it("goes to the feed Worker under the gateway's span, which is told", async ({ expect }) => {
    const gateway = startGateway();
    const headers = { ...wanted, tracestate: "rojo=1" };
    await gateway.asAda("/v1/posts/1184274518017?x=1", { headers });
    expect(contextOf(gateway).trace).toEqual({ trace: TRACE, span: OWN, state: "rojo=1" });
    expect(gateway.spans).toEqual([
      {
        event: "span",
        trace: TRACE,
        span: OWN,
        parent: SPAN,
        name: "gateway GET /v1/posts/:id",
        region: "us-east",
        startMs: gateway.clock.nowMs(),
        tookMs: 0,
        outcome: "200",
      },
    ]);
  });

  it("is sampled in production only for an operator, whatever others ask", async ({ expect }) => {
    const gateway = startGateway(production);
    const ask = async (roles: readonly string[]) => {
      const authorization = `Bearer ${await gateway.token({ roles, secret })}`;
      await gateway.request("/v1/feed", { headers: { ...wanted, authorization } });
      return [contextOf(gateway).trace?.trace, gateway.spans.length];
    };
    expect(await ask([])).toEqual([undefined, 0]);
    await gateway.request("/v1/posts/1184274518017", { headers: wanted });
    expect(gateway.spans).toEqual([]);
    expect(await ask(["operator"])).toEqual([TRACE, 1]);
  });

  it("of a page that caches keep is a visitor's too, without its timing", async ({ expect }) => {
    const gateway = startGateway();
    const made = await gateway.request("/v1/posts/1184274518017", { headers: wanted });
    expect(contextOf(gateway).trace?.trace).toBe(TRACE);
    expect([made.status, made.headers.get("server-timing")]).toEqual([200, null]);
    const kept = await gateway.request("/v1/posts/1184274518017");
    expect(kept.headers.get("cache-status")).toBe("edgewise; hit");
    expect(kept.headers.get("server-timing")).toBeNull();
    expect(kept.headers.get("edgewise-trace")).not.toBe(TRACE);
  });

  it("is told of a failure and of what was slow, sampled or not, so often at most", async ({
    expect,
  }) => {
    const gateway = startGateway(production);
    const authorization = `Bearer ${await gateway.token({ secret })}`;
    const ask = () => gateway.request("/v1/feed", { headers: { authorization } });
    gateway.feed.failure = { code: "not_found", what: "page" };
    await ask();
    expect(gateway.spans).toEqual([]);
    gateway.feed.failure = { code: "unavailable", dependency: "leader", retryAfterMs: 1 };
    for (let n = 0; n < LIMITS.lateSpansPerSecond + 5; n++) await ask();
    expect(gateway.spans.map(({ outcome, parent }) => [outcome, parent])).toEqual(
      Array.from({ length: LIMITS.lateSpansPerSecond }, () => ["503", null]),
    );
    gateway.clock.advance(1_000);
    gateway.feed.failure = null;
    gateway.feed.waits = () => gateway.clock.advance(LIMITS.slowRequestMs + 1);
    await ask();
    expect(gateway.spans.at(-1)).toMatchObject({ outcome: "200", name: "gateway GET /v1/feed" });
  });
});

describe("Server-Timing", () => {
  it("has what the feed Worker knows of its own time, for pages of allowed origins too", async ({
    expect,
  }) => {
    const origin = "https://app.example";
    const gateway = startGateway({ CORS_ORIGINS: origin });
    gateway.feed.timing = 'cache;dur=2, rank;dur=30;desc="ranked"';
    const { headers } = await gateway.asAda("/v1/feed", { headers: { origin } });
    expect(headers.get("server-timing")).toBe(
      'total;dur=0, feed;dur=0, cache;dur=2, rank;dur=30;desc="ranked"',
    );
    expect(headers.get("timing-allow-origin")).toBe(origin);
    expect(headers.get("access-control-expose-headers")).toContain("edgewise-trace");
    const other = await gateway.asAda("/v1/feed", { headers: { origin: "https://evil.example" } });
    expect(other.headers.get("timing-allow-origin")).toBeNull();
  });
});
