import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "vitest";

import { OPERATIONS } from "../../workers/gateway/operations.ts";
import { type Gateway, problemOf, startGateway } from "./harness.ts";
import { requestFor } from "./operation-requests.ts";

/**
 * Who may call what: what each operation answers to each kind of caller. Written by hand, from
 * docs/security.md and not from the code: what is opened or closed by mistake shows up here.
 */
const OPERATION_TABLE = `
                    visitor user observer loader operator staff editor expired foreign garbage
signIn              200     200  200      200    200      200   200    401     401     401
session             401     200  403      403    403      200   403    401     401     401
demoUsers           200     200  200      200    200      200   200    401     401     401
demoOperatorRoles   200     200  200      200    200      200   200    401     401     401
demoOperator        200     200  200      200    200      200   200    401     401     401
feed                401     200  403      403    403      200   403    401     401     401
newPosts            401     200  403      403    403      200   403    401     401     401
why                 401     200  403      403    403      200   403    401     401     401
whyNot              401     200  403      403    403      200   403    401     401     401
seen                401     200  403      403    403      200   403    401     401     401
reportSeen          401     200  403      403    403      200   403    401     401     401
reportEvents        401     200  403      403    403      200   403    401     401     401
setFeedback         401     200  403      403    403      200   403    401     401     401
clearFeedback       401     200  403      403    403      200   403    401     401     401
createPost          401     201  403      403    403      201   403    401     401     401
post                200     200  200      200    200      200   200    401     401     401
setAudience         401     200  403      403    403      200   403    401     401     401
deletePost          401     204  403      403    403      204   403    401     401     401
comments            200     200  200      200    200      200   200    401     401     401
addComment          401     201  403      403    403      201   403    401     401     401
deleteComment       401     204  403      403    403      204   403    401     401     401
reactToPost         401     200  403      403    403      200   403    401     401     401
unreactToPost       401     200  403      403    403      200   403    401     401     401
postReactions       401     200  403      403    403      200   403    401     401     401
reactToComment      401     200  403      403    403      200   403    401     401     401
unreactToComment    401     200  403      403    403      200   403    401     401     401
commentReactions    401     200  403      403    403      200   403    401     401     401
createUser          201     201  201      201    201      201   201    401     401     401
suggestedUsers      401     200  403      403    403      200   403    401     401     401
profile             200     200  200      200    200      200   200    401     401     401
updateMe            401     200  403      403    403      200   403    401     401     401
userPosts           200     200  200      200    200      200   200    401     401     401
followers           401     200  403      403    403      200   403    401     401     401
following           401     200  403      403    403      200   403    401     401     401
friends             401     200  403      403    403      200   403    401     401     401
follow              401     200  403      403    403      200   403    401     401     401
unfollow            401     204  403      403    403      204   403    401     401     401
befriend            401     200  403      403    403      200   403    401     401     401
unfriend            401     204  403      403    403      204   403    401     401     401
block               401     200  403      403    403      200   403    401     401     401
unblock             401     204  403      403    403      204   403    401     401     401
mute                401     200  403      403    403      200   403    401     401     401
unmute              401     204  403      403    403      204   403    401     401     401
blocks              401     200  403      403    403      200   403    401     401     401
mutes               401     200  403      403    403      200   403    401     401     401
friendRequests      401     200  403      403    403      200   403    401     401     401
notifications       401     200  403      403    403      200   403    401     401     401
unread              401     200  403      403    403      200   403    401     401     401
markRead            401     200  403      403    403      200   403    401     401     401
settings            401     200  403      403    403      200   403    401     401     401
updateSettings      401     200  403      403    403      200   403    401     401     401
uploadMedia         401     201  403      201    201      201   403    401     401     401
socketTicket        401     200  403      403    403      200   403    401     401     401
socket              401     200  403      403    403      200   403    401     401     401
eventStream         401     200  403      403    403      200   403    401     401     401
poll                401     200  403      403    403      200   403    401     401     401
caughtUp            401     204  403      403    403      204   403    401     401     401
status              200     200  200      200    200      200   200    401     401     401
graphWrite          401     403  403      200    200      200   403    401     401     401
graphRead           401     403  403      200    200      200   403    401     401     401
shards              401     403  200      403    200      200   403    401     401     401
moveShard           401     403  403      403    200      200   403    401     401     401
rollouts            401     403  200      403    200      200   403    401     401     401
rollout             401     403  200      403    200      200   403    401     401     401
createRollout       401     403  403      403    201      201   403    401     401     401
actOnRollout        401     403  403      403    200      200   403    401     401     401
fanout              401     403  200      403    200      200   403    401     401     401
fanoutPost          401     403  403      403    200      200   403    401     401     401
fanoutDeadLetters   401     403  200      403    200      200   403    401     401     401
fanoutReplay        401     403  403      403    200      200   403    401     401     401
caches              401     403  200      403    200      200   403    401     401     401
levels              401     403  200      403    200      200   403    401     401     401
pinLevel            401     403  403      403    200      200   403    401     401     401
drainRegion         401     403  403      403    200      200   403    401     401     401
ranking             401     403  200      403    200      200   403    401     401     401
operatorActions     401     403  200      403    200      200   403    401     401     401
opsOverview         401     403  200      403    200      200   403    401     401     401
history             401     403  200      403    200      200   403    401     401     401
drills              401     403  200      403    200      200   403    401     401     401
startDrill          401     403  403      403    201      201   403    401     401     401
stopDrill           401     403  403      403    200      200   403    401     401     401
stopAllDrills       401     403  403      403    200      200   403    401     401     401
alerts              401     403  200      403    200      200   403    401     401     401
acknowledgeAlert    401     403  403      403    200      200   403    401     401     401
rankLog             401     403  403      403    200      200   403    401     401     401
rankLogSegment      401     403  403      403    200      200   403    401     401     401
`;

