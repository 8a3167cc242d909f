import { describe, it } from "vitest";

import { PUBLIC_KEEP_MS } from "../../core/http/public-page.ts";
import { LIMITS } from "../../core/limits.ts";
import { ADA } from "../fakes/fake-feed.ts";
import { type Gateway, json, startGateway } from "./harness.ts";

const POST = "/v1/posts/1184274518017";
const PAGES = [POST, `${POST}/comments`, "/v1/users/ada", "/v1/users/ada/posts"];
const calls = (gateway: Gateway) => gateway.feed.calls.length;
const statusOf = (response: Response) => response.headers.get("cache-status");

/** As a visitor; waits for what the answer leaves to be done. */
async function visit(gateway: Gateway, path: string, init?: RequestInit) {
  const response = await gateway.request(path, init);
  await gateway.settle();
  return response;
}

describe("a public page", () => {
  it.for(PAGES)(
    "%s is made once for all visitors, and says how old it is",
    async (path, { expect }) => {
      const gateway = startGateway();
      const first = await visit(gateway, path);
      expect(first.headers.get("cache-control")).toBe(
        "public, max-age=10, s-maxage=10, stale-while-revalidate=20",
      );
      expect([first.headers.get("age"), statusOf(first)]).toEqual([
        "0",
        "edgewise; fwd=miss; stored",
      ]);
      gateway.clock.advance(LIMITS.publicFreshMs - 1);
      const second = await visit(gateway, path);
      expect([second.headers.get("age"), statusOf(second)]).toEqual(["9", "edgewise; hit"]);
      expect(await second.text()).toBe(await first.text());
      for (const name of ["etag", "content-type", "cache-control", "vary"]) {
        expect(second.headers.get(name)).toBe(first.headers.get(name));
      }
      expect(calls(gateway)).toBe(1);
      expect(gateway.pages.stats()).toMatchObject({
        hits: 1,
        misses: 1,
        stored: 1,
        ageMsSum: 9_999,
      });
    },
  );

  it("is shown once more when it is stale, while one request makes a new one", async ({
    expect,
  }) => {
    const gateway = startGateway();
    await visit(gateway, POST);
    gateway.clock.advance(LIMITS.publicFreshMs);
    const [one, two] = await Promise.all([gateway.request(POST), gateway.request(POST)]);
    expect([statusOf(one), statusOf(two)]).toEqual(Array(2).fill("edgewise; hit; detail=stale"));
    await gateway.settle();
    expect(calls(gateway)).toBe(2);
    expect(statusOf(await visit(gateway, POST))).toBe("edgewise; hit");
    expect(gateway.pages.stats()).toMatchObject({ hits: 1, stale: 2, misses: 1, stored: 2 });
  });

  it("is never shown when it is too old", async ({ expect }) => {
    const gateway = startGateway();
    await visit(gateway, POST);
    gateway.clock.advance(PUBLIC_KEEP_MS);
    gateway.feed.failure = { code: "not_found", what: "post" };
    expect((await visit(gateway, POST)).status).toBe(404);
  });

  it("goes at once when its refresh finds nothing, and stays when that fails", async ({
    expect,
  }) => {
    for (const [code, shown] of [
      ["not_found", 404],
      ["overloaded", 200],
    ] as const) {
      const gateway = startGateway();
      await visit(gateway, POST);
      gateway.clock.advance(LIMITS.publicFreshMs);
      gateway.feed.failure =
        code === "not_found" ? { code, what: "post" } : { code, retryAfterMs: 1 };
      expect((await visit(gateway, POST)).status).toBe(200);
      expect((await visit(gateway, POST)).status).toBe(shown);
    }
  });

  it("tries again to refresh when a refresh threw", async ({ expect }) => {
    const gateway = startGateway();
    await visit(gateway, POST);
    gateway.clock.advance(LIMITS.publicFreshMs);
    gateway.feed.thrown = new Error("away");
    await visit(gateway, POST);
    await visit(gateway, POST);
    expect(calls(gateway)).toBe(3);
  });

  it("is not kept when it is a failure, or marked as older than promised", async ({ expect }) => {
    const gateway = startGateway();
    expect((await visit(gateway, "/v1/posts/404")).headers.get("cache-control")).toBe("no-store");
    gateway.feed.staleMs = 90_000;
    const marked = await visit(gateway, POST);
    expect(marked.headers.get("edgewise-stale-ms")).toBe("90000");
    expect(marked.headers.get("cache-control")).toBe("private, no-store");
    expect(gateway.edge.puts).toEqual([]);
  });

  it("is served all the same while the cache is away", async ({ expect }) => {
    const gateway = startGateway();
    gateway.edge.thrown = new Error("no cache today");
    expect((await visit(gateway, POST)).status).toBe(200);
    expect((await visit(gateway, POST)).status).toBe(200);
    expect(calls(gateway)).toBe(2);
    expect(gateway.pages.stats().errors).toBeGreaterThan(0);
  });
});

