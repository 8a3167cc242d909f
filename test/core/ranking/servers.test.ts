import { describe, it } from "vitest";

import { Servers } from "../../../core/ranking/balance/servers.ts";
import { type Breaker, closed } from "../../../core/resilience/breaker.ts";
import type { RankBreakerService } from "../../../core/resilience/breaker-service.ts";
import { SPECIFIED } from "../../../core/resilience/limits.ts";
import { SharedBreaker } from "../../../core/resilience/shared-breaker.ts";
import { ManualTime } from "../../fakes/manual-time.ts";
import { poolOf } from "../../fakes/ranking-world.ts";

const SERVERS = Array.from({ length: 16 }, (_, n) => `http://s${n}`);

/** An isolate that has just begun, and a region that takes a while to say what it knows of each server. */
function begun(answerMs: number, known: (server: string) => Breaker) {
  const time = new ManualTime(1_800_000_000_000);
  const claims = { count: 0 };
  const region: RankBreakerService = {
    claim: async (server) => {
      claims.count++;
      await time.sleep(answerMs);
      const breaker = known(server);
      const isClosed = breaker.at === "closed";
      const admitted = isClosed ? ({ trips: 0, at: "closed", probe: null } as const) : null;
      return { admitted, retryAfterMs: 0, breaker };
    },
    report: async ({ known: breaker }) => breaker,
    read: async () => ({ breakers: {}, history: [] }),
  };
  const { clock, timer } = time;
  const ports = { policy: SPECIFIED, clock, timer, region, changed: () => {} };
  const breakers = new Map(SERVERS.map((server) => [server, new SharedBreaker(server, ports)]));
  const pools = [poolOf("a", ...SERVERS)];
  const servers = new Servers({
    pools,
    breakerFor: (_, server) => breakers.get(server) ?? new SharedBreaker(server, ports),
    clock,
    random: { next: () => 0 },
  });
  const pick = async (budgetMs: number) => {
    const untilMs = clock.nowMs() + budgetMs;
    const state = { isDone: false };
    const picked = servers
      .pick(pools, { region: "us-east", viewerId: "7", rows: 1, untilMs })
      .finally(() => (state.isDone = true));
    for (let ms = 0; ms < 1_000 && !state.isDone; ms++) await time.advance(1);
    return { picked: await picked, leftMs: untilMs - clock.nowMs() };
  };
  return { pick, claims, time };
}

const open: Breaker = { at: "open", trips: 1, sinceMs: 1_800_000_000_000 };

describe("an isolate that begins while breakers are open", () => {
  it("asks its region about one server after another only while there is time for a call", async ({
    expect,
  }) => {
    const { picked, leftMs } = await begun(10, () => open).pick(57);
    expect(picked).toBeNull();
    expect(leftMs).toBeGreaterThanOrEqual(10);
  });

  it("asks for one probe at most, when all have been open for long", async ({ expect }) => {
    const { pick, claims, time } = begun(0, () => open);
    await pick(1_000);
    expect(claims.count).toBe(SERVERS.length);
    await time.advance(31_000);
    expect((await pick(1_000)).picked).toBeNull();
    expect(claims.count).toBe(SERVERS.length + 1);
  });

  it("finds the one that is closed", async ({ expect }) => {
    const world = begun(10, (server) => (server === "http://s2" ? closed() : open));
    expect((await world.pick(57)).picked?.server).toBe("http://s2");
  });
});