/** The same where demo sign-in is off, as it is in production. */
const CLOSED_TABLE = `
                    visitor user observer loader operator staff editor expired foreign garbage
signIn              404     404  404      404    404      404   404    401     401     401
demoUsers           404     404  404      404    404      404   404    401     401     401
demoOperatorRoles   404     404  404      404    404      404   404    401     401     401
demoOperator        404     404  404      404    404      404   404    401     401     401
createUser          401     403  403      403    201      201   403    401     401     401
`;

/** What is no operation looks at no token, but for /metrics. */
const PAGE_TABLE = `
                    visitor user observer loader operator staff editor expired foreign garbage
/                   200     200  200      200    200      200   200    200     200     200
/ops                200     200  200      200    200      200   200    200     200     200
/icon.svg           200     200  200      200    200      200   200    200     200     200
/assets/missing.js  404     404  404      404    404      404   404    404     404     404
/docs               200     200  200      200    200      200   200    200     200     200
/openapi.json       200     200  200      200    200      200   200    200     200     200
/healthz            200     200  200      200    200      200   200    200     200     200
/healthz?deep=1     200     200  200      200    200      200   200    200     200     200
/media/none         404     404  404      404    404      404   404    404     404     404
/metrics            401     403  200      403    200      200   403    401     401     401
/v1/none            404     404  404      404    404      404   404    404     404     404
/v1/admin/none      404     404  404      404    404      404   404    404     404     404
`;

/** Only the runtime can answer 101: the fake objects behind this gateway answer 200. */
const CALLERS: Readonly<Record<string, (gateway: Gateway) => Promise<string | null>>> = {
  visitor: async () => null,
  user: (gateway) => gateway.token(),
  observer: (gateway) => gateway.token({ sub: "olga", roles: ["observer"] }),
  loader: (gateway) => gateway.token({ sub: "loader-7", roles: ["loader"] }),
  operator: (gateway) => gateway.token({ sub: "carol", roles: ["operator"] }),
  // A user of the product who is an operator, too.
  staff: (gateway) => gateway.token({ roles: ["editor", "operator"] }),
  // Roles that mean nothing here, though a careless look-up would find them.
  editor: (gateway) => gateway.token({ sub: "eve", roles: ["editor", "constructor", "Operator"] }),
  expired: (gateway) => gateway.token({ roles: ["operator"], expiresIn: -60 }),
  foreign: (gateway) => gateway.token({ roles: ["operator"], secret: "x".repeat(32) }),
  garbage: async () => "bad",
};

