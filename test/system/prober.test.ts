import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, it } from "vitest";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { startCluster, type Cluster } from "../../dev/cluster.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";
import { HttpGraph, type Post } from "../../dev/prober/graph.ts";
import { isGreen, reportOf } from "../../dev/prober/report.ts";
import { probeProduct } from "../../dev/prober/run.ts";
import { removeProbes, setUpProbes } from "../../dev/prober/setup.ts";

let cluster: Cluster;
let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "edgewise-prober-"));
  cluster = await startCluster({ port: 0, dataFolder: null });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const PINS = DEFAULT_REGIONS.map(({ region }) => ({ region, replica: 0 }));

async function graphOf(): Promise<HttpGraph> {
  const options = { url: cluster.url, secret: cluster.secrets.authSecret, issuer: "edgewise" };
  const authorization = `Bearer ${await mintToken(options, "0", Date.now())}`;
  const post: Post = async (target, body) => {
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(`${cluster.url}${target}`, { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  };
  return new HttpGraph(post);
}

it("finds every follower of the running product fresh", async ({ expect }) => {
  const graph = await graphOf();
  const file = path.join(folder, "probes.json");
  const probes = await setUpProbes(graph, shardMapOf(16), 2, file, "first");
  expect(probes).toHaveLength(32);
  const result = await probeProduct(
    {
      probes,
      pins: PINS,
      // Shorter than the product's promise, so that the test is; generous to a busy machine.
      horizons: [{ afterMs: 3_000, share: 1 }],
      perSecond: 8,
      forMs: 4_000,
      run: "test",
      stop: new AbortController().signal,
    },
    { graph, sleep: (ms) => delay(ms), random: { next: () => 0.5 }, nowMs: Date.now },
  );
  expect(reportOf(result, "all"), reportOf(result, "all")).toMatch(/kept$/);
  expect(isGreen(result)).toBe(true);
  expect(result.writes.acknowledged).toBe(32);
  const [{ counts } = { counts: null }] = result.horizons;
  expect((counts?.visible ?? 0) + (counts?.late ?? 0)).toBe(32 * PINS.length);

  // The next run uses the same probes; the last one takes them away.
  const again = await setUpProbes(graph, shardMapOf(16), 2, file, "second");
  expect(again).toEqual(probes);
  expect(await removeProbes(graph, file, "third")).toBe(32);
  expect(await setUpProbes(graph, shardMapOf(16), 1, file, "fourth")).not.toContainEqual(probes[0]);
});

it("says nothing for a follower that does not exist", async ({ expect }) => {
  const graph = await graphOf();
  const reads = [{ op: "objGet", id: 1n }] as never;
  expect(await graph.readAt({ region: "mars", replica: 0 }, reads)).toBeNull();
  expect(await graph.readAt({ region: "apac", replica: 9 }, reads)).toBeNull();
});
