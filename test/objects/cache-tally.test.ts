import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it } from "vitest";

import { cacheTallyName } from "../../core/telemetry/cache-tally.ts";
import { CacheTally } from "../../durable-objects/cache-tally.ts";

const DELTA = { hits: 3, stale: 1, misses: 2, bytes: 500, ageMsSum: 70 };

it("adds up what gateways bring, and keeps it over an eviction", async ({ expect }) => {
  const tally = env.CACHE_TALLY.getByName(cacheTallyName("eu-west"));
  expect(await tally.read()).toEqual({ layers: {}, sinceMs: null });
  await Promise.all([
    tally.add({ client: DELTA }),
    tally.add({ client: DELTA, edge_media: { ...DELTA, hits: 9 } }),
  ]);
  const layers = {
    client: { hits: 6, stale: 2, misses: 4, bytes: 1_000, ageMsSum: 140 },
    edge_media: { ...DELTA, hits: 9 },
  };
  expect(await tally.read()).toEqual({ layers, sinceMs: expect.any(Number) });
  await evictDurableObject(tally);
  await tally.add({ edge_pages: DELTA });
  expect((await tally.read()).layers).toEqual({ ...layers, edge_pages: DELTA });
});

it("knows since when it counts", async ({ expect }) => {
  const stub = env.CACHE_TALLY.getByName(cacheTallyName("apac"));
  await runInDurableObject(stub, async (_, state) => {
    let nowMs = 5_000;
    const tally = new CacheTally(state, env, { nowMs: () => nowMs });
    await tally.add({ client: DELTA });
    nowMs = 9_000;
    await tally.add({ client: DELTA, edge_media: DELTA });
    expect((await tally.read()).sinceMs).toBe(5_000);
  });
});

it("is one of its region", async ({ expect }) => {
  await env.CACHE_TALLY.getByName(cacheTallyName("us-east")).add({ client: DELTA });
  const other = await env.CACHE_TALLY.getByName(cacheTallyName("us-west")).read();
  expect(other.layers).toEqual({});
});
