import { describe, it } from "vitest";

import { OPERATIONS } from "../../workers/gateway/operations.ts";
import type { Operation } from "../../workers/gateway/operation.ts";
import { pngOf } from "./images.ts";
import { problemOf, startGateway } from "./harness.ts";

const DRILL = { dependency: "ranker", kind: "latency", ms: 200 };

/** A body that each operation accepts. */
const BODIES: Record<string, unknown> = {
  signIn: { handle: "ada" },
  createUser: { handle: "eve", name: "Eve" },
  createPost: { text: "hello" },
  setAudience: { audience: "friends" },
  addComment: { text: "hi" },
  reactToPost: { kind: "like" },
  reactToComment: { kind: "like" },
  updateMe: { name: "Ada L." },
  updateSettings: { feedMode: "latest", defaultAudience: "public", theme: "dark", autoplay: false },
  graphWrite: { batches: [] },
  graphRead: { reads: [] },
  moveShard: { region: "eu-west" },
  createRollout: { id: "a", flag: "feed.cache", treatment: false, reason: "to see" },
  actOnRollout: { action: "start", revision: 1, reason: "to see" },
  markRead: { upToMs: 1 },
  reportSeen: { ranges: [{ from: { timeMs: 2, id: "2" }, to: { timeMs: 1, id: "1" } }] },
  reportEvents: { slates: [{ slate: "slate-1", events: [{ kind: "open", post: "1" }] }] },
  setFeedback: { kind: "more" },
  fanoutReplay: {},
  startDrill: { ...DRILL, minutes: 5, reason: "to see", revision: 1 },
  stopDrill: { reason: "seen" },
  stopAllDrills: { reason: "seen" },
  pinLevel: { level: 2, reason: "a drill", minutes: 5, revision: 1 },
};

const QUERIES: Record<string, string> = {
  newPosts: "?since=1780000000000.1184274518016",
  why: "?post=1184274518017",
  rankLogSegment: "?key=rank-log/2026-11-17/feature-bucket.us-east.0/slate-1.jsonl",
  whyNot: "?post=1184274518017",
};

/** Who may call what, spelt out: a route that is opened by mistake shows up here. */
const ANYONE = [
  "comments",
  "createUser",
  "demoUsers",
  "post",
  "profile",
  "signIn",
  "status",
  "userPosts",
];
const OPERATOR = [
  "actOnRollout",
  "caches",
  "createRollout",
  "drills",
  "fanout",
  "fanoutDeadLetters",
  "fanoutPost",
  "fanoutReplay",
  "graphRead",
  "graphWrite",
  "levels",
  "moveShard",
  "pinLevel",
  "rankLog",
  "rankLogSegment",
  "rollout",
  "rollouts",
  "shards",
  "startDrill",
  "stopAllDrills",
  "stopDrill",
];
const MEMBER = ["uploadMedia"];
/** Only the runtime can answer 101, so that the fake objects behind this gateway answer 200. */
const statusOf = (op: Operation) => (op.status === 101 ? 200 : op.status);

function requestFor(op: Operation): [string, RequestInit & { headers: Record<string, string> }] {
  const path = op.path
    .replace("{user}", "ada")
    .replace("{id}", "1184274518017")
    .replace("{post}", "1184274518017")
    .replace("{shard}", "3")
    .replace("{region}", "apac")
    .concat(QUERIES[op.id] ?? "");
  const upgrade = op.connects === "websocket" ? { upgrade: "websocket" } : {};
  const init = { method: op.method.toUpperCase(), headers: upgrade };
  if (op.bodyKind === "stream") return [path, { ...init, body: pngOf(2, 2) }];
  if (op.body === undefined) return [path, init];
  const headers = { "content-type": "application/json" };
  return [path, { ...init, headers, body: JSON.stringify(BODIES[op.id]) }];
}

async function statusFor(op: Operation, authorization: string | null, gateway = startGateway()) {
  const [path, init] = requestFor(op);
  const headers = { ...init.headers, ...(authorization !== null && { authorization }) };
  const response = await gateway.request(path, { ...init, headers });
  if (response.status >= 400) await problemOf(response);
  return response.status;
}

describe.for(OPERATIONS.map((op) => [op.id, op] as const))("%s", ([id, op]) => {
  it("without a token", async ({ expect }) => {
    expect(await statusFor(op, null)).toBe(ANYONE.includes(id) ? op.status : 401);
  });

  it("with a user's token", async ({ expect }) => {
    const gateway = startGateway();
    const bearer = `Bearer ${await gateway.token()}`;
    expect(await statusFor(op, bearer, gateway)).toBe(OPERATOR.includes(id) ? 403 : statusOf(op));
  });

  it("with an operator's token that is no user", async ({ expect }) => {
    const gateway = startGateway();
    const bearer = `Bearer ${await gateway.token({ sub: "loader-7", roles: ["loader"] })}`;
    const open = [...ANYONE, ...OPERATOR, ...MEMBER].includes(id);
    expect(await statusFor(op, bearer, gateway)).toBe(open ? op.status : 403);
  });

  it("with a role that means nothing here", async ({ expect }) => {
    const gateway = startGateway();
    const bearer = `Bearer ${await gateway.token({ sub: "someone", roles: ["editor"] })}`;
    expect(await statusFor(op, bearer, gateway)).toBe(ANYONE.includes(id) ? op.status : 403);
  });

  it("with a bad token, even where none is needed", async ({ expect }) => {
    expect(await statusFor(op, "Bearer bad")).toBe(401);
  });
});

it("keeps demo sign-in closed where it is off", async ({ expect }) => {
  const statuses = async (id: string, roles?: readonly string[]) => {
    const gateway = startGateway({ DEMO_SIGN_IN: "off" });
    const op = OPERATIONS.find((candidate) => candidate.id === id);
    if (op === undefined) throw new Error(id);
    const bearer = roles === undefined ? null : `Bearer ${await gateway.token({ roles })}`;
    return statusFor(op, bearer, gateway);
  };
  expect(await statuses("signIn")).toBe(404);
  expect(await statuses("demoUsers")).toBe(404);
  expect(await statuses("createUser")).toBe(401);
  expect(await statuses("createUser", [])).toBe(403);
  expect(await statuses("createUser", ["operator"])).toBe(201);
});
