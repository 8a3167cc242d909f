import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { NO_DELTA } from "../../../core/telemetry/cache-tally.ts";
import { formatCacheReport, parseCacheReport } from "../../../core/telemetry/client-report.ts";

const DELTA = { hits: 3, stale: 2, misses: 1, bytes: 4_096, ageMsSum: 90_000 };

describe("a client's report", () => {
  it("comes back as it was written", ({ expect }) => {
    expect(formatCacheReport(DELTA)).toBe("hits=3, stale=2, misses=1, bytes=4096, age=90000");
    expect(parseCacheReport(formatCacheReport(DELTA))).toEqual(DELTA);
  });

  it("may leave out what is none, in any order", ({ expect }) => {
    expect(parseCacheReport("misses=1,hits=0")).toEqual({ ...NO_DELTA, misses: 1 });
  });

  it.for([
    "",
    "hits=1",
    "hits=0, misses=0",
    "hits=1, misses=-1",
    "hits=1, misses=1.5",
    "hits=1, misses=1e9",
    "hits=1, hits=1, misses=1",
    "hits=1, misses=1, more=1",
    "hits=1, misses=1, constructor=1",
    "hits=1; misses=1",
    "hits=1, misses=1,",
    `hits=1, misses=1,${" ".repeat(200)}`,
  ])("is nothing when it is %j", (text, { expect }) => {
    expect(parseCacheReport(text)).toBeNull();
  });

  it("is cut at its bounds, whoever writes it", ({ expect }) => {
    const most = "999999999999999";
    const lie = `hits=${most}, misses=${most}, stale=${most}, bytes=${most}, age=${most}`;
    const cut = {
      hits: LIMITS.cacheReportReadsMax,
      misses: LIMITS.cacheReportReadsMax,
      stale: LIMITS.cacheReportReadsMax,
      bytes: LIMITS.cacheReportBytesMax,
      ageMsSum: LIMITS.cacheReportAgeMsMax,
    };
    expect(parseCacheReport(lie)).toEqual(cut);
    // What it writes at its bounds it also reads.
    expect(parseCacheReport(formatCacheReport({ ...cut, hits: 1e9 }))).toEqual(cut);
  });
});
