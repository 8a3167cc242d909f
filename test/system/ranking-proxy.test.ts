import { afterAll, beforeAll, it } from "vitest";

import { type RankingRuntime, startRankingRuntime } from "../../bench/ranker-faults/runtime.ts";
import { startStubRanker, type StubRanker } from "../../dev/stub-ranker.ts";

let stub: StubRanker;
let runtime: RankingRuntime;

beforeAll(async () => {
  stub = await startStubRanker();
  const pools = [{ name: "a", servers: [stub.url], weights: { "*": 1 }, pick: "least" as const }];
  // Time enough for a loaded machine; hedges and hangs have tests of their own.
  runtime = await startRankingRuntime({ pools, isolates: 3, vars: { RANK_CALL_MS: "10000" } });
});

afterAll(async () => {
  await runtime.stop();
  await stub.kill().catch(() => {});
});

const ask = (region: string, proxy: number, place = 0) =>
  runtime.ask({ region, proxy, rows: 50, place, budgetMs: 20_000 });

it("ranks in the real runtime, over a real connection", async ({ expect }) => {
  expect(await ask("us-east", 0)).toEqual({ mode: "ranked", reason: "ok", isTrue: true });
});

it("shares a breaker between isolates: one that never failed is refused", async ({ expect }) => {
  stub.fault = { kind: "errors", share: 1 };
  for (let place = 1; place <= 5; place++) {
    // Two isolates fail, neither five times. The viewers are others than above: nothing is cached.
    const answer = await ask("us-west", place % 2, place);
    expect(answer).toEqual({ mode: "light-model", reason: "error", isTrue: true });
  }
  const seen = stub.seen.length;
  const open = { mode: "light-model", reason: "breaker_open", isTrue: true };
  expect(await ask("us-west", 2, 6)).toEqual(open);
  expect(stub.seen).toHaveLength(seen);

  const { regions, counts, breakers } = await runtime.stats(2);
  expect(regions["us-west"]?.history).toMatchObject([{ from: "closed", to: "open", trips: 1 }]);
  expect(breakers).toMatchObject([{ region: "us-west", breaker: { at: "open", trips: 1 } }]);
  expect(counts.reasons).toEqual({ "light-model breaker_open": 1 });
  // Another region has another breaker.
  stub.fault = { kind: "none" };
  expect(await ask("eu-west", 2)).toMatchObject({ mode: "ranked" });
});

it("answers from scores of before when the ranker is gone, and comes back", async ({ expect }) => {
  await ask("apac", 0);
  await stub.kill();
  const answer = await ask("apac", 0);
  expect(answer).toEqual({ mode: "cached-scores", reason: "error", isTrue: true });
  await stub.restart();
  // Connections that broke unnoticed cost an error each, less than open a breaker; enough may keep it ejected for a while.
  await expect
    .poll(async () => (await ask("apac", 0)).mode, { timeout: 30_000, interval: 1_000 })
    .toBe("ranked");
});
