import { describe, it, onTestFinished, vi } from "vitest";

import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { climb } from "../../core/ranking/ladder.ts";
import type { RankAnswer } from "../../core/ranking/service.ts";
import type { Breaker } from "../../core/resilience/breaker.ts";
import { type BreakerReport, rankBreakerName } from "../../core/resilience/breaker-service.ts";
import { SPECIFIED } from "../../core/resilience/limits.ts";
import { RegionBreakerTable } from "../../core/resilience/region-breakers.ts";
import {
  type RankerFault,
  startStubRanker,
  STUB_MODEL,
  STUB_PROBABILITY,
} from "../../dev/stub-ranker.ts";
import { depsFor } from "../../workers/ranking-proxy/deps.ts";
import { requestOf } from "../fakes/ranking-world.ts";

vi.spyOn(console, "warn").mockImplementation(() => {});

/** A proxy over one ranker, over real HTTP; its region's object is this process's. */
async function startProxy(callMs = 10_000) {
  const stub = await startStubRanker();
  onTestFinished(async () => {
    stub.fault = { kind: "none" };
    await stub.kill().catch(() => {});
  });
  const table = new RegionBreakerTable({ policy: SPECIFIED, changed: () => {} });
  const names = new Set<string>();
  const env = {
    // Time that no loaded machine fails to keep, where no call hangs.
    RANK_CALL_MS: String(callMs),
    RANKER_URLS: JSON.stringify([{ name: "a", servers: [stub.url] }]),
    RANK_BREAKER: {
      getByName: (name: string) => {
        names.add(name);
        return {
          claim: async (backend: string, known: Breaker) => table.claim(backend, known, Date.now()),
          report: async (report: BreakerReport) => table.report(report, Date.now()),
          read: async () => table.read(),
        };
      },
    },
  };
  const { ladder, counters, stats } = depsFor(env);
  const work: Promise<unknown>[] = [];
  const rank = async (rows = 20): Promise<RankAnswer> => {
    const request = { ...requestOf(rows), deadlineMs: Date.now() + 20_000 };
    const answer = await climb(request, ladder, (promise) => work.push(promise));
    counters.answered(answer);
    await Promise.all(work.splice(0));
    return answer;
  };
  return { stub, rank, stats, names, table };
}

it("brings a ranker's probabilities, and says whose they are", async ({ expect }) => {
  const { rank, names, stats } = await startProxy();
  const answer = await rank(3);
  expect(answer).toMatchObject({ mode: "ranked", reason: "ok", model: STUB_MODEL, scored: 3 });
  expect(answer.probabilities).toEqual(new Float32Array(3 * HEAD_COUNT).fill(STUB_PROBABILITY));
  expect([...names]).toEqual([rankBreakerName("us-east")]);
  expect(await stats()).toMatchObject({
    lightModel: expect.any(String),
    counts: { modes: { ranked: 1 }, reasons: { "ranked ok": 1 }, calls: { scored: 1 } },
  });
});

it("takes no answer that is none, of any kind", async ({ expect }) => {
  const { stub, rank, table } = await startProxy();
  stub.fault = { kind: "garbage" };
  for (let n = 0; n < 4; n++) expect((await rank()).mode).toBe("light-model");
  // Three of the seven kinds are left.
  const other = await startProxy();
  for (let n = 0; n < 4; n++) await other.rank(3);
  other.stub.fault = { kind: "garbage" };
  for (let n = 0; n < 4; n++) expect((await other.rank()).mode).toBe("light-model");
  const failures = [stub, other.stub].map((one, place) => {
    const breaker = [table, other.table][place]?.read().breakers[one.url];
    return breaker?.at === "closed" ? breaker.failures.length : 0;
  });
  expect(failures).toEqual([4, 4]);
});

describe("a ranker with a fault", () => {
  it.for<[RankerFault, string, string]>([
    [{ kind: "hang" }, "timeout", "open"],
    [{ kind: "errors", share: 1 }, "error", "open"],
    [{ kind: "garbage" }, "bad_answer", "open"],
    [{ kind: "shed" }, "shed", "closed"],
    [{ kind: "drain" }, "shed", "closed"],
    [{ kind: "mismatch" }, "schema_mismatch", "closed"],
  ])("%j: the light model answers, and says %s", async ([fault, reason, at], { expect }) => {
    const { stub, rank, table, stats } = await startProxy(fault.kind === "hang" ? 50 : 10_000);
    stub.fault = fault;
    for (let n = 0; n < 5; n++) {
      const answer = await rank();
      expect(answer).toMatchObject({ mode: "light-model", scored: 20 });
      // A connection that breaks in the middle of garbage is an error.
      const reasons = fault.kind === "garbage" ? [reason, "error"] : [reason];
      expect(reasons).toContain(answer.reason);
    }
    expect(table.read().breakers[stub.url]?.at ?? "closed").toBe(at);
    if (at === "open") {
      const seen = stub.seen.length;
      expect(await rank()).toMatchObject({ mode: "light-model", reason: "breaker_open" });
      expect(stub.seen).toHaveLength(seen);
      expect((await stats()).transitions).toMatchObject([{ from: "closed", to: "open" }]);
    }
  });

  it("gone: the light model answers; scores from before, where there are some", async ({
    expect,
  }) => {
    const { stub, rank } = await startProxy();
    await rank(20);
    await stub.kill();
    expect(await rank(20)).toMatchObject({ mode: "cached-scores", reason: "error", scored: 20 });
    expect(await rank(80)).toMatchObject({ mode: "light-model", reason: "error", scored: 80 });
    await stub.restart();
    expect(await rank(80)).toMatchObject({ mode: "ranked", reason: "ok" });
  });
});

it("works without its region's object", async ({ expect }) => {
  const stub = await startStubRanker();
  onTestFinished(() => stub.kill());
  const away = async () => {
    throw new Error("Durable Object reset because its code was updated.");
  };
  const { ladder, stats } = depsFor({
    RANKER_URLS: JSON.stringify([{ name: "a", servers: [stub.url] }]),
    RANK_CALL_MS: "10000",
    RANK_BREAKER: { getByName: () => ({ claim: away, report: away, read: away }) },
  });
  const work: Promise<unknown>[] = [];
  const request = { ...requestOf(2), deadlineMs: Date.now() + 20_000 };
  const answer = await climb(request, ladder, (promise) => work.push(promise));
  expect(answer).toMatchObject({ mode: "ranked", reason: "ok" });
  await Promise.all(work);
  expect((await stats()).regions).toEqual({
    "us-east": null,
    "us-west": null,
    "eu-west": null,
    apac: null,
  });
});
