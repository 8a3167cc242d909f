import { describe, it } from "vitest";

import { MINUTE_MS } from "../../core/telemetry/history.ts";
import { readExposition } from "../fakes/exposition-reader.ts";
import { startGateway } from "./harness.ts";

const SECRET = "a-secret-of-at-least-thirty-two-characters";

/** Two answers, in a minute that is over. */
async function counted(vars: { METRICS_TOKEN?: string } = {}) {
  const gateway = startGateway(vars);
  await gateway.asAda("/v1/feed");
  gateway.clock.advance(1_000);
  await gateway.asAda("/v1/nowhere");
  await gateway.settle();
  gateway.clock.advance(MINUTE_MS);
  gateway.controllers.of("us-east").look();
  return gateway;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("/metrics", () => {
  it("has what regions have counted, for operators", async ({ expect }) => {
    const gateway = await counted();
    gateway.controllers.away.add("eu-west");
    const answer = await gateway.asOperator("/metrics");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const families = readExposition(await answer.text());
    const answers = families.get("edgewise_http_responses_total")?.samples;
    expect(answers).toContainEqual({
      name: "edgewise_http_responses_total",
      labels: { region: "us-east", class: "2xx" },
      value: 1,
    });
    const up = families.get("edgewise_region_up")?.samples;
    expect(up?.map(({ labels, value }) => [labels["region"], value])).toEqual([
      ["us-east", 1],
      ["eu-west", 0],
    ]);
  });

  it("is for whoever has the scrape's secret, where there is one", async ({ expect }) => {
    const gateway = await counted({ METRICS_TOKEN: SECRET });
    const status = async (init: RequestInit) => (await gateway.request("/metrics", init)).status;
    expect(await status(bearer(SECRET))).toBe(200);
    expect(await status(bearer(`${SECRET}x`))).toBe(401);
    expect(await status(bearer(SECRET.slice(0, -1)))).toBe(401);
    expect(await status({})).toBe(401);
    expect((await gateway.asOperator("/metrics")).status).toBe(200);
    // It opens nothing else.
    expect((await gateway.request("/v1/admin/levels", bearer(SECRET))).status).toBe(401);
  });

  it("is for nobody else", async ({ expect }) => {
    const gateway = await counted();
    expect((await gateway.request("/metrics")).status).toBe(401);
    expect((await gateway.request("/metrics", bearer(SECRET))).status).toBe(401);
    expect((await gateway.asAda("/metrics")).status).toBe(403);
  });

  it("refuses a secret that is short, and says which", ({ expect }) => {
    expect(() => startGateway({ METRICS_TOKEN: "short" })).toThrow(/METRICS_TOKEN/);
    expect(() => startGateway({ METRICS_TOKEN: "" })).not.toThrow();
  });
});
