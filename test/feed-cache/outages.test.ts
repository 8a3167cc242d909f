import { createClient } from "@redis/client";
import { afterAll, beforeAll, beforeEach, describe, it, vi } from "vitest";

import type { BucketEvent } from "../../core/feed/cache/port.ts";
import { feedTopology } from "../../core/feed/cache/topology.ts";
import { LIMITS } from "../../core/limits.ts";
import { ok } from "../../core/result.ts";
import { feedCacheInRedis } from "../../platform/feed-cache-redis.ts";
import type { RedisReply } from "../../platform/upstash.ts";
import { id } from "../fakes/feed-cells.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { startTestRedis, type TestRedis } from "../upstash/database.ts";
import { announce, built, count, post, posts, put, revoke } from "./acts.ts";
import {
  newRun,
  redisCache,
  redisParts,
  REGION,
  tell,
  type TestCache,
  warm,
  WARM_MS,
} from "./drivers.ts";
import { FIRST_PAGE } from "../fakes/first-page.ts";

const VIEWER = id(2n ** 60n + 1n);

let server: TestRedis;
let redis: ReturnType<typeof createClient>;
let run = "";
let made: TestCache;
vi.spyOn(console, "error").mockImplementation(() => undefined);

beforeAll(async () => {
  server = await startTestRedis();
  redis = createClient({ url: `redis://127.0.0.1:${server.primary.port}` });
  redis.on("error", () => {});
  await redis.connect();
}, 60_000);
afterAll(async () => {
  redis.destroy();
  await server.stop();
});
beforeEach(async () => {
  run = newRun();
  made = await warm(redisCache(server.url, new ManualClock(1_800_000_000_000), run));
});

/** Each way to ask, told apart from any answer. */
async function asked(subject: TestCache): Promise<unknown[]> {
  const { cache, sink, clock } = subject;
  const nowMs = clock.nowMs();
  const since = { timeMs: nowMs, id2: id(1) };
  const answers = [
    await cache.page(REGION, VIEWER, FIRST_PAGE),
    await cache.newSince(REGION, VIEWER, since, []),
    await sink.apply(REGION, 0, [revoke(10)]),
  ];
  // Older than what is there: it may arrive after all, once Redis goes on.
  const kept = await put(subject, nowMs - 1, []).catch((error: Error) => error.message);
  return [...answers.map((answer) => (answer.ok ? answer.value : answer.error.code)), kept];
}

const keysLike = async (part: string): Promise<string[]> =>
  (await redis.keys("*")).filter((key) => key.includes(`:${run}:`) && key.includes(part));
const evict = async (part: string): Promise<void> => {
  const keys = await keysLike(part);
  if (keys.length === 0) throw new Error(`no key like ${part}`);
  await redis.del(keys);
};

describe("a Redis that is away is a failure, never a miss, and shows nothing old later", () => {
  it("killed", async ({ expect }) => {
    await built(made, 10, 9);
    expect(await posts(made)).toEqual([10, 9]);
    await server.primary.kill();
    const gone = "unavailable";
    expect(await asked(made)).toEqual([gone, gone, gone, expect.stringContaining(gone)]);
    await server.restart();
    const again = () => made.sink.apply(REGION, 0, [revoke(10)]);
    await expect.poll(again, { timeout: 10_000 }).toMatchObject({ ok: true });
    expect(await posts(made)).toEqual([9]);
  });

  it("hanging", async ({ expect }) => {
    await built(made, 10, 9);
    process.kill(server.primary.pid, "SIGSTOP");
    const late = "deadline_exceeded";
    const hurried = { ...made, ...redisParts(server.url, made.clock, run, false) };
    expect(await asked(hurried)).toEqual([late, late, late, expect.stringContaining(late)]);
    process.kill(server.primary.pid, "SIGCONT");
    await tell(made, [revoke(10)]);
    expect(await posts(made)).toEqual([9]);
  });

  it("for so long that fan-out gave up: it starts over", async ({ expect }) => {
    await built(made, 10);
    await server.primary.kill();
    const failed = await made.sink.apply(REGION, 0, [revoke(10)]);
    made.clock.advance(LIMITS.feedRedisOutageMs + 1);
    await server.restart();
    // Of what is a dead letter by now nobody hears again.
    const other = () => made.sink.apply(REGION, 0, []);
    await expect.poll(other, { timeout: 10_000 }).toMatchObject({ ok: true });
    expect([failed.ok, await posts(made)]).toEqual([false, "expired"]);
    made.clock.advance(WARM_MS);
    await built(made, 9);
    expect(await posts(made)).toEqual([9]);
  });
});

