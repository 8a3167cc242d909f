import { createClient } from "@redis/client";
import fc from "fast-check";
import { afterAll, beforeAll, it } from "vitest";

import { encodeEvents } from "../../core/feed/cache/event-wire.ts";
import type { FeedCacheSink } from "../../core/feed/cache/port.ts";
import { ok } from "../../core/result.ts";
import { MemoryFeedCache } from "../fakes/memory-feed-cache.ts";
import type { FeedWorld } from "../fakes/feed-world.ts";
import { startTestRedis, type TestRedis } from "../upstash/database.ts";
import { REGION, redisParts, WARM_MS } from "./drivers.ts";
import { follow, histories, type Subject } from "./model.ts";

let server: TestRedis;
let subject: Awaited<ReturnType<typeof hosted>>;
beforeAll(async () => {
  server = await startTestRedis();
  subject = await hosted();
}, 60_000);
afterAll(async () => {
  await subject.stop();
  await server.stop();
});

const RUNS = Number(process.env["RUNS"] ?? 60);

/** A bucket of an object, which loses its memory now and then. */
function embedded(): Subject {
  let evict = () => {};
  return {
    start: async (world) => {
      const cache = new MemoryFeedCache(() => world.nowMs);
      evict = () => cache.evict();
      const sink: FeedCacheSink = {
        apply: async (_region, _bucket, events) =>
          ok(cache.bucket.apply(encodeEvents(events), world.nowMs)),
      };
      return { cache, sink };
    },
    fault: async () => evict(),
  };
}

/** Redis, which loses keys, or all of them; with another isolate of the feed Worker from then on. */
async function hosted(): Promise<Subject & { readonly stop: () => Promise<void> }> {
  const redis = createClient({ url: `redis://127.0.0.1:${server.primary.port}` });
  await redis.connect();
  const startParts = async (world: FeedWorld) => {
    const parts = redisParts(server.url, { nowMs: () => world.nowMs });
    await parts.sink.apply(REGION, 0, []);
    world.nowMs += WARM_MS;
    return parts;
  };
  const fault = async (of: number) => {
    const keys = (await redis.keys("*")).toSorted();
    const key = keys[of % Math.max(1, keys.length)];
    if (of % 5 === 0) await redis.flushAll();
    else if (key !== undefined) await redis.del(key);
  };
  return {
    start: async (world) => {
      await redis.flushAll();
      return startParts(world);
    },
    fault,
    stop: async () => void (await redis.close()),
  };
}

it("an object's bucket shows what the oracle says, whatever happens in between", async ({
  expect,
}) => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      hits += await follow(history, embedded(), (page, expected) => expect(page).toEqual(expected));
    }),
    { numRuns: RUNS },
  );
  expect(hits).toBeGreaterThan(RUNS);
});

it("Redis does too, also when it loses keys or everything", async ({ expect }) => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      hits += await follow(history, subject, (page, expected) => expect(page).toEqual(expected));
    }),
    { numRuns: RUNS },
  );
  expect(hits).toBeGreaterThan(RUNS);
}, 120_000);
