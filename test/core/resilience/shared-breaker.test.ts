import fc from "fast-check";
import { describe, it } from "vitest";

import { type Admitted, closed, type Outcome } from "../../../core/resilience/breaker.ts";
import type {
  BreakerReport,
  RankBreakerService,
  Transition,
} from "../../../core/resilience/breaker-service.ts";
import { SPECIFIED } from "../../../core/resilience/limits.ts";
import { RegionBreakerTable } from "../../../core/resilience/region-breakers.ts";
import { SharedBreaker } from "../../../core/resilience/shared-breaker.ts";
import { ManualTime } from "../../fakes/manual-time.ts";

const SERVER = "http://ranker";

/** A region: its object, which may be away, and isolates that share it. */
class World {
  readonly time = new ManualTime(1_800_000_000_000);
  readonly moved: Transition[] = [];
  readonly #table = new RegionBreakerTable({
    policy: SPECIFIED,
    changed: (transition) => this.moved.push(transition),
  });
  /** How long the object takes; null: for ever. */
  answersMs: number | null = 0;
  calls = { claim: 0, report: 0 };
  #work: Promise<unknown>[] = [];

  readonly #object: RankBreakerService = {
    claim: (backend, known) => {
      this.calls.claim++;
      return this.#answer(() => this.#table.claim(backend, known, this.time.clock.nowMs()));
    },
    report: (report: BreakerReport) => {
      this.calls.report++;
      return this.#answer(() => this.#table.report(report, this.time.clock.nowMs()));
    },
    read: () => this.#answer(() => this.#table.read()),
  };

  get region() {
    return this.#table.read().breakers[SERVER];
  }

  isolate(): SharedBreaker {
    return new SharedBreaker(SERVER, {
      policy: SPECIFIED,
      clock: this.time.clock,
      timer: this.time.timer,
      region: this.#object,
      changed: () => {},
    });
  }

  end(isolate: SharedBreaker, admitted: Admitted | null, outcome: Outcome): void {
    if (admitted !== null) isolate.settle(admitted, outcome, (work) => this.#work.push(work));
  }

  async call(isolate: SharedBreaker, outcome: Outcome): Promise<boolean> {
    const admitted = await isolate.admit();
    this.end(isolate, admitted, outcome);
    await this.settled();
    return admitted !== null;
  }

  async settled(): Promise<void> {
    await this.time.advance(0);
    if (this.answersMs !== null) await Promise.all(this.#work.splice(0));
  }

  async #answer<T>(answer: () => T): Promise<T> {
    if (this.answersMs === null) return new Promise(() => {});
    if (this.answersMs > 0) await this.time.sleep(this.answersMs);
    // As RPC does: nothing of the object itself comes back.
    return structuredClone(answer());
  }
}

describe("breakers of one region", () => {
  it("open on five failures of five isolates, one each", async ({ expect }) => {
    const world = new World();
    const isolates = Array.from({ length: 5 }, () => world.isolate());
    for (const isolate of isolates) {
      expect(world.region?.at ?? "closed").toBe("closed");
      await world.call(isolate, "failure");
    }
    expect(world.region).toMatchObject({ at: "open", trips: 1 });
    expect(isolates.at(-1)?.breaker.at).toBe("open");
    // Who has not failed since goes on, and hears of it with its next failure.
    expect(isolates[0]?.breaker.at).toBe("closed");
    await world.call(isolates[0] ?? world.isolate(), "failure");
    expect(isolates[0]?.breaker.at).toBe("open");
  });

  it("are known to an isolate from its first call", async ({ expect }) => {
    const world = new World();
    const first = world.isolate();
    for (let n = 0; n < 5; n++) await world.call(first, "failure");
    const cold = world.isolate();
    expect(await cold.admit()).toBeNull();
    expect(cold.breaker).toMatchObject({ at: "open", trips: 1 });
  });

  it("send three probes, however many isolates there are", async ({ expect }) => {
    const world = new World();
    const isolates = Array.from({ length: 40 }, () => world.isolate());
    for (const isolate of isolates) await world.call(isolate, "failure");
    await world.time.advance(30_001);
    const probes = await Promise.all(isolates.map((isolate) => isolate.admit()));
    expect(probes.filter((probe) => probe !== null)).toHaveLength(3);
    // Two succeed: the region is closed, and everybody hears of it within a quarter of a second.
    for (const [place, probe] of probes.entries())
      world.end(isolates[place] ?? world.isolate(), probe, "success");
    await world.settled();
    expect(world.region).toMatchObject({ at: "closed", trips: 1 });
    await world.time.advance(250);
    const after = await Promise.all(isolates.map((isolate) => isolate.admit()));
    expect(after.every((admitted) => admitted?.at === "closed")).toBe(true);
    expect(world.moved.map(({ to }) => to)).toEqual(["open", "half-open", "closed"]);
  });

  it("reopen for all on one isolate's failed probe", async ({ expect }) => {
    const world = new World();
    const [a, b] = [world.isolate(), world.isolate()];
    for (let n = 0; n < 5; n++) await world.call(a, "failure");
    await world.call(b, "failure");
    await world.time.advance(30_001);
    const slow = await b.admit();
    expect(await world.call(a, "failure")).toBe(true);
    world.end(b, slow, "success");
    await world.settled();
    expect(world.region).toMatchObject({ at: "open", trips: 2 });
    expect([a.breaker.at, b.breaker.at]).toEqual(["open", "open"]);
  });

  it("cost one report at a time, whatever fails meanwhile", async ({ expect }) => {
    const world = new World();
    const isolate = world.isolate();
    await world.call(isolate, "success");
    world.answersMs = 40;
    const calls = await Promise.all([1, 2, 3, 4].map(() => isolate.admit()));
    for (const admitted of calls) world.end(isolate, admitted, "failure");
    await world.time.advance(100);
    expect(world.calls.report).toBe(2);
    expect(world.region).toMatchObject({ at: "closed", failures: { length: 4 } });
  });
});

