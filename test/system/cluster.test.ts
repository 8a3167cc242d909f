import { afterAll, beforeAll, it } from "vitest";

import { startCluster, type Cluster } from "../../dev/cluster.ts";

const logs: string[] = [];
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    vars: { gateway: { DEMO_SIGN_IN: "off" } },
    directSockets: ["gateway"],
    cf: { colo: "FRA", continent: "EU", country: "DE" },
    onLog: (_level, message) => logs.push(message),
  });
});
afterAll(() => cluster.stop());

const regionAt = async (url: string) => {
  const answer = await fetch(`${url}/healthz`);
  return ((await answer.json()) as { region: string }).region;
};

it("tells Workers behind the front door where a request comes from", async ({ expect }) => {
  expect(await regionAt(cluster.url)).toBe("eu-west");
  // A direct socket does not know, which is why only benches use one.
  expect(await regionAt(await cluster.directUrl("edgewise-gateway"))).not.toBe("eu-west");
});

it("takes variables in place of the configured ones", async ({ expect }) => {
  expect((await fetch(`${cluster.url}/v1/demo/users`)).status).toBe(404);
});

it("fires the gateway's cron, which sweeps every region", async ({ expect }) => {
  await cluster.sweep();
  const swept = logs.filter((line) => line.includes("sweep"));
  for (const region of ["us-east", "us-west", "eu-west", "apac"]) {
    expect(swept.some((line) => line.includes(region))).toBe(true);
  }
  expect(logs.filter((line) => line.includes("sweep_failed"))).toEqual([]);
});