describe("a Redis that lost something", () => {
  it("all of it, while an entry is built: nothing is kept before it reaches back", async ({
    expect,
  }) => {
    const builtMs = made.clock.nowMs();
    await tell(made, [revoke(10)]);
    await redis.flushAll();
    expect(await put(made, builtMs, [post(10, builtMs - 1)])).toBe(false);
    made.clock.advance(WARM_MS - 1);
    await built(made, 10);
    expect(await posts(made)).toBe("cold");
    made.clock.advance(1);
    await built(made, 10);
    expect(await posts(made)).toEqual([10]);
  });

  it.for([
    [":entry:", "cold"],
    [":head", "expired"],
    [":events:", "expired"],
    [":follows:", "expired"],
    [":authors:", "expired"],
  ] as const)("%s keys alone: %s", async ([part, why], { expect }) => {
    await built(made, 10, 9);
    await tell(made, [revoke(10), announce(post(7, 1)), announce(post(12, made.clock.nowMs()))]);
    expect(await posts(made)).toEqual([12, 9]);
    await evict(part);
    expect(await posts(made)).toBe(why);
    if (part === ":entry:" || part === ":follows:") return;
    // Neither is hidden by what comes next.
    await tell(made, [announce(post(11, made.clock.nowMs()))]);
    expect(await posts(made)).toBe("expired");
    made.clock.advance(WARM_MS);
    await built(made, 8);
    expect(await posts(made)).toEqual([8]);
  });

  it("old events: what came late and was taken back before stays away", async ({ expect }) => {
    const spec = post(10, made.clock.nowMs() + 1);
    made.clock.advance(2);
    await tell(made, [revoke(10)]);
    await evict(":events:");
    made.clock.advance(LIMITS.feedRedisSliceMs);
    await tell(made, []);
    made.clock.advance(WARM_MS);
    await built(made, 9);
    await tell(made, [announce(spec)]);
    expect(await posts(made)).toEqual([9]);
  });

  it("the newest, as one to which things came one by one", async ({ expect }) => {
    await tell(made, [revoke(9)]);
    await built(made, 10);
    const [head = ""] = await keysLike(":head");
    expect(await posts(made)).toEqual([10]);
    await redis.hIncrBy(head, "seq", -1);
    expect(await posts(made)).toBe("expired");
  });

  it("what it had acknowledged: the next to tell it something notices", async ({ expect }) => {
    await built(made, 10, 9);
    const keys = await keysLike("");
    for (const key of keys) await redis.copy(key, `before ${key}`);
    await tell(made, [revoke(10)]);
    expect(await posts(made)).toEqual([9]);
    for (const key of keys) await redis.copy(`before ${key}`, key, { REPLACE: true });
    expect(await posts(made)).toEqual([10, 9]);
    await tell(made, []);
    expect(await posts(made)).toBe("expired");
  });
});

it("an entry to which very much came is built anew", async ({ expect }) => {
  await built(made, 10);
  const events = (n: number, from: number) =>
    Array.from({ length: n }, (_, i) => announce(post(from + i, made.clock.nowMs() + i)));
  await tell(made, events(LIMITS.feedRedisArrivedMax, 100));
  expect(await posts(made)).toHaveLength(20);
  await tell(made, events(1, 1_000));
  expect(await posts(made)).toBe("expired");
});

