import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { ADA } from "../fakes/fake-feed.ts";
import { type Gateway, problemOf, startGateway } from "./harness.ts";

const feedAs = (gateway: Gateway, token: string) =>
  gateway.request("/v1/feed", { headers: { authorization: `Bearer ${token}` } });
const viewerOf = (gateway: Gateway) =>
  (gateway.feed.calls.at(-1)?.args[0] as { viewer: string | null } | undefined)?.viewer;

describe("tokens of our own secret", () => {
  it("name the viewer", async ({ expect }) => {
    const gateway = startGateway();
    expect((await feedAs(gateway, await gateway.token())).status).toBe(200);
    expect(viewerOf(gateway)).toBe(ADA.id);
  });

  const bad: readonly [string, (gateway: Gateway) => Promise<string> | string, RegExp][] = [
    ["expired", (g) => g.token({ expiresIn: -6 }), /expired/],
    ["another secret", (g) => g.token({ secret: "x".repeat(40) }), /not valid/],
    ["another issuer", (g) => g.token({ issuer: "https://evil.example" }), /"iss"/],
    ["no user's id", (g) => g.token({ sub: "ada" }), /not an Edgewise user id/],
    ["an id too large", (g) => g.token({ sub: "9223372036854775808" }), /not an Edgewise user id/],
    [
      "alg none",
      () =>
        new UnsecuredJWT({ sub: ADA.id }).setIssuer("edgewise").setExpirationTime("1y").encode(),
      /not valid/,
    ],
    ["changed payload", async (g) => changed(await g.token()), /not valid/],
    ["cut signature", async (g) => (await g.token()).slice(0, -2), /not valid/],
    [
      "no signature",
      async (g) => `${(await g.token()).split(".").slice(0, 2).join(".")}.`,
      /not valid/,
    ],
    ["never expires", () => withoutExpiry(), /"exp"/],
  ];
  it.for(bad)("are refused: %s", async ([, make, reason], { expect }) => {
    const gateway = startGateway();
    const problem = await problemOf(await feedAs(gateway, await make(gateway)));
    expect(problem.code).toBe("unauthenticated");
    expect(problem.detail).toMatch(reason);
    expect(gateway.feed.calls).toEqual([]);
  });

  it("are verified once, and again after five minutes or when they expire", async ({ expect }) => {
    const gateway = startGateway();
    const token = await gateway.token({ expiresIn: 400 });
    for (let i = 0; i < 5; i++) await feedAs(gateway, token);
    expect(gateway.verifications()).toBe(1);
    gateway.clock.advance(LIMITS.tokenCacheMs);
    expect((await feedAs(gateway, token)).status).toBe(200);
    expect(gateway.verifications()).toBe(2);
    gateway.clock.advance(106_000);
    expect((await feedAs(gateway, token)).status).toBe(401);
  });

  it("of demo sign-in work and last a week", async ({ expect }) => {
    const gateway = startGateway();
    const response = await gateway.request("/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"handle":"ada"}',
    });
    const session = (await response.json()) as { token: string; expiresAtMs: number };
    expect(session.expiresAtMs).toBe(gateway.clock.nowMs() + LIMITS.demoTokenMs);
    gateway.clock.advance(LIMITS.demoTokenMs - 1);
    expect((await feedAs(gateway, session.token)).status).toBe(200);
    gateway.clock.advance(10_000);
    expect((await feedAs(gateway, session.token)).status).toBe(401);
  });

  it("may be limited to an audience and take the subject from another claim", async ({
    expect,
  }) => {
    const gateway = startGateway({ AUTH_AUDIENCE: "feed", AUTH_SUBJECT_CLAIM: "uid" });
    expect((await feedAs(gateway, await gateway.token())).status).toBe(401);
    const response = await gateway.request("/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"handle":"ada"}',
    });
    const { token } = (await response.json()) as { token: string };
    expect((await feedAs(gateway, token)).status).toBe(200);
    expect(viewerOf(gateway)).toBe(ADA.id);
  });
});

describe("tokens of an issuer's key set", async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const stranger = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "key-1", alg: "RS256" };
  const vars = {
    DEMO_SIGN_IN: "off",
    AUTH_JWKS_URL: "https://issuer.example/keys",
    AUTH_ISSUER: "https://issuer.example",
    AUTH_AUDIENCE: "edgewise-app",
  };
  const start = () => startGateway(vars, async () => Response.json({ keys: [jwk] }));
  const sign = (gateway: Gateway, change: { key?: CryptoKey; audience?: string } = {}) =>
    new SignJWT({ sub: ADA.id })
      .setProtectedHeader({ alg: "RS256", kid: "key-1" })
      .setIssuer(vars.AUTH_ISSUER)
      .setAudience(change.audience ?? vars.AUTH_AUDIENCE)
      .setExpirationTime(Math.floor(gateway.clock.nowMs() / 1_000) + 60)
      .sign(change.key ?? privateKey);

  it("are accepted", async ({ expect }) => {
    const gateway = start();
    expect((await feedAs(gateway, await sign(gateway))).status).toBe(200);
  });

  it("are refused from another key or for another application", async ({ expect }) => {
    const gateway = start();
    expect((await feedAs(gateway, await sign(gateway, { key: stranger.privateKey }))).status).toBe(
      401,
    );
    expect((await feedAs(gateway, await sign(gateway, { audience: "other-app" }))).status).toBe(
      401,
    );
  });

  it("cannot be forged with the public key as an HMAC secret", async ({ expect }) => {
    const gateway = start();
    const secret = JSON.stringify(await exportJWK(publicKey));
    const forged = await gateway.token({ secret, issuer: vars.AUTH_ISSUER });
    expect((await feedAs(gateway, forged)).status).toBe(401);
  });

  it("wait while the issuer is away: that is not the caller's fault", async ({ expect }) => {
    for (const fetcher of [
      () => Promise.reject(new TypeError("fetch failed")),
      async () => new Response("no", { status: 500 }),
      async () => new Response("not json"),
    ]) {
      const gateway = startGateway(vars, fetcher);
      const problem = await problemOf(await feedAs(gateway, await sign(gateway)));
      expect(problem).toMatchObject({ code: "unavailable", status: 503, retryAfter: 1 });
    }
  });
});

function changed(token: string): string {
  const [head, payload, signature] = token.split(".");
  const claims = JSON.parse(atob(payload ?? "")) as object;
  return [
    head,
    btoa(JSON.stringify({ ...claims, roles: ["operator"] })).replaceAll("=", ""),
    signature,
  ].join(".");
}

const withoutExpiry = () =>
  new SignJWT({ sub: ADA.id })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("edgewise")
    .sign(new TextEncoder().encode("edgewise development only, not a secret"));
