import { expect, it } from "vitest";

import { ROLLOUT_WISH } from "../fakes/fake-operations.ts";
import { problemOf, startGateway } from "./harness.ts";

const PATH = "/v1/admin/rollouts";
const ACTIONS = `${PATH}/smaller-pages/actions`;
const START = { action: "start", revision: 3, reason: "to see" };

async function post(path: string, body: unknown, gateway = startGateway(), key?: string) {
  const authorization = `Bearer ${await gateway.token({ sub: "carol", roles: ["operator"] })}`;
  const headers = {
    authorization,
    "content-type": "application/json",
    ...(key !== undefined && { "idempotency-key": key }),
  };
  return gateway.request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

it("passes on who acts, with which key, and fills in the plan", async () => {
  const gateway = startGateway();
  expect((await post(PATH, ROLLOUT_WISH, gateway, "key-1")).status).toBe(201);
  expect((await post(ACTIONS, START, gateway)).status).toBe(200);
  const [create, act] = gateway.feed.calls;
  expect(create).toMatchObject({
    method: "createRollout",
    args: [
      {},
      { id: "smaller-pages", treatment: 10, plan: { bakeMs: 600_000, falseStop: 0.05 } },
      "to see",
      { who: "carol", opId: "key-1" },
    ],
  });
  expect(act).toMatchObject({
    method: "actOnRollout",
    args: [{}, "smaller-pages", START, { who: "carol", opId: null }],
  });
});

it("tells the current revision to whoever acted on an older one", async () => {
  const gateway = startGateway();
  gateway.feed.failure = { code: "conflict", field: "revision", revision: 9, reason: "it is 9" };
  const response = await post(ACTIONS, START, gateway);
  expect(response.status).toBe(409);
  expect(await problemOf(response)).toMatchObject({ code: "conflict", revision: 9 });
});

it.for([
  ["no reason", PATH, { ...ROLLOUT_WISH, reason: " " }, "reason"],
  ["a flag that nothing reads", PATH, { ...ROLLOUT_WISH, flag: "feed.colour" }, "flag"],
  [
    "a stage without a control group",
    PATH,
    { ...ROLLOUT_WISH, plan: { stages: [{ share: 9_500 }, { share: 10_000 }] } },
    "plan.stages.0",
  ],
  [
    "a region that is none",
    PATH,
    {
      ...ROLLOUT_WISH,
      plan: { stages: [{ share: 500, regions: ["us-east", "mars"] }, { share: 10_000 }] },
    },
    "plan.stages.0.regions.1",
  ],
  [
    "a treatment beyond any use",
    PATH,
    { ...ROLLOUT_WISH, treatment: "x".repeat(4_000) },
    "treatment",
  ],
  ["another action", ACTIONS, { ...START, action: "advance" }, "action"],
  ["no revision", ACTIONS, { action: "start", reason: "to see" }, "revision"],
  ["an id that is none", `${PATH}/UPPER/actions`, START, "id"],
] as const)("refuses %s", async ([, path, body, field]) => {
  const response = await post(path, body);
  expect(response.status).toBe(400);
  expect(await problemOf(response)).toMatchObject({ code: "invalid_request", field });
});
