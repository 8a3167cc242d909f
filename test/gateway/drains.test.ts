import { describe, it } from "vitest";

import { json, problemOf, startGateway } from "./harness.ts";

const DRAIN = { keep: 0.5, reason: "new machines", minutes: 30, revision: 1 };

async function drainedGateway() {
  const gateway = startGateway();
  const bearer = `Bearer ${await gateway.token({ sub: "op", roles: ["operator"] })}`;
  const drain = (fields: object, region = "us-east") => {
    const body = json({ ...DRAIN, ...fields });
    return gateway.request(`/v1/admin/levels/${region}/drain`, {
      method: "POST",
      ...body,
      headers: { ...body.headers, authorization: bearer },
    });
  };
  /** Where the feed of a user is served, by an address that is new each time. */
  const servedFor = async (user: string) => {
    const authorization = `Bearer ${await gateway.token({ sub: user })}`;
    const address = `192.0.2.${addresses++ % 250}`;
    const headers = { authorization, "cf-connecting-ip": address };
    await gateway.request("/v1/feed", { headers });
    const { args } = gateway.feed.calls.at(-1) ?? { args: [] };
    return (args[0] as { readonly region: string }).region;
  };
  let addresses = 0;
  return { ...gateway, bearer, drain, servedFor };
}

describe("a drained region", () => {
  it("keeps the same part of its viewers for as long as it lasts, wherever they come from", async ({
    expect,
  }) => {
    const { drain, servedFor, request, settle, clock, controllers } = await drainedGateway();
    expect(await (await drain({})).json()).toMatchObject({ drain: { keep: 0.5, by: "op" } });
    clock.advance(60_000);
    await request("/healthz");
    await settle();
    const users = Array.from({ length: 40 }, (_, n) => String(1_184_274_518_017 + 1_009 * n));
    const first: string[] = [];
    for (const user of users) first.push(await servedFor(user));
    const again: string[] = [];
    for (const user of users) again.push(await servedFor(user));
    expect(again).toEqual(first);
    const home = first.filter((region) => region === "us-east").length;
    expect(home).toBeGreaterThan(8);
    expect(home).toBeLessThan(32);
    expect(first.filter((region) => region === "us-west")).toHaveLength(40 - home);
    // Nothing is wrong anywhere, and nobody is told that something is.
    clock.advance(1_000);
    await servedFor(users[first.indexOf("us-west")] ?? "");
    await settle();
    const counted = controllers.exchanged.map(({ counts }) => counts.counters);
    expect(counted.some(({ api_reads }) => (api_reads ?? 0) > 0)).toBe(true);
    expect(counted.filter(({ api_for_others }) => api_for_others !== undefined)).toEqual([]);
    expect((await request("/healthz")).headers.get("edgewise-level")).toBe("0");
  });

  it("is taken once under its key, and so is a pin", async ({ expect }) => {
    const { bearer, request } = await drainedGateway();
    const send = (path: string, fields: object) => {
      const body = json({ reason: "a drill", minutes: 5, ...fields });
      const headers = { authorization: bearer, "idempotency-key": `key-of-${path}` };
      return request(`/v1/admin/levels/eu-west/${path}`, {
        method: "POST",
        ...body,
        headers: { ...body.headers, ...headers },
      });
    };
    for (const [path, revision, word, other] of [
      ["drain", 1, { keep: 0 }, { keep: 0.5 }],
      ["pin", 2, { level: 1 }, { level: 2 }],
    ] as const) {
      const first = await send(path, { ...word, revision });
      const again = await send(path, { ...word, revision });
      expect([first.status, again.status], path).toEqual([200, 200]);
      expect(await again.json()).toEqual(await first.json());
      expect(await problemOf(await send(path, { ...other, revision }))).toMatchObject({
        status: 422,
        code: "idempotency_mismatch",
      });
    }
  });

  it("is an operator's decision, on what they saw, within bounds", async ({ expect }) => {
    const { drain, asAda } = await drainedGateway();
    expect((await drain({})).status).toBe(200);
    expect(await problemOf(await drain({}))).toMatchObject({ code: "conflict", field: "revision" });
    expect(await problemOf(await drain({}, "mars"))).toMatchObject({ code: "not_found" });
    for (const [fields, field] of [
      [{ keep: -0.1 }, "keep"],
      [{ keep: 1.1 }, "keep"],
      [{ minutes: 721 }, "minutes"],
      [{ reason: " " }, "reason"],
      [{ level: 3 }, "level"],
    ] as const)
      expect(await problemOf(await drain(fields))).toMatchObject({ field });
    const asUser = await asAda("/v1/admin/levels/us-east/drain", {
      method: "POST",
      ...json(DRAIN),
    });
    expect(asUser.status).toBe(403);
  });
});
