import { describe, it } from "vitest";

import { problemOf, startGateway } from "./harness.ts";

const PATHS = [
  "/v1/feed",
  "/v1/nothing",
  "/healthz",
  "/openapi.json",
  "/docs",
  "/",
  "/u/ada",
  "/icon.svg",
  "/missing.js",
];
const staging = {
  ENVIRONMENT: "staging",
  AUTH_SECRET: "a secret of at least thirty-two characters",
  SIGNING_SECRET: "another of at least thirty-two characters",
};

describe("security headers", () => {
  it.for(PATHS)("%s", async (path, { expect }) => {
    const { headers } = await startGateway(staging).request(path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
    expect(headers.get("permissions-policy")).toContain("geolocation=()");
    expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'|^default-src 'self'/,
    );
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).not.toContain("script-src");
  });

  it("keep HSTS from a developer's localhost", async ({ expect }) => {
    const { headers } = await startGateway().request("/");
    expect(headers.get("strict-transport-security")).toBeNull();
  });
});

describe("the web app", () => {
  it("is served for every address that it routes itself", async ({ expect }) => {
    const page = await startGateway().request("/u/ada");
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("has files that never change under names with a hash, and no page in place of a file", async ({
    expect,
  }) => {
    const gateway = startGateway();
    const script = await gateway.request("/assets/app-1a2b3c4d.js");
    expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    for (const path of ["/", "/u/ada", "/icon.svg"]) {
      expect((await gateway.request(path)).headers.get("cache-control")).toBe("no-cache");
    }
    expect((await problemOf(await gateway.request("/assets/app-00000000.js"))).status).toBe(404);
  });
});

describe("CORS", () => {
  const origin = "https://app.example";
  const preflight = {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "PUT" },
  };

  it("admits the configured origins and shows them our headers", async ({ expect }) => {
    const gateway = startGateway({ CORS_ORIGINS: `https://other.example, ${origin}` });
    const allowed = await gateway.request("/v1/feed", preflight);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
    expect(allowed.headers.get("access-control-allow-methods")).toContain("PUT");
    expect(allowed.headers.get("access-control-allow-headers")).toContain("idempotency-key");

    const answer = await gateway.asAda("/v1/feed", { headers: { origin } });
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("access-control-expose-headers")).toContain("edgewise-ticket");
    expect(answer.headers.get("vary")).toMatch(/origin/i);
    const failure = await gateway.request("/v1/feed", { headers: { origin } });
    expect([failure.status, failure.headers.get("access-control-allow-origin")]).toEqual([
      401,
      origin,
    ]);
  });

  it("admits nobody else", async ({ expect }) => {
    const gateway = startGateway({ CORS_ORIGINS: "https://other.example" });
    for (const init of [preflight, { headers: { origin } }, { headers: { origin: "null" } }]) {
      const { headers } = await gateway.request("/v1/feed", init);
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("admits everyone on request", async ({ expect }) => {
    const { headers } = await startGateway({ CORS_ORIGINS: "*" }).request("/v1/feed", preflight);
    expect(headers.get("access-control-allow-origin")).toBe(origin);
  });
});
