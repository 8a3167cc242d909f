import { describe, it, vi } from "vitest";

import { type Gateway, problemOf, startGateway } from "./harness.ts";

const MOVE = { region: "apac", reason: "  us-east is slow " };

async function asCarol(gateway: Gateway, path: string, body?: unknown): Promise<Response> {
  const authorization = `Bearer ${await gateway.token({ sub: "carol", roles: ["operator"] })}`;
  const headers = { authorization, "content-type": "application/json" };
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return gateway.request(path, { ...init, headers });
}

describe("an operator's action", () => {
  it.for([
    ["/v1/admin/shards/3/leader", MOVE, "moveShard", "shard 3 to apac", "us-east is slow"],
    [
      "/v1/admin/fanout/replay",
      { shard: 2, chunks: [4, 5], reason: "fixed" },
      "fanoutReplay",
      "2 dead letters of shard 2",
      "fixed",
    ],
    [
      "/v1/users",
      { handle: "eve", name: "Eve" },
      "createUser",
      "a user",
      "this operation asks for none",
    ],
  ] as const)("%s is written down before and after", async (row, { expect }) => {
    const [path, body, action, target, reason] = row;
    const gateway = startGateway({ DEMO_SIGN_IN: "off" });
    expect((await asCarol(gateway, path, body)).ok).toBe(true);
    await gateway.settle();
    const entry = { who: "carol", action, target, reason };
    expect(gateway.actions.writes).toMatchObject([
      { ...entry, outcome: "asked" },
      { ...entry, outcome: "done" },
    ]);
    const [asked, done] = gateway.actions.writes;
    expect(asked?.id).toBe(done?.id);
  });

  it("is not done when it cannot be written down", async ({ expect }) => {
    const gateway = startGateway();
    gateway.actions.isAway = true;
    const response = await asCarol(gateway, "/v1/admin/shards/3/leader", MOVE);
    expect(response.status).toBe(503);
    expect(gateway.feed.calls).toEqual([]);
  });

  it("keeps why it was refused, and tells the epoch that holds", async ({ expect }) => {
    const gateway = startGateway();
    gateway.feed.failure = { code: "conflict", field: "epoch", revision: 9, reason: "it is 9" };
    const response = await asCarol(gateway, "/v1/admin/shards/3/leader", { ...MOVE, epoch: 8 });
    expect(await problemOf(response)).toMatchObject({ code: "conflict", revision: 9 });
    await gateway.settle();
    expect(gateway.actions.writes.at(-1)).toMatchObject({ outcome: "conflict" });
    expect(gateway.feed.calls).toMatchObject([{ method: "moveShard", args: [{}, 3, "apac", 8] }]);
  });

  it.for([
    ["/v1/admin/shards/3/leader", { region: "apac" }],
    ["/v1/admin/shards/3/leader", { region: "apac", reason: "x".repeat(201) }],
    ["/v1/admin/fanout/replay", { shard: 3, reason: " " }],
  ] as const)("%s needs a reason of bounded length", async ([path, body], { expect }) => {
    const gateway = startGateway();
    const response = await asCarol(gateway, path, body);
    expect(await problemOf(response)).toMatchObject({ status: 400, field: "reason" });
    expect(gateway.actions.writes).toEqual([]);
  });
});

it("lists actions, the newest first, with how they ended", async ({ expect }) => {
  const gateway = startGateway();
  await asCarol(gateway, "/v1/admin/shards/3/leader", MOVE);
  gateway.clock.advance(5);
  await asCarol(gateway, "/v1/admin/shards/4/leader", MOVE);
  await gateway.settle();
  const list = await asCarol(gateway, "/v1/admin/actions");
  expect(await list.json()).toMatchObject({
    actions: [
      { target: "shard 4 to apac", outcome: "done" },
      { target: "shard 3 to apac", outcome: "done" },
    ],
  });
});

it("bounds the name of whoever acts", async ({ expect }) => {
  const gateway = startGateway();
  const token = await gateway.token({ sub: "c".repeat(500), roles: ["operator"] });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(MOVE) };
  await gateway.request("/v1/admin/shards/3/leader", init);
  expect(gateway.actions.writes[0]?.who).toHaveLength(100);
});

it("leaves a line in the log for what reads about people, and for every action", async ({
  expect,
}) => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const gateway = startGateway();
  await asCarol(gateway, "/v1/admin/rank-log");
  await asCarol(gateway, "/v1/admin/graph/read", { reads: [] });
  await asCarol(gateway, "/v1/admin/levels/apac/pin", {});
  await asCarol(gateway, "/v1/admin/levels");
  const lines = log.mock.calls.map(([line]) => line as unknown);
  log.mockRestore();
  expect(lines).toEqual(
    [
      ["rankLog", "/v1/admin/rank-log"],
      ["graphRead", "/v1/admin/graph/read"],
      ["pinLevel", "/v1/admin/levels/apac/pin"],
    ].map(([operation, path]) => ({ event: "operator_call", who: "carol", operation, path })),
  );
});
