import { describe, it } from "vitest";

import { type RegionCounts, RegionSums } from "../../core/telemetry/region-counts.ts";
import { LIMITS } from "../../core/limits.ts";
import { json, problemOf, startGateway } from "./harness.ts";

const PIN = { reason: "a drill", minutes: 5 };

/** A gateway whose region (`us-east`) has been pinned to a level, and knows it. */
async function pinnedTo(level: 0 | 1 | 2 | 3 | 4) {
  const gateway = startGateway();
  const { revision } = gateway.controllers.of("us-east").read().published;
  await gateway.controllers.pin("us-east", { ...PIN, level, revision, by: "ann", opId: null });
  await gateway.request("/healthz");
  await gateway.settle();
  return gateway;
}
const post = json({ text: "hello" });

/** Writes of which a tenth failed. */
function failing(): RegionCounts {
  const sums = new RegionSums();
  sums.count("tao_writes", 100);
  sums.count("tao_write_errors", 10);
  return sums.counts();
}

describe("every answer", () => {
  it("says the level, and problems do too", async ({ expect }) => {
    const gateway = await pinnedTo(1);
    const paths = ["/v1/feed", "/v1/nowhere", "/healthz"];
    const levels = await Promise.all(
      paths.map(async (path) => (await gateway.request(path)).headers.get("edgewise-level")),
    );
    expect(levels).toEqual(["1", "1", "1"]);
  });

  it("does not wait for the level: what is asked after one is there for a later one", async ({
    expect,
  }) => {
    const gateway = startGateway();
    await gateway.controllers.pin("us-east", {
      ...PIN,
      level: 2,
      revision: 1,
      by: "ann",
      opId: null,
    });
    const level = async () => (await gateway.request("/healthz")).headers.get("edgewise-level");
    expect(await level()).toBe("0");
    await gateway.settle();
    expect(await level()).toBe("2");
  });

  it("is counted, with its time, once a second", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda("/v1/feed");
    await gateway.asAda("/v1/feed");
    await gateway.asAda("/v1/posts", { method: "POST", ...post });
    gateway.clock.advance(LIMITS.levelPollMs);
    await gateway.asAda("/v1/nowhere");
    await gateway.settle();
    const { exchanged } = gateway.controllers;
    expect(exchanged.map(({ region }) => region)).toEqual(["us-east", "us-east"]);
    expect(exchanged[1]?.counts.counters).toEqual({
      api_reads: 2,
      api_reads_timed: 2,
      api_writes: 1,
      http_answers: 3,
      http_2xx: 2,
      http_4xx: 1,
      writes_accepted: 1,
    });
    expect(exchanged[1]?.counts.timings.http_write_ms?.counts[1]).toBe(1);
  });
});

it("counts as no write what a browser asks before one", async ({ expect }) => {
  const gateway = startGateway({ CORS_ORIGINS: "https://app.example.com" });
  const preflight = () =>
    gateway.request("/v1/posts", {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example.com",
        "access-control-request-method": "POST",
      },
    });
  expect((await preflight()).status).toBe(204);
  gateway.clock.advance(LIMITS.levelPollMs);
  await preflight();
  await gateway.settle();
  const { counters, timings } = gateway.controllers.exchanged.at(-1)?.counts ?? {};
  expect(counters).toMatchObject({ http_2xx: expect.any(Number) });
  expect(counters).not.toHaveProperty("writes_accepted");
  expect(timings).not.toHaveProperty("http_write_ms");
});

