import { describe, it } from "vitest";

import { err, ok } from "../../core/result.ts";
import { LIMITS } from "../../core/limits.ts";
import { FakeFeed } from "../fakes/fake-feed.ts";
import { json, problemOf, startGateway } from "./harness.ts";

/** Answers when it is told to. */
class SlowFeed extends FakeFeed {
  readonly #open: (() => void)[] = [];

  override home = () =>
    new Promise<Awaited<ReturnType<FakeFeed["home"]>>>((resolve) => {
      this.#open.push(() => resolve(ok({ value: "{}", ticket: "ticket-1", staleMs: null })));
    });

  /** Until so many wait for their answer. */
  async holds(count: number): Promise<void> {
    while (this.#open.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  answerAll(): void {
    for (const answer of this.#open.splice(0)) answer();
  }
}

/** A gateway with as many reads under way as it takes. */
async function full() {
  const feed = new SlowFeed();
  const gateway = startGateway({ RATE_FACTOR: "1000" }, undefined, feed);
  const token = await gateway.token();
  const headers = { authorization: `Bearer ${token}` };
  const read = () => gateway.request("/v1/feed", { headers });
  const reads = Array.from({ length: LIMITS.gatewayInitial }, read);
  await feed.holds(LIMITS.gatewayInitial);
  return { feed, gateway, headers, read, reads };
}

describe("a gateway with all that it takes under way", () => {
  it("refuses the next read, and says when to come again", async ({ expect }) => {
    const { gateway, read, feed, reads } = await full();
    const refused = await read();
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(3);
    expect(refused.headers.get("cache-control")).toContain("no-store");
    const problem = await problemOf(refused);
    expect(problem).toMatchObject({ code: "overloaded", instance: "/v1/feed" });
    expect(problem.retryAfter).toBe(Number(refused.headers.get("retry-after")));

    feed.answerAll();
    for (const response of await Promise.all(reads)) expect(response.status).toBe(200);
    const again = read();
    await feed.holds(1);
    feed.answerAll();
    expect((await again).status).toBe(200);
    await gateway.settle();
    gateway.clock.advance(1_000);
    await gateway.request("/v1/status");
    await gateway.settle();
    const counted = gateway.controllers.exchanged.map(({ counts }) => counts.counters);
    expect(counted.reduce((sum, one) => sum + (one.shed_interactive ?? 0), 0)).toBe(1);
  });

  it("does not look at the token of whom it refuses", async ({ expect }) => {
    const { gateway, reads, feed } = await full();
    const before = gateway.verifications();
    const headers = { authorization: `Bearer ${await gateway.token({ secret: "x".repeat(32) })}` };
    expect((await gateway.request("/v1/feed", { headers })).status).toBe(503);
    expect(gateway.verifications()).toBe(before);
    feed.answerAll();
    await Promise.all(reads);
  });

  it("looks at no more tokens than it has room for, however many come at once", async ({
    expect,
  }) => {
    const feed = new SlowFeed();
    const gateway = startGateway({ RATE_FACTOR: "1000" }, undefined, feed);
    const tokens = await Promise.all(
      Array.from({ length: 2 * LIMITS.gatewayInitial }, (_, n) =>
        gateway.token({ sub: `${n + 1}` }),
      ),
    );
    const reads = tokens.map((token) =>
      gateway.request("/v1/feed", { headers: { authorization: `Bearer ${token}` } }),
    );
    await feed.holds(LIMITS.gatewayInitial);
    expect(gateway.verifications()).toBe(LIMITS.gatewayInitial);
    feed.answerAll();
    const statuses = (await Promise.all(reads)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMITS.gatewayInitial);
    expect(statuses.filter((status) => status === 503)).toHaveLength(LIMITS.gatewayInitial);
  });

  it("has the room again of those that did not get as far", async ({ expect }) => {
    const feed = new SlowFeed();
    const gateway = startGateway({ RATE_FACTOR: "1000" }, undefined, feed);
    for (let n = 0; n <= LIMITS.gatewayInitial; n++) {
      const headers = { authorization: "Bearer none" };
      expect((await gateway.request("/v1/feed", { headers })).status).toBe(401);
    }
    // Bodies that do not come keep nobody out.
    const authorization = `Bearer ${await gateway.token()}`;
    const slow = Array.from({ length: LIMITS.gatewayInitial }, () =>
      gateway.request("/v1/posts", {
        method: "POST",
        body: new ReadableStream(),
        duplex: "half",
        headers: { authorization, "content-type": "application/json" },
      } as RequestInit),
    );
    // Their tokens are looked at first.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const reads = Array.from({ length: LIMITS.gatewayInitial }, () =>
      gateway.request("/v1/feed", { headers: { authorization } }),
    );
    await feed.holds(LIMITS.gatewayInitial);
    feed.answerAll();
    for (const response of await Promise.all(reads)) expect(response.status).toBe(200);
    expect(slow).toHaveLength(LIMITS.gatewayInitial);
  });

  it("still takes writes, and a little of a batch, which have places of their own", async ({
    expect,
  }) => {
    const { gateway, headers, reads, feed } = await full();
    const post = await gateway.request("/v1/posts", {
      method: "POST",
      ...json({ text: "hello" }),
      headers: { ...headers, "content-type": "application/json" },
    });
    expect(post.status).toBe(201);
    const loader = `Bearer ${await gateway.token({ sub: "0", roles: ["loader"] })}`;
    const batch = await gateway.request("/v1/admin/graph/read", {
      method: "POST",
      body: '{"consistency":"eventual","reads":[]}',
      headers: { authorization: loader, "content-type": "application/json" },
    });
    expect(batch.status).toBe(200);
    feed.answerAll();
    await Promise.all(reads);
  });

  it("still answers operators, and lets them act, in places of their own", async ({ expect }) => {
    const { gateway, headers, reads, feed } = await full();
    expect((await gateway.asOperator("/v1/admin/levels")).status).toBe(200);
    const authorization = `Bearer ${await gateway.token({ sub: "op", roles: ["operator"] })}`;
    const pin = json({ level: 2, reason: "too much", minutes: 5, revision: 1 });
    const pinned = await gateway.request("/v1/admin/levels/us-east/pin", {
      method: "POST",
      body: pin.body,
      headers: { ...pin.headers, authorization },
    });
    expect(pinned.status).toBe(200);
    // Who says so without being one is told, and takes no place.
    expect((await gateway.request("/v1/admin/levels", { headers })).status).toBe(403);

    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    gateway.actions.list = async () => {
      await held;
      return [];
    };
    const asked = Array.from({ length: LIMITS.gatewayOperators + 1 }, () =>
      gateway.asOperator("/v1/admin/actions"),
    );
    expect((await Promise.race(asked)).status).toBe(503);
    letGo();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMITS.gatewayOperators);
    feed.answerAll();
    await Promise.all(reads);
  });

  it("takes everything where a bench says so", async ({ expect }) => {
    const feed = new SlowFeed();
    const gateway = startGateway({ RATE_FACTOR: "1000", ADMISSION: "off" }, undefined, feed);
    const headers = { authorization: `Bearer ${await gateway.token()}` };
    const reads = Array.from({ length: 2 * LIMITS.gatewayInitial }, () =>
      gateway.request("/v1/feed", { headers }),
    );
    await feed.holds(reads.length);
    feed.answerAll();
    for (const response of await Promise.all(reads)) expect(response.status).toBe(200);
  });
});

describe("a feed Worker that refuses", () => {
  it("is spared most of what it would refuse, and asked again when it does not", async ({
    expect,
  }) => {
    let [asked, isBusy] = [0, true];
    const feed = new FakeFeed();
    feed.home = async () => {
      asked++;
      return isBusy
        ? err({ code: "overloaded", retryAfterMs: 1_000 })
        : ok({ value: "{}", ticket: "ticket-1", staleMs: null });
    };
    const gateway = startGateway({ RATE_FACTOR: "1000" }, undefined, feed);
    const read = async () => (await gateway.asAda("/v1/feed")).status;
    for (let n = 0; n < 100; n++) expect(await read()).toBe(503);
    expect(asked).toBeLessThan(10 + 2 * LIMITS.throttleRefusalsFree);
    // Other reads are another matter.
    expect((await gateway.asAda("/v1/notifications")).status).toBe(200);

    isBusy = false;
    gateway.clock.advance(LIMITS.throttleWindowMs + 1);
    for (let n = 0; n < 20; n++) expect(await read()).toBe(200);
  });
});
