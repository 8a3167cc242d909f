import { describe, it } from "vitest";

import { SPECIFIED } from "../../core/resilience/limits.ts";
import { configFrom, type RankingProxyEnv } from "../../workers/ranking-proxy/env.ts";

const config = (vars: Partial<Record<string, string>>) =>
  configFrom(vars as unknown as RankingProxyEnv);
const urls = (...pools: readonly object[]) => JSON.stringify(pools);
const EAST = { name: "east", servers: ["https://one.example"] };

describe("configuration of the ranking proxy", () => {
  it("is the specification's, without a ranker, where nothing is said", ({ expect }) => {
    const { regions, ...rest } = config({});
    expect(rest).toEqual({
      pools: [],
      callMs: 50,
      hedgeAfterMs: 25,
      hedgeShare: 0.02,
      breaker: SPECIFIED,
    });
    expect(regions.length).toBeGreaterThan(0);
  });

  it("names pools, with weights per region", ({ expect }) => {
    const west = { ...EAST, name: "west", servers: ["http://10.0.0.7:8000"], pick: "sticky" };
    const { pools } = config({ RANKER_URLS: urls({ ...EAST, weights: { apac: 2 } }, west) });
    expect(pools).toEqual([
      { ...EAST, weights: { apac: 2 }, pick: "least" },
      { ...west, weights: { "*": 1 } },
    ]);
  });

  it("may ask for a share of failures", ({ expect }) => {
    expect(config({ BREAKER_FAILURE_RATIO: "0.1" }).breaker.failureRatioMin).toBe(0.1);
    expect(config({ BREAKER_FAILURE_RATIO: "off" }).breaker.failureRatioMin).toBeNull();
  });

  it.for([
    ["RANKER_URLS", "not JSON"],
    ["RANKER_URLS", "{}"],
    ["RANKER_URLS", urls({ ...EAST, servers: [] })],
    ["RANKER_URLS", urls({ ...EAST, servers: ["https://one.example/"] })],
    ["RANKER_URLS", urls({ ...EAST, servers: ["ftp://one.example"] })],
    ["RANKER_URLS", urls({ ...EAST, weights: { apac: -1 } })],
    ["RANKER_URLS", urls({ ...EAST, wieghts: {} })],
    ["RANKER_URLS", urls(EAST, EAST)],
    ["RANKER_URLS", urls(EAST, { ...EAST, name: "west" })],
    ["RANK_CALL_MS", "0"],
    ["HEDGE_SHARE", "0.5"],
    ["BREAKER_FAILURE_RATIO", "2"],
    ["REGIONS", "[]"],
  ] as const)("names the variable when %s is %s", ([name, value], { expect }) => {
    expect(() => config({ [name]: value })).toThrow(`Ranking proxy configuration: ${name}`);
  });
});