describe("a conditional request", () => {
  it("for a public page costs no body, from the cache or not", async ({ expect }) => {
    const gateway = startGateway();
    const etag = (await visit(gateway, POST)).headers.get("etag") ?? "";
    for (const tags of [etag, `"x", ${etag}`, "*"]) {
      const same = await visit(gateway, POST, { headers: { "if-none-match": tags } });
      expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", etag]);
      expect(same.headers.get("cache-control")).toContain("public");
      expect(same.headers.get("vary")).toContain("authorization");
    }
    gateway.clock.advance(PUBLIC_KEEP_MS);
    const again = await visit(gateway, POST, { headers: { "if-none-match": etag } });
    expect([again.status, statusOf(again)]).toEqual([304, "edgewise; fwd=miss; stored"]);
    // Whoever is shown a kept copy did not wait for this.
    expect(again.headers.get("server-timing")).toBeNull();
    expect((await visit(gateway, POST, { headers: { "if-none-match": '"x"' } })).status).toBe(200);
  });

  it.for(["/v1/settings", "/v1/session"])(
    "for %s is answered afresh for each caller, with a ticket",
    async (path, { expect }) => {
      const gateway = startGateway();
      const first = await gateway.asAda(path);
      const etag = first.headers.get("etag") ?? "";
      expect(first.headers.get("cache-control")).toBe("private, no-cache");
      expect(first.headers.get("vary")).toContain("authorization");
      gateway.feed.ticket = "ticket-2";
      const same = await gateway.asAda(path, { headers: { "if-none-match": etag } });
      expect([same.status, same.headers.get("edgewise-ticket")]).toEqual([304, "ticket-2"]);
      expect(same.headers.get("server-timing")).toMatch(/^total;dur=\d+, feed;dur=/);
      expect(calls(gateway)).toBe(2);
      expect(gateway.edge.puts).toEqual([]);
    },
  );

  it("for somebody's feed is answered whole: it is never the same twice", async ({ expect }) => {
    const response = await startGateway().asAda("/v1/feed", { headers: { "if-none-match": "*" } });
    expect([response.status, response.headers.get("etag")]).toEqual([200, null]);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  it.for(["/docs", "/openapi.json"])("for %s costs no body", async (path, { expect }) => {
    const gateway = startGateway();
    const first = await gateway.request(path);
    expect(first.headers.get("cache-control")).toBe("public, max-age=300");
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    expect((await gateway.request(path, { headers })).status).toBe(304);
  });

  it("may be a HEAD", async ({ expect }) => {
    const gateway = startGateway();
    const head = await visit(gateway, POST, { method: "HEAD" });
    expect([head.status, await head.text(), statusOf(head)]).toEqual([
      200,
      "",
      "edgewise; fwd=miss; stored",
    ]);
    const etag = (await visit(gateway, POST)).headers.get("etag");
    expect(head.headers.get("etag")).toBe(etag);
    const headers = { "if-none-match": etag ?? "" };
    expect((await visit(gateway, POST, { method: "HEAD", headers })).status).toBe(304);
  });
});

describe("a write that visitors must see", () => {
  const audience = (to: string) => ({ method: "PATCH", ...json({ audience: to }) });
  it.for([
    ["deletes a post", PAGES.slice(0, 2), POST, { method: "DELETE" }],
    ["deletes a post, in its author's list", PAGES.slice(3), POST, { method: "DELETE" }],
    ["deletes a post, in its author's counts", PAGES.slice(2, 3), POST, { method: "DELETE" }],
    ["deletes a comment", PAGES.slice(1, 2), "/v1/comments/1184274518018", { method: "DELETE" }],
    ["changes a profile", PAGES, "/v1/users/me", { method: "PATCH", ...json({ name: "A" }) }],
  ] as const)(
    "%s: its pages go here at once, and everywhere by tag",
    async ([, paths, path, init], { expect }) => {
      for (const page of paths) {
        const gateway = startGateway();
        await visit(gateway, page);
        expect(statusOf(await visit(gateway, page))).toBe("edgewise; hit");
        gateway.clock.advance(5_000);
        const done = await gateway.asAda(path, init);
        expect(done.status).toBeLessThan(300);
        expect(statusOf(await gateway.request(page))).toContain("fwd=miss");
        await gateway.settle();
        const tags = gateway.edge.puts.find(({ key }) => key.includes(page))?.tags ?? [];
        expect(tags.some((tag) => gateway.zone.purged.includes(tag))).toBe(true);
        expect(gateway.pages.stats().purged).toBe(1);
      }
    },
  );

  it("purges for a narrower audience only, and for nothing that failed", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda(POST, audience("public"));
    await gateway.asAda("/v1/users/bob/block", { method: "PUT" });
    gateway.feed.failure = { code: "forbidden", reason: "not yours" };
    await gateway.asAda(POST, { method: "DELETE" });
    await gateway.settle();
    expect(gateway.zone.purged).toEqual([]);
  });

  it("leaves no page that was read while followers had not heard of it", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda(POST, { method: "DELETE" });
    await visit(gateway, POST);
    gateway.clock.advance(LIMITS.purgeGraceMs - 1);
    expect(statusOf(await visit(gateway, POST))).toContain("fwd=miss");
    gateway.clock.advance(1);
    await visit(gateway, POST);
    expect(statusOf(await visit(gateway, POST))).toBe("edgewise; hit");
  });

  it("hides pages in the neighbouring isolates within a second", async ({ expect }) => {
    const [writer, reader] = [startGateway(), startGateway()];
    // Two isolates of one data centre: one cache.
    reader.edge.entries = writer.edge.entries;
    await visit(reader, POST);
    expect(statusOf(await visit(reader, POST))).toBe("edgewise; hit");
    await writer.asAda(POST, { method: "DELETE" });
    await writer.settle();
    reader.clock.advance(LIMITS.purgedTagsRefreshMs);
    expect(statusOf(await visit(reader, POST))).toContain("fwd=miss");
  });

  it("succeeds although the purge fails", async ({ expect }) => {
    const gateway = startGateway();
    gateway.zone.failure = { code: "rate_limited", retryAfterMs: 1_000 };
    expect((await gateway.asAda(POST, { method: "DELETE" })).status).toBe(204);
    await gateway.settle();
  });

  it("has its author's own tag, whoever they are", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda(POST, { method: "DELETE" });
    await gateway.settle();
    expect(gateway.zone.purged).toEqual(["post-1184274518017", `user-${ADA.id}`]);
  });
});