type Row = readonly [id: string, expected: Readonly<Record<string, number>>];

function rowsOf(table: string): Row[] {
  const [heads = [], ...rows] = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.map(([id = "", ...cells]) => [
    id,
    Object.fromEntries(heads.map((head, at) => [head, Number(cells[at])])),
  ]);
}

/** What each kind of caller is answered, each by a gateway that has seen nobody yet. */
async function answersTo(
  [path, init]: ReturnType<typeof requestFor>,
  vars: Parameters<typeof startGateway>[0] = {},
): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  for (const [who, tokenOf] of Object.entries(CALLERS)) {
    const gateway = startGateway(vars);
    const token = await tokenOf(gateway);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const headers = { ...init.headers, ...authorization };
    const response = await gateway.request(path, { ...init, headers });
    if (response.status >= 400) await problemOf(response);
    answers[who] = response.status;
  }
  return answers;
}

const requestOf = (id: string) => {
  const op = OPERATIONS.find((candidate) => candidate.id === id);
  if (op === undefined) throw new Error(`no operation ${id}`);
  return requestFor(op);
};

it("lists every operation once", ({ expect }) => {
  expect(
    rowsOf(OPERATION_TABLE)
      .map(([id]) => id)
      .toSorted(),
  ).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

it("is in docs/security.md as a whole", ({ expect }) => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");
  expect(OPERATIONS.map(({ id }) => id).filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
});

describe("operations", () => {
  it.for(rowsOf(OPERATION_TABLE))("%s", async ([id, expected], { expect }) => {
    expect(await answersTo(requestOf(id))).toEqual(expected);
  });
});

describe("with demo sign-in off", () => {
  it.for(rowsOf(CLOSED_TABLE))("%s", async ([id, expected], { expect }) => {
    expect(await answersTo(requestOf(id), { DEMO_SIGN_IN: "off" })).toEqual(expected);
  });
});

describe("pages and files", () => {
  it.for(rowsOf(PAGE_TABLE))("%s", async ([path, expected], { expect }) => {
    expect(await answersTo([path, { method: "GET", headers: {} }])).toEqual(expected);
  });
});

it("hands operators' tokens to nobody outside development", async ({ expect }) => {
  const secrets = { AUTH_SECRET: "a".repeat(32), SIGNING_SECRET: "b".repeat(32) };
  const gateway = startGateway({ ENVIRONMENT: "staging", DEMO_SIGN_IN: "on", ...secrets });
  const statusOf = async (id: string): Promise<number> => {
    const [path, init] = requestOf(id);
    return (await gateway.request(path, init)).status;
  };
  expect(await statusOf("signIn")).toBe(200);
  expect(await statusOf("demoOperatorRoles")).toBe(404);
  expect(await statusOf("demoOperator")).toBe(404);
});

it("is as closed to HEAD as to GET", async ({ expect }) => {
  const reads = OPERATIONS.filter((op) => op.method === "get" && op.connects === undefined);
  for (const op of reads) {
    const [path, init] = requestFor(op);
    const statusOf = async (method: string): Promise<number> =>
      (await startGateway().request(path, { ...init, method })).status;
    expect(await statusOf("HEAD"), op.id).toBe(await statusOf("GET"));
  }
});

it("may be framed by no page, and runs nothing but its own files", async ({ expect }) => {
  const policy = (await startGateway().request("/ops")).headers.get("content-security-policy");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain("script-src");
});
