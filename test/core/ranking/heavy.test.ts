import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import type { RankerReply } from "../../../core/ranking/ranker-call.ts";
import {
  type Behaviour,
  hung,
  poolOf,
  RankingWorld,
  replying,
  requestOf,
  scoredBy,
  well,
} from "../../fakes/ranking-world.ts";

const [ONE, TWO] = ["http://one", "http://two"] as const;
const failuresOf = (world: RankingWorld, server: string = ONE) => {
  const { breaker } = world.breaker(server);
  return breaker.at === "closed" ? breaker.failures.length : breaker.at;
};

describe("one call of a ranker", () => {
  it("answers with the model's probabilities, and leaves no timer", async ({ expect }) => {
    const world = new RankingWorld();
    expect(await world.score(2)).toMatchObject({ ok: true, model: "heavy-1" });
    expect(world.asked).toMatchObject([{ server: ONE, rows: 2, budgetMs: 50, viewerId: "7" }]);
    expect([world.time.timers, world.cancelled, failuresOf(world)]).toEqual([0, 0, 0]);
  });

  it("fails after 50 ms exactly, and is ended", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, (question) => ({ afterMs: 49, reply: scoredBy(question) }));
    expect(await world.score()).toMatchObject({ ok: true });
    world.behaviours.set(ONE, hung);
    const beganMs = world.time.clock.nowMs();
    expect(await world.score()).toEqual({ ok: false, reason: "timeout" });
    expect(world.time.clock.nowMs() - beganMs).toBe(50);
    await world.time.advance(LIMITS.rankOutwaitMs);
    expect([world.time.timers, world.cancelled, failuresOf(world)]).toEqual([0, 1, 1]);
  });

  it("goes on when it is late, to be timed: a few at once, and no others", async ({ expect }) => {
    const world = new RankingWorld();
    const slow: Behaviour = (question) => ({ afterMs: 180, reply: scoredBy(question) });
    world.behaviours.set(ONE, slow);
    const taken = () => world.heavy.outwaited.take("us-east");
    await world.score();
    expect([world.cancelled, taken()]).toEqual([0, []]);
    await world.time.advance(130);
    expect([taken(), taken()]).toEqual([[180], []]);

    // Of a hung one it is known that it takes that long at least.
    world.behaviours.set(ONE, hung);
    await world.score();
    await world.time.advance(LIMITS.rankOutwaitMs);
    expect([world.cancelled, taken()]).toEqual([1, [50 + LIMITS.rankOutwaitMs]]);

    world.behaviours.set(ONE, (question) => ({
      afterMs: 180,
      reply: { kind: "error", detail: String(question.rows) },
    }));
    await world.score();
    await world.time.advance(200);
    expect([world.cancelled, taken()]).toEqual([1, []]);
  });

  it("is ended when it is late where enough others are timed, or nobody waited", async ({
    expect,
  }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, hung);
    const { heavy } = world;
    await world.rank(3, { isAfterwards: true });
    expect([world.cancelled, world.time.timers]).toEqual([1, 0]);
    const never = { reply: new Promise<RankerReply>(() => {}), cancel: () => {} };
    for (let n = 0; n < LIMITS.rankOutwaitMax; n++)
      void heavy.outwaited.wait("us-east", never, world.time.clock.nowMs());
    await world.score();
    expect(world.cancelled).toBe(2);
    // Those that the platform dropped with their requests take no place for ever.
    await world.time.advance(2 * LIMITS.rankOutwaitMs);
    await world.score();
    expect(world.cancelled).toBe(2);
  });

  it("is no failure when its caller had less time", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, hung);
    expect(await world.score(3, 49)).toEqual({ ok: false, reason: "no_time" });
    expect([world.cancelled, failuresOf(world)]).toEqual([1, 0]);
    expect(world.asked[0]?.budgetMs).toBe(49);
  });

  it.for<[RankerReply, string, number]>([
    [{ kind: "error", detail: "500" }, "error", 1],
    [{ kind: "bad_answer", detail: "too few" }, "bad_answer", 1],
    [{ kind: "refused", status: 400 }, "error", 0],
    [{ kind: "mismatch" }, "schema_mismatch", 0],
    [{ kind: "shed", why: "queue", load: 900 }, "shed", 0],
    [{ kind: "shed", why: "draining", load: 0 }, "shed", 0],
  ])("that ends with %j has reason %s", async ([reply, reason, failures], { expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, replying(reply));
    expect(await world.score()).toEqual({ ok: false, reason });
    expect(failuresOf(world)).toBe(failures);
  });

  it("does not go out while the breaker is open, and is a probe afterwards", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, hung);
    for (let n = 0; n < 5; n++) await world.score();
    expect(failuresOf(world)).toBe("open");
    expect(await world.score()).toEqual({ ok: false, reason: "breaker_open" });
    expect(world.asked).toHaveLength(5);
    world.behaviours.set(ONE, well);
    await world.time.advance(30_001);
    expect(await world.score()).toMatchObject({ ok: true });
    expect(failuresOf(world)).toBe("half-open");
    expect(await world.score()).toMatchObject({ ok: true });
    expect(failuresOf(world)).toBe(0);
  });
});

