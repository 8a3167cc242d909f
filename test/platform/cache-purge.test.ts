import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { zonePurge } from "../../platform/cache-purge.ts";
import { ManualClock } from "../fakes/manual-clock.ts";

const ZONE = "0123456789abcdef0123456789abcdef";

/** The purge API as documented: bearer token, at most 100 tags, `success` in the body. */
function start(status = 200, headers: Record<string, string> = {}) {
  const clock = new ManualClock(1_800_000_000_000);
  const requests: string[][] = [];
  const api = { status, isAway: false };
  const zone = zonePurge({
    zoneId: ZONE,
    token: "secret",
    clock,
    fetch: async (url, init) => {
      if (api.isAway) throw new TypeError("fetch failed");
      const sent = new Headers(init.headers);
      if (url !== `https://api.cloudflare.com/client/v4/zones/${ZONE}/purge_cache`)
        throw new Error(url);
      if (init.method !== "POST" || sent.get("authorization") !== "Bearer secret")
        throw new Error("refused");
      const { tags } = JSON.parse(String(init.body)) as { tags: string[] };
      if (tags.length === 0 || tags.length > 100) throw new Error(`${tags.length} tags`);
      requests.push(tags);
      return Response.json({ success: api.status === 200 }, { status: api.status, headers });
    },
  });
  return { zone, clock, requests, api };
}
const tags = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `post-${from + i}`);

describe("a zone's purge", () => {
  it("sends every tag once, at most a hundred at a time", async ({ expect }) => {
    const { zone, requests } = start();
    expect(await zone.purge([...tags(250), ...tags(10)])).toEqual({ ok: true, value: 250 });
    expect(requests.map((sent) => sent.length)).toEqual([100, 100, 50]);
    expect(new Set(requests.flat()).size).toBe(250);
  });

  it("stays within the API's rate, says when it does not, and sends what waited later", async ({
    expect,
  }) => {
    const { zone, clock, requests } = start();
    for (let i = 0; i < LIMITS.purgesBurst; i++) await zone.purge(tags(1, i));
    expect(await zone.purge(["late-1"])).toEqual({
      ok: false,
      error: { code: "rate_limited", retryAfterMs: 12_000 },
    });
    expect(await zone.purge(["late-2"])).toMatchObject({ ok: false });
    expect(requests).toHaveLength(LIMITS.purgesBurst);
    clock.advance(12_000);
    expect(await zone.purge(["late-3"])).toEqual({ ok: true, value: 3 });
    expect(requests.at(-1)).toEqual(["late-1", "late-2", "late-3"]);
  });

  it("keeps a bounded number waiting, the newest", async ({ expect }) => {
    const { zone, clock, requests, api } = start();
    api.isAway = true;
    await zone.purge(tags(LIMITS.purgeWaitingMax + 5));
    api.isAway = false;
    clock.advance(3_600_000);
    expect(await zone.purge([])).toEqual({ ok: true, value: LIMITS.purgeWaitingMax });
    const sent = requests.flat();
    expect([sent.includes("post-4"), sent.includes("post-5")]).toEqual([false, true]);
  });

  it.for([
    [429, { "retry-after": "7" }, { code: "rate_limited", retryAfterMs: 7_000 }],
    [429, {}, { code: "rate_limited", retryAfterMs: 60_000 }],
    [403, {}, { code: "unavailable", dependency: "cdn", retryAfterMs: 1_000 }],
    [500, {}, { code: "unavailable", dependency: "cdn", retryAfterMs: 1_000 }],
  ] as const)(
    "answers %d of the API as a failure, and forgets nothing",
    async ([status, headers, error], { expect }) => {
      const { zone, requests, api } = start(status, headers);
      expect(await zone.purge(["a"])).toEqual({ ok: false, error });
      api.status = 200;
      expect(await zone.purge(["b"])).toEqual({ ok: true, value: 2 });
      expect(requests.at(-1)?.toSorted()).toEqual(["a", "b"]);
    },
  );
});
