import { describe, it } from "vitest";

import { cacheReporter } from "../../client/cache-report.ts";
import { Transport } from "../../client/transport.ts";
import { LIMITS } from "../../core/limits.ts";
import { NO_DELTA } from "../../core/telemetry/cache-tally.ts";

const EVERY_MS = 2 * LIMITS.cacheReportEveryMs;

describe("a client's cache", () => {
  it("says what is new, now and then", ({ expect }) => {
    let nowMs = 0;
    let hits = 0;
    const report = cacheReporter(
      () => ({ ...NO_DELTA, hits, bytes: hits * 10 }),
      () => nowMs,
    );
    expect(report()).toBeNull();
    hits = 2;
    expect(report()).toEqual({ ...NO_DELTA, hits: 2, bytes: 20 });
    hits = 5;
    nowMs = EVERY_MS - 1;
    expect(report()).toBeNull();
    nowMs = EVERY_MS;
    expect(report()).toEqual({ ...NO_DELTA, hits: 3, bytes: 30 });
    nowMs = 3 * EVERY_MS;
    expect(report()).toBeNull();
  });

  it("says it with a request of whoever is signed in", async ({ expect }) => {
    const sent: (string | undefined)[] = [];
    let token: string | null = null;
    const transport = new Transport({
      baseUrl: "",
      token: () => token,
      cacheReport: () => ({ ...NO_DELTA, hits: 1 }),
      fetch: async (_, { headers }) => {
        sent.push((headers as Record<string, string>)["edgewise-cache-report"]);
        return Response.json({});
      },
    });
    await transport.send({ method: "GET", path: "/v1/posts/1" });
    token = "ada";
    await transport.send({ method: "GET", path: "/v1/posts/1" });
    expect(sent).toEqual([undefined, "hits=1, stale=0, misses=0, bytes=0, age=0"]);
  });
});