describe("several rankers", () => {
  const world = (policy = {}) => new RankingWorld([poolOf("a", ONE, TWO)], policy);

  it("carry on when one's breaker is open", async ({ expect }) => {
    const two = world();
    two.behaviours.set(ONE, replying({ kind: "error", detail: "500" }));
    const answers = [];
    for (let n = 0; n < 12; n++) answers.push((await two.score()).ok);
    expect(answers.filter((ok) => !ok).length).toBeLessThanOrEqual(5);
    expect(answers.slice(-6)).toEqual(Array(6).fill(true));
  });

  it("are not asked while they drain; when all do, the reason says so", async ({ expect }) => {
    const two = world();
    two.behaviours.set(ONE, replying({ kind: "shed", why: "draining", load: 0 }));
    await two.score();
    for (let n = 0; n < 5; n++) expect(await two.score()).toMatchObject({ ok: true });
    two.behaviours.set(TWO, replying({ kind: "shed", why: "draining", load: 0 }));
    await two.score();
    const asked = two.asked.length;
    expect(await two.score()).toEqual({ ok: false, reason: "shed" });
    expect(two.asked).toHaveLength(asked);
    // Looked at again after a while, by whoever comes.
    two.behaviours.clear();
    await two.time.advance(5_000);
    expect(await two.score()).toMatchObject({ ok: true });
  });

  it("of another pool answer when a pool has nobody", async ({ expect }) => {
    const pools = new RankingWorld([poolOf("a", ONE), poolOf("b", TWO)]);
    pools.behaviours.set(ONE, hung);
    for (let n = 0; n < 12; n++) await pools.score();
    // Its turns went to the other one before its breaker opened.
    expect(failuresOf(pools)).toBe(LIMITS.ejectAfter);
    for (let n = 0; n < 6; n++) expect(await pools.score()).toMatchObject({ ok: true });
  });

  it("are asked whether they are ready when they were not heard of", async ({ expect }) => {
    const two = world();
    two.ready = false;
    await two.score();
    await two.score();
    // The first was asked to score meanwhile; the other was asked nothing but this.
    const awayUntilMs = () => two.heavy.servers.healthOf(TWO).awayUntilMs;
    expect(awayUntilMs()).toBeGreaterThan(0);
    two.ready = true;
    await two.time.advance(5_000);
    await two.score();
    await two.score();
    expect(awayUntilMs()).toBe(0);
  });
});