describe("keys", () => {
  it("do not grow with every count", async ({ expect }) => {
    const events = Array.from({ length: 50 }, (_, seq) => count(10, seq, 2 * seq));
    await tell(made, events.slice(0, 1));
    const [slice = ""] = (await keysLike(":events:")).toSorted().slice(-1);
    const field = `c${2n ** 60n + 10n}`;
    const length = Number(await redis.hStrLen(slice, field));
    await tell(made, events);
    expect(length).toBeGreaterThan(0);
    expect(await redis.hStrLen(slice, field)).toBeLessThan(length + 10);
  });

  it("are one run's, region's and bucket's, all with an expiry", async ({ expect }) => {
    await built(made, 10);
    await tell(made, [announce(post(11, made.clock.nowMs()))]);
    expect(await posts(made)).toEqual([11, 10]);
    expect(await posts(redisCache(server.url, made.clock))).toBe("cold");
    const elsewhere = await made.cache.page("eu-west", VIEWER, FIRST_PAGE);
    expect(elsewhere).toMatchObject({ ok: true, value: { hit: false, why: "cold" } });
    const keys = await keysLike("");
    expect(keys.map((key) => key.replace(/:\d{4,}$/, ":N")).toSorted()).toEqual(
      ["active:N", "authors:N", "entry:N", "events:N", "events:N", "follows:N", "head"].map(
        (name) => `edgewise:feed:2:${run}:{us-east:0/1}:${name}`,
      ),
    );
    for (const key of keys) expect(await redis.pTTL(key)).toBeGreaterThan(0);
    const [entry = ""] = await keysLike(":entry:");
    // As long as level 2 may show it; until then its own time says how old it is.
    const keptMs = LIMITS.feedCacheTtlMs * LIMITS.degradedTtlFactor;
    expect(await redis.pTTL(entry)).toBeLessThanOrEqual(keptMs);
  });

  it("are asked for in one request each", async ({ expect }) => {
    await built(made, 10);
    await tell(made, []);
    const requests = vi.spyOn(globalThis, "fetch");
    const counted = async (work: () => Promise<unknown>) => {
      requests.mockClear();
      await work();
      return requests.mock.calls.length;
    };
    const events: BucketEvent[] = [announce(post(11, made.clock.nowMs())), revoke(9)];
    expect([
      await counted(() => posts(made)),
      await counted(() => put(made, made.clock.nowMs(), [])),
      await counted(() => tell(made, events)),
    ]).toEqual([1, 1, 1]);
    requests.mockRestore();
  });
});

const STRANGE: readonly RedisReply[] = [
  null,
  "OK",
  7,
  [],
  ["found"],
  ["cold"],
  ["found", [], "1", null, []],
  [1, "2", 3],
];
it.for(STRANGE.map((reply) => ({ reply })))(
  "what is no answer of a script is a failure: $reply",
  async ({ reply }, { expect }) => {
    const answer = async () => ok(reply);
    const session = { evalScript: answer };
    const parts = feedCacheInRedis({
      connect: () => session,
      run,
      topology: feedTopology(1),
      clock: made.clock,
      newName: () => "a name",
    });
    const gone = "unavailable";
    expect(await asked({ ...made, ...parts })).toEqual([
      gone,
      gone,
      gone,
      expect.stringContaining(gone),
    ]);
  },
);

it("a replica that is behind, or cut off from a primary that is gone, is not asked", async ({
  expect,
}) => {
  const global = await startTestRedis({ lagMs: 400 });
  try {
    const far = await warm(redisCache(global.url));
    await built(far, 10, 9);
    expect(await posts(far)).toEqual([10, 9]);
    await tell(far, [revoke(10)]);
    expect(await posts(far)).toEqual([9]);
    await global.primary.kill();
    expect(await far.cache.page(REGION, VIEWER, FIRST_PAGE)).toMatchObject({ ok: false });
  } finally {
    await global.stop();
  }
});
