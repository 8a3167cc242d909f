import { describe, it } from "vitest";

import { LEVEL_OF, TRIGGERS } from "../../../core/degradation/levels.ts";
import { describe as inWords, judge, NO_SIGNALS } from "../../../core/degradation/signals.ts";

const ranking = (fields: Partial<(typeof NO_SIGNALS)["ranking"]>) =>
  judge({ ...NO_SIGNALS, ranking: { ...NO_SIGNALS.ranking, ...fields } }).ranking;
const feedCache = (asked: number, hits: number) =>
  judge({ ...NO_SIGNALS, feedCache: { asked, hits } }).feed_cache;
const reads = (calls: number, errors: number) =>
  judge({ ...NO_SIGNALS, taoReads: { calls, errors } }).tao_reads;
const writes = (calls: number, errors: number) =>
  judge({ ...NO_SIGNALS, taoWrites: { calls, errors } }).tao_writes;

it("says nothing of a region in which nothing happens", ({ expect }) => {
  const verdicts = judge(NO_SIGNALS);
  for (const trigger of TRIGGERS) expect(verdicts[trigger]).toBe("unknown");
});

describe("ranking", () => {
  it("is bad from just over 100 ms, and good again only from 75 ms", ({ expect }) => {
    expect(ranking({ timed: 20, p95Ms: 112.5 })).toBe("bad");
    expect(ranking({ timed: 20, p95Ms: 100 })).toBe("unclear");
    expect(ranking({ timed: 20, p95Ms: 75 })).toBe("good");
    expect(ranking({ timed: 20, p95Ms: 87.5 })).toBe("unclear");
  });

  it("needs its sample", ({ expect }) => {
    expect(ranking({ timed: 19, p95Ms: 5_000 })).toBe("unknown");
    expect(ranking({ timed: 19, p95Ms: 1 })).toBe("unknown");
  });

  it("is bad when breakers refuse half of the calls, and five of them", ({ expect }) => {
    expect(ranking({ calls: 10, refused: 5 })).toBe("bad");
    expect(ranking({ calls: 11, refused: 5 })).toBe("unknown");
    expect(ranking({ calls: 4, refused: 4 })).toBe("unknown");
    expect(ranking({ calls: 40, refused: 20, timed: 20, p95Ms: 1 })).toBe("bad");
  });
});

describe("feed cache", () => {
  it("is bad below half, good again from 60 %, of at least 50 pages", ({ expect }) => {
    expect(feedCache(100, 49)).toBe("bad");
    expect(feedCache(100, 50)).toBe("unclear");
    expect(feedCache(100, 59)).toBe("unclear");
    expect(feedCache(100, 60)).toBe("good");
    expect(feedCache(50, 0)).toBe("bad");
    expect(feedCache(49, 0)).toBe("unknown");
  });
});

describe("the graph", () => {
  it("is bad over 1 %, good again up to 0.5 %", ({ expect }) => {
    expect(reads(1_000, 11)).toBe("bad");
    expect(reads(1_000, 10)).toBe("unclear");
    expect(reads(1_000, 6)).toBe("unclear");
    expect(reads(1_000, 5)).toBe("good");
  });

  it("needs its sample, and more than one mishap", ({ expect }) => {
    expect(reads(99, 99)).toBe("unknown");
    expect(reads(100, 2)).toBe("unclear");
    expect(reads(100, 3)).toBe("bad");
    expect(writes(29, 29)).toBe("unknown");
    expect(writes(30, 3)).toBe("bad");
  });

  it("counts reads and writes apart", ({ expect }) => {
    const verdicts = judge({
      ...NO_SIGNALS,
      taoReads: { calls: 10_000, errors: 0 },
      taoWrites: { calls: 50, errors: 5 },
    });
    expect(verdicts).toMatchObject({ tao_reads: "good", tao_writes: "bad" });
  });
});

it("has words and a level for every trigger", ({ expect }) => {
  for (const trigger of TRIGGERS) {
    expect(inWords(trigger, NO_SIGNALS)).not.toBe("");
    expect(LEVEL_OF[trigger]).toBeGreaterThan(0);
  }
});
