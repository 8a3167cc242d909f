import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { type Gateway, json, problemOf, startGateway } from "./harness.ts";

/** How many of `n` requests pass. */
async function passed(n: number, send: () => Promise<Response>): Promise<number> {
  let count = 0;
  for (let i = 0; i < n; i++) if ((await send()).status !== 429) count++;
  return count;
}

const from = (address: string) => ({ headers: { "cf-connecting-ip": address } });

describe("a signed-in user", () => {
  it("reads in a burst, then at the steady rate, and learns when to come back", async ({
    expect,
  }) => {
    const gateway = startGateway();
    const read = () => gateway.asAda("/v1/feed");
    const first = await read();
    expect(first.headers.get("ratelimit-policy")).toBe('"reads";q=200;w=4');
    expect(first.headers.get("ratelimit")).toBe('"reads";r=199;t=1');
    expect(await passed(LIMITS.readsBurst, read)).toBe(LIMITS.readsBurst - 1);

    const refused = await read();
    expect(await problemOf(refused.clone())).toMatchObject({ code: "rate_limited", retryAfter: 1 });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("ratelimit")).toBe('"reads";r=0;t=4');

    gateway.clock.advance(1_000);
    expect(await passed(2 * LIMITS.readsPerSecond, read)).toBe(LIMITS.readsPerSecond);
  });

  it("reads more under a load test's factor", async ({ expect }) => {
    const gateway = startGateway({ RATE_FACTOR: "4" });
    const read = () => gateway.asAda("/v1/feed");
    expect((await read()).headers.get("ratelimit-policy")).toBe('"reads";q=800;w=4');
    expect(await passed(5 * LIMITS.readsBurst, read)).toBe(4 * LIMITS.readsBurst - 1);
  });

  it("pays for writes from another bucket, and others from their own", async ({ expect }) => {
    const gateway = startGateway();
    const follow = () => gateway.asAda("/v1/users/bob/follow", { method: "PUT" });
    expect(await passed(2 * LIMITS.writesBurst, follow)).toBe(LIMITS.writesBurst);
    expect((await gateway.asAda("/v1/feed")).status).toBe(200);
    const headers = { authorization: `Bearer ${await gateway.token({ sub: "7" })}` };
    expect((await gateway.request("/v1/users/bob/follow", { method: "PUT", headers })).status).toBe(
      200,
    );
  });

  it("is the same user from every address", async ({ expect }) => {
    const gateway = startGateway();
    let i = 0;
    const read = () => gateway.asAda("/v1/feed", from(`10.0.0.${i++ % 200}`));
    expect(await passed(LIMITS.readsBurst + 50, read)).toBe(LIMITS.readsBurst);
  });
});

describe("an address", () => {
  const read = (gateway: Gateway, address: string) => () =>
    gateway.request("/v1/users/ada", from(address));

  it("reads without signing in, apart from other addresses", async ({ expect }) => {
    const gateway = startGateway();
    expect(await passed(150, read(gateway, "10.0.0.1"))).toBe(LIMITS.anonymousBurst);
    expect((await read(gateway, "10.0.0.2")()).status).toBe(200);
  });

  it("bounds all its signed-in users together", async ({ expect }) => {
    const gateway = startGateway();
    const people = Math.ceil(LIMITS.addressBurst / LIMITS.readsBurst) + 2;
    let allowed = 0;
    for (let n = 0; n < people; n++) {
      const authorization = `Bearer ${await gateway.token({ sub: String(100 + n) })}`;
      const headers = { ...from("10.0.0.1").headers, authorization };
      allowed += await passed(LIMITS.readsBurst, () => gateway.request("/v1/feed", { headers }));
    }
    expect(allowed).toBe(LIMITS.addressBurst);
    expect((await gateway.asAda("/v1/feed", from("10.0.0.2"))).status).toBe(200);
  });

  it("signs in slowly", async ({ expect }) => {
    const gateway = startGateway();
    const signIn = () => {
      const body = json({ handle: "ada" });
      return gateway.request("/v1/session", {
        ...body,
        method: "POST",
        headers: { ...body.headers, ...from("10.0.0.1").headers },
      });
    };
    expect(await passed(40, signIn)).toBe(LIMITS.signInsBurst);
    gateway.clock.advance(1_000);
    expect(await passed(5, signIn)).toBe(1);
  });

  it("cannot choose another address with headers that clients can set", async ({ expect }) => {
    const gateway = startGateway();
    let i = 0;
    const spoofing = () => {
      const other = `10.1.0.${i++ % 200}`;
      const headers = { "x-forwarded-for": other, "x-real-ip": other, "true-client-ip": other };
      return gateway.request("/v1/users/ada", { headers });
    };
    expect(await passed(150, spoofing)).toBe(LIMITS.anonymousBurst);
  });

  it("that sends bad tokens is refused before they are verified", async ({ expect }) => {
    const gateway = startGateway();
    const bad = (address: string) =>
      gateway.request("/v1/feed", {
        headers: { ...from(address).headers, authorization: "Bearer a.b.c" },
      });
    expect(await passed(60, () => bad("10.0.0.1"))).toBe(LIMITS.badTokensBurst);
    expect(gateway.verifications()).toBe(LIMITS.badTokensBurst);
    expect((await bad("10.0.0.2")).status).toBe(401);
  });

  it("where many people sign in at once still lets each of them read", async ({ expect }) => {
    const gateway = startGateway();
    const signIn = () =>
      gateway.request("/v1/session", { ...json({ handle: "ada" }), method: "POST" });
    expect(await passed(LIMITS.signInsBurst + 5, signIn)).toBe(LIMITS.signInsBurst);
    expect((await gateway.asAda("/v1/feed")).status).toBe(200);
  });
});

it("lets operators load as fast as they can", async ({ expect }) => {
  const gateway = startGateway();
  const authorization = `Bearer ${await gateway.token({ roles: ["loader"] })}`;
  const load = () => {
    const body = json({ batches: [] });
    return gateway.request("/v1/admin/graph/write", {
      ...body,
      method: "POST",
      headers: { ...body.headers, authorization },
    });
  };
  expect(await passed(200, load)).toBe(200);
});

it("does not limit the cheap health check", async ({ expect }) => {
  const gateway = startGateway();
  expect(await passed(300, () => gateway.request("/healthz"))).toBe(300);
  expect(await passed(300, () => gateway.request("/healthz?deep=1"))).toBe(LIMITS.anonymousBurst);
});
