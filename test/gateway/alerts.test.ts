import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { FIRING_ALERT } from "../fakes/fake-controllers.ts";
import { json, problemOf, startGateway } from "./harness.ts";

async function asOperator() {
  const gateway = startGateway();
  const authorization = `Bearer ${await gateway.token({ sub: "op", roles: ["operator"] })}`;
  const acknowledge = (fields: object, place = `apac/${FIRING_ALERT}`) => {
    const body = json({ reason: "on it", revision: 1, ...fields });
    return gateway.request(`/v1/admin/alerts/${place}/acknowledge`, {
      method: "POST",
      ...body,
      headers: { ...body.headers, authorization },
    });
  };
  const list = async () => {
    gateway.controllers.of("apac");
    return (await gateway.request("/v1/admin/alerts", { headers: { authorization } })).json();
  };
  return { gateway, acknowledge, list };
}

describe("operators", () => {
  it("see objectives and alerts of every region, and which are away", async ({ expect }) => {
    const { gateway, list } = await asOperator();
    gateway.controllers.away.add("eu-west");
    const all = await list();
    expect(all).toMatchObject({ away: [{ region: "eu-west" }], regions: expect.any(Array) });
    const { regions } = all as {
      regions: { region: string; alerts: object[]; objectives: object[] }[];
    };
    const apac = regions.find(({ region }) => region === "apac");
    expect(apac?.alerts).toContainEqual(
      expect.objectContaining({ id: FIRING_ALERT, status: "firing", revision: 1 }),
    );
    expect(apac?.objectives).toContainEqual(
      expect.objectContaining({ id: "read-availability", target: 0.999, budgetLeft: null }),
    );
  });

  it("acknowledge what they saw: twice is once, and somebody is named", async ({ expect }) => {
    const { acknowledge, list } = await asOperator();
    expect(await (await acknowledge({})).json()).toMatchObject({
      id: FIRING_ALERT,
      revision: 2,
      acknowledged: { by: "op", reason: "on it" },
    });
    expect(await (await acknowledge({})).json()).toMatchObject({ revision: 2 });
    const problem = await problemOf(await acknowledge({ reason: "me too" }));
    expect(problem).toMatchObject({
      status: 409,
      code: "conflict",
      field: "revision",
      revision: 2,
    });
    expect(await list()).toMatchObject({
      regions: expect.arrayContaining([
        expect.objectContaining({
          log: [expect.objectContaining({ event: "acknowledged", by: "op", why: "on it" })],
        }),
      ]),
    });
  });

  it("are told what is wrong with a request", async ({ expect }) => {
    const { acknowledge } = await asOperator();
    const field = async (fields: object) => (await problemOf(await acknowledge(fields)))["field"];
    expect(await field({ reason: " " })).toBe("reason");
    expect(await field({ reason: "x".repeat(201) })).toBe("reason");
    expect(await field({ revision: -1 })).toBe("revision");
    const code = async (place: string) => (await problemOf(await acknowledge({}, place))).code;
    expect(await code(`mars/${FIRING_ALERT}`)).toBe("not_found");
    expect(await code("apac/no-such-alert")).toBe("not_found");
    expect(await code("us-east/level-pinned")).toBe("conflict");
  });
});

it("counts people's requests for the objectives, and operators' for none", async ({ expect }) => {
  const { gateway, list } = await asOperator();
  await gateway.asAda("/v1/feed");
  await gateway.asAda("/v1/posts", { method: "POST", ...json({ text: "hello" }) });
  await gateway.request("/healthz");
  await list();
  gateway.clock.advance(LIMITS.levelPollMs);
  await gateway.request("/healthz");
  await gateway.settle();
  const counted: Record<string, number> = {};
  for (const { counts } of gateway.controllers.exchanged)
    for (const [name, count] of Object.entries(counts.counters))
      counted[name] = (counted[name] ?? 0) + count;
  expect(counted).toMatchObject({ api_reads: 1, api_reads_timed: 1, api_writes: 1 });
  expect(counted["api_for_others"]).toBeUndefined();
});

it("counts at the backup what it serves for a region that is failed over", async ({ expect }) => {
  const gateway = startGateway();
  const pin = {
    level: 4,
    reason: "a drill",
    by: "ann",
    minutes: 5,
    revision: 1,
    opId: null,
  } as const;
  await gateway.controllers.pin("us-east", pin);
  await gateway.request("/healthz");
  await gateway.settle();
  await gateway.asAda("/v1/feed");
  gateway.clock.advance(LIMITS.levelPollMs);
  await gateway.asAda("/v1/feed");
  await gateway.settle();
  const atBackup = gateway.controllers.exchanged.filter(({ region }) => region === "us-west");
  const served = atBackup.reduce(
    (sum, { counts }) => sum + (counts.counters.api_for_others ?? 0),
    0,
  );
  expect(served).toBeGreaterThan(0);
});
