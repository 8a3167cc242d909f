import { it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import type { Overview } from "../../core/ops/overview.ts";
import { startGateway } from "./harness.ts";

async function start() {
  const gateway = startGateway();
  const token = await gateway.token({ sub: "olga", roles: ["observer"] });
  const look = async (sections: string): Promise<Overview["sections"]> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await gateway.request(`/v1/admin/overview?sections=${sections}`, { headers });
    await gateway.settle();
    return ((await response.json()) as Overview).sections;
  };
  const asked = (method: string): number =>
    gateway.feed.calls.filter((call) => call.method === method).length;
  return { gateway, look, asked };
}

it("asks a source once, however often a request names it", async ({ expect }) => {
  const { look, asked } = await start();
  expect(await look("rollouts,rollouts,rollouts")).toHaveLength(1);
  expect(asked("rollouts")).toBe(1);
});

it("asks what wakes hundreds of objects once in a while, however many look", async ({ expect }) => {
  const { gateway, look, asked } = await start();
  const [first] = await look("caches");
  gateway.clock.advance(LIMITS.opsCostlyEveryMs - 1);
  const [second] = await look("caches");
  expect(second).toMatchObject({ live: true, atMs: first?.atMs });
  expect(asked("caches")).toBe(1);
  gateway.clock.advance(1);
  await look("caches");
  expect(asked("caches")).toBe(2);
  // What costs little is read each time.
  await look("ranking");
  await look("ranking");
  expect(asked("ranking")).toBe(2);
});

it("does not take what was recorded for what was just read", async ({ expect }) => {
  const { gateway, look } = await start();
  await look("caches");
  gateway.clock.advance(LIMITS.opsCostlyEveryMs);
  gateway.feed.failure = { code: "overloaded", retryAfterMs: 1 };
  for (let looks = 0; looks < 2; looks++)
    expect(await look("caches")).toMatchObject([{ live: false, error: { code: "overloaded" } }]);
});

it("says plainly that a build has no drills", async ({ expect }) => {
  const { look } = await start();
  expect(await look("drills")).toMatchObject([{ live: true }]);
  const without = startGateway({}, undefined, undefined, false);
  const token = await without.token({ roles: ["operator"] });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await without.request("/v1/admin/overview?sections=drills", { headers });
  expect(await answer.json()).toMatchObject({
    sections: [{ value: null, error: { code: "not_found" } }],
  });
});

it("refuses what is no list of names, and names the field", async ({ expect }) => {
  const gateway = startGateway();
  const headers = { authorization: `Bearer ${await gateway.token({ roles: ["observer"] })}` };
  const ask = (sections: string) =>
    gateway.request(`/v1/admin/overview?sections=${encodeURIComponent(sections)}`, { headers });
  for (const sections of ["../../x", "\0", "Levels", "levels,", "<script>"]) {
    const answer = await ask(sections);
    expect(answer.status, sections).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "invalid_request", field: "sections" });
  }
  expect((await ask("levels,of-a-newer-gateway")).status).toBe(200);
});
