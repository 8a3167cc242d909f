import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { dataPointOf } from "../../../core/telemetry/data-point.ts";
import {
  alertChanged,
  breakerChanged,
  failed,
  feedReported,
  gatewayBug,
  levelChanged,
  purgeFailed,
  severityOf,
  swept,
  type TelemetryEvent,
} from "../../../core/telemetry/events.ts";

const LONG = "x".repeat(100_000);
const PIN = { level: 2, reason: "a drill", by: "ann", untilMs: 9 } as const;
const EVENTS: readonly TelemetryEvent[] = [
  failed("object_call_failed", new Error(LONG), { dependency: "leader", region: "a", shard: 3 }),
  failed("push_failed", null),
  levelChanged("a", { atMs: 1, revision: 7, from: 0, to: 2, reason: LONG, by: LONG, pin: PIN }),
  alertChanged("a", { atMs: 1, alert: "level-pinned", event: "firing", why: LONG, by: LONG }),
  breakerChanged("a", "region", { backend: LONG, from: "closed", to: "open", trips: 2, atMs: 1 }),
  swept("a", { shards: 4, intents: 5, followersBehind: 6, unreachable: 7 }),
  purgeFailed(12, { code: "rate_limited", retryAfterMs: 1 }),
  feedReported({ event: "cache_failed", stage: LONG, viewer: "1184274518017" }),
  { event: "read_left_region", region: "a", shard: 3, calls: 9 },
  gatewayBug("0123456789abcdef", `/v1/posts/${LONG}`, new Error(LONG)),
];

describe("an event", () => {
  it("has bounded text, and nobody's id", ({ expect }) => {
    for (const event of EVENTS) {
      const text = JSON.stringify(event);
      expect(text.length, event.event).toBeLessThan(4 * LIMITS.eventTextCharsMax);
      expect(text).not.toContain("1184274518017");
    }
  });

  it("is as loud as it is bad", ({ expect }) => {
    expect(EVENTS.map(severityOf)).toEqual([
      "error",
      "warn",
      "log",
      "warn",
      "warn",
      "log",
      "error",
      "warn",
      "warn",
      "error",
    ]);
  });
});

describe("its data point", () => {
  it("fits Analytics Engine: one index of 96 bytes, 20 columns, 16 KB", ({ expect }) => {
    for (const { indexes, blobs, doubles } of EVENTS.map(dataPointOf)) {
      expect(new TextEncoder().encode(indexes[0]).length).toBeLessThanOrEqual(96);
      expect([blobs.length, doubles.length]).toEqual([5, 3]);
      expect(new TextEncoder().encode(blobs.join("")).length).toBeLessThan(16_384);
    }
  });

  it("has the same columns whatever happened", ({ expect }) => {
    const columns = EVENTS.map(dataPointOf).map(({ blobs, doubles }) => [
      ...blobs.slice(0, 4),
      ...doubles,
    ]);
    expect(columns).toEqual([
      ["object_call_failed", "error", "a", "leader", 1, 3, 1],
      ["push_failed", "warn", "", "", 1, -1, 1],
      ["level_changed", "log", "a", "0>2 pinned", 1, -1, 2],
      ["alert_changed", "warn", "a", "level-pinned firing", 1, -1, 1],
      ["breaker_changed", "warn", "a", "region closed>open", 1, -1, 2],
      ["sweep", "log", "a", "", 1, -1, 5],
      ["purge_failed", "error", "", "rate_limited", 1, -1, 12],
      ["cache_failed", "warn", "", "x".repeat(LIMITS.eventTextCharsMax), 1, -1, 1],
      ["read_left_region", "warn", "a", "", 1, 3, 9],
      ["gateway_bug", "error", "", "", 1, -1, 1],
    ]);
  });
});
