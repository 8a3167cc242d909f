import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it } from "vitest";

import { type Breaker, closed } from "../../core/resilience/breaker.ts";
import { rankBreakerName } from "../../core/resilience/breaker-service.ts";
import { RankBreaker } from "../../durable-objects/rank-breaker.ts";

const SERVER = "http://ranker.example";
const stubOf = (region: string) => env.RANK_BREAKER.getByName(rankBreakerName(region));
const failures = (count: number, known: Breaker = closed()) => ({
  backend: SERVER,
  known,
  ended: { calls: count, failures: count, trips: known.trips },
  probes: [],
});

it("adds up the failures of isolates, and stays open over an eviction", async ({ expect }) => {
  const breaker = stubOf("eu-west");
  expect(await breaker.report(failures(2))).toMatchObject({ at: "closed" });
  expect(await breaker.report(failures(3))).toMatchObject({ at: "open", trips: 1 });
  const before = await breaker.read();
  await evictDurableObject(breaker);
  expect(await breaker.read()).toEqual(before);
  expect(await breaker.claim(SERVER, closed())).toMatchObject({
    admitted: null,
    breaker: { at: "open", trips: 1 },
  });
  // An isolate that does not know yet counts nothing any more.
  expect(await breaker.report(failures(5))).toMatchObject({ at: "open", trips: 1 });
});

it("lets three probes through after 30 s, and closes on the second success", async ({ expect }) => {
  await runInDurableObject(stubOf("apac"), async (_, state) => {
    let nowMs = 1_000_000;
    const breaker = new RankBreaker(state, env, { nowMs: () => nowMs });
    const opened = await breaker.report(failures(5));
    nowMs += 30_001;
    const claims = [];
    for (let n = 0; n < 4; n++) claims.push(await breaker.claim(SERVER, opened));
    const probes = claims.flatMap(({ admitted }) => admitted ?? []);
    expect(probes).toHaveLength(3);
    const [known] = claims.map((claim) => claim.breaker);
    const success = (place: number) =>
      breaker.report({
        backend: SERVER,
        known: known ?? opened,
        ended: { calls: 0, failures: 0, trips: 1 },
        probes: probes
          .slice(place, place + 1)
          .map((admitted) => ({ admitted, outcome: "success" })),
      });
    expect(await success(0)).toMatchObject({ at: "half-open" });
    expect(await success(1)).toEqual(closed(1));
    const moves = (await breaker.read()).history.map(({ from, to, atMs }) => [from, to, atMs]);
    expect(moves).toEqual([
      ["closed", "open", 1_000_000],
      ["open", "half-open", 1_030_001],
      ["half-open", "closed", 1_030_001],
    ]);
  });
});

it("knows 64 backends, and forgets the one that was silent longest", async ({ expect }) => {
  const breaker = stubOf("us-west");
  for (let n = 0; n < 70; n++) await breaker.report({ ...failures(1), backend: `http://r${n}` });
  const { breakers } = await breaker.read();
  expect(Object.keys(breakers)).toHaveLength(64);
  expect(Object.keys(breakers)).not.toContain("http://r0");
});
