import { describe, it, vi } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { pngOf } from "./images.ts";
import { type Gateway, startGateway } from "./harness.ts";

const REPORT = "hits=3, misses=1, stale=2, bytes=100";
const EAST = { "x-edgewise-region": "us-east" };
const APAC = { "x-edgewise-region": "apac" };
const report = (text = REPORT) => ({ headers: { ...EAST, "edgewise-cache-report": text } });
const page = "/v1/posts/1184274518017";

async function visit(gateway: Gateway, path = page, headers: Record<string, string> = EAST) {
  const response = await gateway.request(path, { headers });
  await response.arrayBuffer();
  await gateway.settle();
  return response;
}

describe("what a gateway counts", () => {
  it("goes to the tally of the region, after the answer, and every ten seconds at most", async ({
    expect,
  }) => {
    const gateway = startGateway();
    await visit(gateway);
    await visit(gateway);
    await visit(gateway);
    expect(gateway.tally.calls, "the first at once, the rest later").toBe(1);
    gateway.clock.advance(LIMITS.cacheFlushMs);
    await visit(gateway, page, APAC);
    expect(gateway.tally.calls).toBe(3);
    expect(gateway.tally.counts.get("us-east edge_pages")).toMatchObject({ hits: 2, misses: 1 });
    // As old as the wait by now: shown, and made again.
    expect(gateway.tally.counts.get("apac edge_pages")).toMatchObject({
      hits: 0,
      stale: 1,
      misses: 0,
      ageMsSum: LIMITS.cacheFlushMs,
    });
  });

  it("is not lost when the tally is away, and nobody's answer waits or fails", async ({
    expect,
    onTestFinished,
  }) => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const gateway = startGateway();
    gateway.tally.away = new Error("away");
    expect((await visit(gateway)).status).toBe(200);
    expect(warn).toHaveBeenCalledOnce();
    await visit(gateway);
    gateway.tally.away = null;
    gateway.clock.advance(LIMITS.cacheFlushMs);
    await visit(gateway);
    const counts = gateway.tally.counts.get("us-east edge_pages");
    expect(counts).toMatchObject({ hits: 1, stale: 1, misses: 1 });
  });

  it("is nothing to pass on where no cache was asked", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda("/v1/feed");
    await gateway.settle();
    expect(gateway.tally.calls).toBe(0);
  });

  it("are images from the cache, those that readers had already, and parts that pass it", async ({
    expect,
  }) => {
    const gateway = startGateway();
    const sent = await gateway.asAda("/v1/media", { method: "POST", body: pngOf(2, 2) });
    const { key } = (await sent.json()) as { key: string };
    await visit(gateway, `/media/${key}`);
    await visit(gateway, `/media/${key}`);
    await visit(gateway, `/media/${key}`, { ...EAST, "if-none-match": `"${key}"` });
    await visit(gateway, `/media/${key}`, { ...EAST, range: "bytes=0-3" });
    gateway.clock.advance(LIMITS.cacheFlushMs);
    await visit(gateway, "/healthz");
    const size = pngOf(2, 2).byteLength;
    const counts = gateway.tally.counts.get("us-east edge_media");
    expect(counts).toMatchObject({ hits: 2, misses: 2, stale: 0 });
    expect(counts?.bytes).toBeLessThanOrEqual(size);
    expect(counts?.bytes).toBeGreaterThan(0);
  });
});

describe("a client's report", () => {
  const clientCounts = (gateway: Gateway) => gateway.tally.counts.get("us-east client");

  it("comes with any request of a signed-in caller", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.asAda("/v1/settings", report());
    await gateway.settle();
    expect(clientCounts(gateway)).toMatchObject({ hits: 3, stale: 2, misses: 1, bytes: 100 });
  });

  it("is not taken from strangers, bad tokens, or in a text that is none", async ({ expect }) => {
    const gateway = startGateway();
    await gateway.request(page, report());
    const bad = { ...report().headers, authorization: "Bearer bad" };
    expect((await gateway.request("/v1/feed", { headers: bad })).status).toBe(401);
    expect((await gateway.asAda("/v1/feed", report("hits=many, misses=1"))).status).toBe(200);
    await gateway.settle();
    expect(clientCounts(gateway)).toBeUndefined();
  });

  it("counts once in a while for each caller, and never for more than a report may say", async ({
    expect,
  }) => {
    const gateway = startGateway();
    for (let n = 0; n < 5; n++)
      await gateway.asAda("/v1/settings", report("hits=999999, misses=0"));
    gateway.clock.advance(LIMITS.cacheReportEveryMs);
    await gateway.asAda("/v1/settings", report("hits=1, misses=0"));
    gateway.clock.advance(LIMITS.cacheFlushMs);
    await gateway.asAda("/v1/settings");
    await gateway.settle();
    expect(clientCounts(gateway)).toMatchObject({ hits: LIMITS.cacheReportReadsMax + 1 });
  });
});

it("an operator's look includes what was not passed on yet", async ({ expect }) => {
  const gateway = startGateway();
  await visit(gateway);
  await visit(gateway);
  const authorization = `Bearer ${await gateway.token({ roles: ["operator"] })}`;
  const response = await gateway.request("/v1/admin/caches", { headers: { authorization } });
  expect(response.status).toBe(200);
  expect(gateway.tally.counts.get("us-east edge_pages")).toMatchObject({ hits: 1, misses: 1 });
});