describe("a read-only region", () => {
  it("refuses writes, says when to come back, and never asks the feed Worker", async ({
    expect,
  }) => {
    const gateway = await pinnedTo(3);
    const answer = await gateway.asAda("/v1/posts", { method: "POST", ...post });
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(await problemOf(answer)).toMatchObject({
      status: 503,
      code: "read_only",
      retryAfter: 30,
    });
    expect(gateway.feed.calls.filter(({ method }) => method === "createPost")).toEqual([]);
  });

  it("answers reads, old ones too, and lets people in", async ({ expect }) => {
    const gateway = await pinnedTo(3);
    expect((await gateway.asAda("/v1/feed")).status).toBe(200);
    const { args } = gateway.feed.calls.at(-1) ?? { args: [] };
    expect(args[0]).toMatchObject({ allowStale: true });
    const signIn = { method: "POST", ...json({ handle: "ada" }) };
    expect((await gateway.request("/v1/session", signIn)).status).toBe(200);
    const ticket = await gateway.asAda("/v1/realtime/ticket", { method: "POST" });
    expect(ticket.status).toBe(200);
  });

  it("lets operators act", async ({ expect }) => {
    const gateway = await pinnedTo(3);
    const bearer = `Bearer ${await gateway.token({ sub: "op", roles: ["operator"] })}`;
    const body = json({ level: null, reason: "it is over", minutes: 1, revision: 2 });
    const answer = await gateway.request("/v1/admin/levels/us-east/pin", {
      method: "POST",
      ...body,
      headers: { ...body.headers, authorization: bearer },
    });
    expect(await answer.json()).toMatchObject({ level: 0, revision: 3, pin: null });
  });

  it("tries a write a second while its signals, not a pin, keep it so", async ({ expect }) => {
    const gateway = startGateway();
    const watch = gateway.controllers.of("us-east");
    watch.exchange(failing());
    watch.look();
    await gateway.request("/healthz");
    await gateway.settle();
    const write = async () => {
      const answer = await gateway.asAda("/v1/posts", { method: "POST", ...post });
      return answer.status;
    };
    expect([await write(), await write()]).toEqual([201, 503]);
    gateway.clock.advance(LIMITS.writeProbeEveryMs);
    expect(await write()).toBe(201);
  });
});

describe("a failed-over region", () => {
  it("is served by its backup", async ({ expect }) => {
    const gateway = await pinnedTo(4);
    const answer = await gateway.asAda("/v1/feed");
    expect(answer.headers.get("edgewise-level")).toBe("4");
    const { args } = gateway.feed.calls.at(-1) ?? { args: [] };
    expect(args[0]).toMatchObject({ region: "us-west", allowStale: true });
    expect(await (await gateway.request("/v1/status")).json()).toMatchObject({
      region: "us-east",
      servedBy: "us-west",
      level: 4,
      name: "regional_failover",
      readOnly: false,
    });
  });
});

it("says for anybody how it is", async ({ expect }) => {
  const normal = await (await startGateway().request("/v1/status")).json();
  expect(normal).toEqual({
    region: "us-east",
    servedBy: "us-east",
    level: 0,
    name: "normal",
    sinceMs: null,
    readOnly: false,
    mayBeOld: false,
    message: null,
  });
  const gateway = await pinnedTo(3);
  expect(await (await gateway.request("/v1/status")).json()).toMatchObject({
    level: 3,
    readOnly: true,
    mayBeOld: true,
    message: expect.stringContaining("connectivity issues"),
  });
});

describe("operators", () => {
  it("see every region's level, and pin one on what they saw", async ({ expect }) => {
    const gateway = startGateway();
    const bearer = `Bearer ${await gateway.token({ sub: "op", roles: ["operator"] })}`;
    const headers = { authorization: bearer };
    const pin = (fields: object, region = "apac") =>
      gateway.request(`/v1/admin/levels/${region}/pin`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ ...PIN, level: 2, revision: 1, ...fields }),
      });
    expect(await (await pin({})).json()).toMatchObject({
      level: 2,
      revision: 2,
      pin: { by: "op", reason: "a drill" },
    });
    expect(await problemOf(await pin({}))).toMatchObject({ code: "conflict", field: "revision" });
    expect(await problemOf(await pin({}, "mars"))).toMatchObject({ code: "not_found" });
    for (const fields of [
      { reason: " " },
      { minutes: 0 },
      { minutes: 721 },
      { level: 5 },
      { hours: 1 },
    ])
      expect((await pin(fields)).status).toBe(400);
    const list = await (await gateway.request("/v1/admin/levels", { headers })).json();
    expect(list).toMatchObject({
      regions: expect.arrayContaining([
        expect.objectContaining({
          region: "apac",
          changes: [expect.objectContaining({ from: 0, to: 2, by: "op", reason: "a drill" })],
        }),
      ]),
      away: [],
    });
  });
});