it("an isolate that was idle asks before it calls again, however closed it was", async ({
  expect,
}) => {
  const world = new World();
  const [idle, busy] = [world.isolate(), world.isolate()];
  await world.call(idle, "success");
  for (let n = 0; n < 5; n++) await world.call(busy, "failure");
  expect(await idle.admit()).not.toBeNull();
  await world.time.advance(10_000);
  expect(await idle.admit()).toBeNull();
});

describe("an isolate whose region does not answer", () => {
  it("waits 15 ms once, decides alone, and asks again a quarter of a second later", async ({
    expect,
  }) => {
    const world = new World();
    world.answersMs = null;
    const isolate = world.isolate();
    const begun = isolate.admit();
    await world.time.advance(15);
    expect(await begun).toMatchObject({ at: "closed" });
    for (let n = 0; n < 20; n++) await isolate.admit();
    expect(world.calls.claim).toBe(1);
    await world.time.advance(250);
    const again = isolate.admit();
    await world.time.advance(15);
    expect(await again).not.toBeNull();
    expect(world.calls.claim).toBe(2);
  });

  it("opens and probes by itself", async ({ expect }) => {
    const world = new World();
    world.answersMs = null;
    const isolate = world.isolate();
    const admit = async () => {
      const admitted = isolate.admit();
      await world.time.advance(15);
      return admitted;
    };
    for (let n = 0; n < 5; n++) world.end(isolate, await admit(), "failure");
    expect(isolate.breaker.at).toBe("open");
    await world.time.advance(30_001);
    world.end(isolate, await admit(), "success");
    await world.time.advance(250);
    world.end(isolate, await admit(), "success");
    expect(isolate.breaker).toMatchObject({ at: "closed", trips: 1 });
    // And the region takes over what it has missed.
    await world.time.advance(1_000);
    world.answersMs = 0;
    await world.call(isolate, "failure");
    expect(world.region).toMatchObject({ at: "closed", trips: 1 });
  });
});

const act = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant("call" as const), isolate: fc.nat(3) }), weight: 5 },
  {
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      which: fc.nat(20),
      outcome: fc.constantFrom<Outcome>("failure", "failure", "success", "neutral"),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      ms: fc.constantFrom(1, 50, 250, 1_000, 10_000, 30_001),
    }),
    weight: 2,
  },
);

it("never has more than three probes in the region, whoever calls when", async ({ expect }) => {
  let halfOpen = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80, size: "max" }), async (acts) => {
      const world = new World();
      const isolates = Array.from({ length: 4 }, () => world.isolate());
      const underWay: { isolate: SharedBreaker; admitted: Admitted; atMs: number }[] = [];
      for (const one of acts) {
        const nowMs = world.time.clock.nowMs();
        if (one.do === "tick") await world.time.advance(one.ms);
        if (one.do === "call") {
          const isolate = isolates[one.isolate] ?? world.isolate();
          const admitted = await isolate.admit();
          if (admitted !== null) underWay.push({ isolate, admitted, atMs: nowMs });
        }
        if (one.do === "end") {
          const [done] = underWay.splice(one.which % (underWay.length || 1), 1);
          if (done !== undefined) world.end(done.isolate, done.admitted, one.outcome);
          await world.settled();
        }
        const trips = world.region?.trips ?? 0;
        const probes = underWay.filter(
          ({ admitted, atMs }) =>
            admitted.at === "half-open" &&
            admitted.trips === trips &&
            world.time.clock.nowMs() - atMs < SPECIFIED.probeMs,
        );
        expect(probes.length).toBeLessThanOrEqual(world.region?.at === "half-open" ? 3 : 40);
        halfOpen += Number(probes.length > 1);
      }
    }),
    { numRuns: 200 },
  );
  expect(halfOpen).toBeGreaterThan(20);
});

it("a region does not count failures of a generation that is over", ({ expect }) => {
  const table = new RegionBreakerTable({ policy: SPECIFIED, changed: () => {} });
  const known = closed(1);
  const ended = { calls: 5, failures: 5, trips: 0 };
  const report = { backend: SERVER, known, ended, probes: [] };
  expect(table.report(report, 1_000)).toEqual(known);
  const now = { ...report, ended: { ...ended, trips: 1 } };
  expect(table.report(now, 1_000)).toMatchObject({ at: "open", trips: 2 });
});