describe("a second request", () => {
  const world = (hedgeShare: number) =>
    new RankingWorld([poolOf("a", ONE, TWO)], { hedgeShare, hedgeAfterMs: 25 });

  it("goes to another ranker after 25 ms, and the first answer counts", async ({ expect }) => {
    const two = world(1);
    two.behaviours.set(ONE, hung);
    const beganMs = two.time.clock.nowMs();
    expect(await two.score()).toMatchObject({ ok: true });
    expect(two.time.clock.nowMs() - beganMs).toBe(30);
    expect(two.asked.map(({ server, budgetMs }) => [server, budgetMs])).toEqual([
      [ONE, 50],
      [TWO, 25],
    ]);
    expect(two.counters.read().counts.hedges).toEqual({ sent: 1, won: 1, refused: 0 });
    // The first was called off: that is no failure of it.
    expect([two.cancelled, failuresOf(two), two.time.timers]).toEqual([1, 0, 0]);
  });

  it("is called off when the first answers after all", async ({ expect }) => {
    const two = world(1);
    two.behaviours.set(ONE, (question) => ({ afterMs: 40, reply: scoredBy(question, "first") }));
    two.behaviours.set(TWO, hung);
    expect(await two.score()).toMatchObject({ ok: true, model: "first" });
    expect(two.counters.read().counts.hedges).toEqual({ sent: 1, won: 0, refused: 0 });
    expect([failuresOf(two, TWO), two.time.timers]).toEqual([0, 0]);
  });

  it("cannot make a call longer than 50 ms; the first counts as timed out", async ({ expect }) => {
    const two = world(1);
    two.behaviours.set(ONE, hung);
    two.behaviours.set(TWO, hung);
    const beganMs = two.time.clock.nowMs();
    expect(await two.score()).toEqual({ ok: false, reason: "timeout" });
    expect(two.time.clock.nowMs() - beganMs).toBe(50);
    expect([failuresOf(two, ONE), failuresOf(two, TWO)]).toEqual([1, 0]);
  });

  it("goes out at once when the first fails, whose breaker hears of it", async ({ expect }) => {
    const two = world(1);
    two.behaviours.set(ONE, replying({ kind: "error", detail: "500" }));
    expect(await two.score()).toMatchObject({ ok: true });
    expect([two.asked.length, failuresOf(two, ONE)]).toEqual([2, 1]);
  });

  it("goes out for 2 % of calls", async ({ expect }) => {
    const two = world(0.02);
    for (const server of [ONE, TWO])
      two.behaviours.set(server, (question) => ({ afterMs: 40, reply: scoredBy(question) }));
    for (let n = 0; n < 500; n++) await two.score(1);
    const { sent, refused } = two.counters.read().counts.hedges;
    expect([sent, sent + refused]).toEqual([10, 500]);
    expect(two.asked).toHaveLength(510);
  });
});

describe("throttling", () => {
  it("takes a burst of calls that have no answer yet for no overload", async ({ expect }) => {
    const world = new RankingWorld();
    const { region, viewerId, schema, ...matrices } = requestOf(2);
    const untilMs = world.time.clock.nowMs() + 1_000;
    const question = { region, viewerId, schema, rows: 2, matrices, untilMs };
    const answers = Array.from({ length: 40 }, () => world.heavy.score(question, () => {}));
    await world.time.advance(5);
    expect((await Promise.all(answers)).filter(({ ok }) => !ok)).toEqual([]);
    expect(world.counters.read().counts.calls).toEqual({ scored: 40 });
  });

  it("spares rankers that refuse, and asks them again within seconds", async ({ expect }) => {
    const world = new RankingWorld();
    world.behaviours.set(ONE, replying({ kind: "shed", why: "queue", load: 900 }, 1));
    for (let n = 0; n < 40; n++) expect(await world.score()).toEqual({ ok: false, reason: "shed" });
    expect(world.asked.length).toBeLessThan(20);
    world.behaviours.set(ONE, well);
    await world.time.advance(5_000);
    expect(await world.score()).toMatchObject({ ok: true });
  });
});
