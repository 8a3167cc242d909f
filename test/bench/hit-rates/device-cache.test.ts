import { describe, it } from "vitest";

import { DeviceCache } from "../../../bench/hit-rates/device-cache.ts";

const FIVE_MINUTES = 300_000;

function start() {
  const clock = { nowMs: 1_000 };
  const cache = new DeviceCache(() => clock.nowMs);
  cache.start();
  return { clock, cache };
}

describe("the model of a client's cache", () => {
  it("is fresh for five minutes, then shown at once and read again", ({ expect }) => {
    const { clock, cache } = start();
    expect(cache.look("/v1/feed", "feed")).toBeNull();
    cache.keep("/v1/feed", { items: [] }, "feed");
    clock.nowMs += FIVE_MINUTES - 1;
    expect(cache.look("/v1/feed", "feed")).toEqual({ value: { items: [] }, state: "hit" });
    clock.nowMs += 1;
    expect(cache.look("/v1/feed", "feed")?.state).toBe("stale");
    expect(cache.counts.feed).toEqual({ hits: 1, stale: 1, misses: 1 });
    expect(cache.totals()).toMatchObject({ hits: 1, stale: 1, misses: 1, bytes: 24 });
  });

  it("keeps the feed fresh when the app is started again, and nothing else", ({ expect }) => {
    const { clock, cache } = start();
    cache.keep("/v1/feed", {}, "feed");
    cache.keep("/v1/settings", {}, "settings");
    clock.nowMs += 1_000;
    expect(cache.look("/v1/settings", "settings")?.state).toBe("hit");
    cache.start();
    expect(cache.look("/v1/feed", "feed")?.state).toBe("hit");
    expect(cache.look("/v1/settings", "settings")?.state).toBe("stale");
  });

  it("never calls a page fresh, nor what a write has made doubtful", ({ expect }) => {
    const { cache } = start();
    cache.keep("/v1/posts/1", {}, "page");
    expect(cache.look("/v1/posts/1", "page")?.state).toBe("stale");
    cache.keep("/v1/users/ada", {}, "profile");
    cache.expire("/v1/users/");
    expect(cache.look("/v1/users/ada", "profile")?.state).toBe("stale");
  });
});
