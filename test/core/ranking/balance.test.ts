import fc from "fast-check";
import { describe, it } from "vitest";

import { chooseLeast, chooseSticky, usable } from "../../../core/ranking/balance/choose.ts";
import { nextTurn, type Pool, type Turns } from "../../../core/ranking/balance/pools.ts";
import {
  begun,
  ended,
  isAway,
  isEjected,
  loadOf,
  type ServerHealth,
  UNKNOWN_SERVER,
} from "../../../core/ranking/balance/server-health.ts";
import {
  estimateMs,
  NO_ESTIMATE,
  observed,
} from "../../../core/ranking/balance/service-estimate.ts";
import { NO_HEDGES, withCall, withHedge } from "../../../core/resilience/hedge-budget.ts";

const T = 1_800_000_000_000;
const pool = (name: string, weights: Pool["weights"]): Pool => ({
  name,
  servers: [`http://${name}`],
  weights,
  pick: "least",
});
const drawing = (numbers: readonly number[]) => {
  let place = 0;
  return { next: () => numbers[place++ % numbers.length] ?? 0 };
};
const servers = (healths: readonly Partial<ServerHealth>[]) =>
  healths.map((health, n) => ({ server: `s${n}`, health: { ...UNKNOWN_SERVER, ...health } }));

describe("weighted round robin", () => {
  it("gives each pool its share of any run of turns, spread out", ({ expect }) => {
    const weights = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 60 }), (drawn, count) => {
        const total = drawn.reduce((sum, weight) => sum + weight, 0);
        const pools = drawn.map((weight, n) => pool(`p${n}`, { "us-east": weight }));
        let turns: Turns = {};
        const had = new Map<string, number>();
        for (let turn = 0; turn < count; turn++) {
          const next = nextTurn(pools, "us-east", turns);
          turns = next.turns;
          const [first] = next.order;
          if (first !== undefined) had.set(first.name, (had.get(first.name) ?? 0) + 1);
        }
        for (const [n, weight] of drawn.entries()) {
          const due = total === 0 ? 0 : (count * weight) / total;
          // Never a whole turn for each other pool ahead or behind.
          expect(Math.abs((had.get(`p${n}`) ?? 0) - due)).toBeLessThan(Math.max(1, drawn.length));
        }
      }),
    );
  });

  it("turns a b a c a, not a a a b c", ({ expect }) => {
    const pools = [pool("a", { "*": 3 }), pool("b", { "*": 1 }), pool("c", { "*": 1 })];
    let turns: Turns = {};
    const order = Array.from({ length: 5 }, () => {
      const next = nextTurn(pools, "apac", turns);
      turns = next.turns;
      return next.order[0]?.name;
    });
    expect(order.join(" ")).toBe("a b a c a");
  });

  it("asks a region's own pools only, and the others after the one whose turn it is", ({
    expect,
  }) => {
    const pools = [
      pool("east", { "us-east": 9, "*": 1 }),
      pool("west", { "us-west": 1, "us-east": 1 }),
      pool("none", {}),
    ];
    const order = (region: string) => nextTurn(pools, region, {}).order.map(({ name }) => name);
    expect(order("us-east")).toEqual(["east", "west"]);
    expect(order("apac")).toEqual(["east"]);
  });
});

describe("pools with servers that are not well", () => {
  const pools = [pool("a", { "*": 3 }), pool("b", { "*": 1 })];
  const shareOfA = (wellOfA: number, wellOfB = 1) => {
    let turns: Turns = {};
    let had = 0;
    for (let turn = 0; turn < 1_000; turn++) {
      const well = ({ name }: Pool) => (name === "a" ? wellOfA : wellOfB);
      const next = nextTurn(pools, "apac", turns, well);
      turns = next.turns;
      if (next.order[0]?.name === "a") had++;
    }
    return had / 1_000;
  };

  it("keep their turns while the rest can carry them, and then have fewer", ({ expect }) => {
    expect(shareOfA(1)).toBe(0.75);
    expect(shareOfA(0.75)).toBe(0.75);
    // 3 x 1.4 x 0.5 = 2.1 of 3.1.
    expect(shareOfA(0.5)).toBeCloseTo(2.1 / 3.1, 2);
    expect(shareOfA(0)).toBe(0);
  });

  it("are used by their weights when none is well anywhere", ({ expect }) => {
    expect(shareOfA(0, 0)).toBe(0.75);
  });

  it("save no turns up for when they are well again", ({ expect }) => {
    let turns: Turns = {};
    for (let turn = 0; turn < 100; turn++)
      ({ turns } = nextTurn(pools, "apac", turns, ({ name }) => (name === "a" ? 0 : 1)));
    const firsts = Array.from({ length: 8 }, () => {
      const next = nextTurn(pools, "apac", turns);
      turns = next.turns;
      return next.order[0]?.name;
    });
    expect(firsts.filter((name) => name === "a")).toHaveLength(6);
  });
});

describe("the choice of a server", () => {
  it("is the one with less to do, of two", ({ expect }) => {
    const two = servers([{ load: 500, heardMs: T }, { outstandingRows: 499 }]);
    for (const numbers of [
      [0, 0],
      [0.9, 0.9],
      [0, 0.9],
      [0.9, 0],
    ])
      expect(chooseLeast(two, T, drawing(numbers))?.server).toBe("s1");
    expect(chooseLeast([], T, drawing([0]))).toBeNull();
  });

  it("forgets what a server said of its load as time goes by", ({ expect }) => {
    const health = { ...UNKNOWN_SERVER, load: 800, heardMs: T };
    expect([T, T + 1_000, T + 3_000].map((ms) => loadOf(health, ms))).toEqual([800, 400, 100]);
  });

  it("passes over who drains and who is ejected, until too few are left", ({ expect }) => {
    const names = (all: Parameters<typeof usable>[0]) => usable(all, T).map(({ server }) => server);
    const bad = { ejectedUntilMs: T + 1 };
    expect(names(servers([{}, { awayUntilMs: T + 1 }, bad, {}]))).toEqual(["s0", "s3"]);
    // Half are well: they carry it. Fewer: everybody does, but who drains.
    expect(names(servers([{}, bad, bad, {}]))).toEqual(["s0", "s3"]);
    expect(names(servers([{}, bad, bad]))).toEqual(["s0", "s1", "s2"]);
    expect(names(servers([bad, { awayUntilMs: T + 1 }]))).toEqual(["s0"]);
  });
});

describe("a sticky pool", () => {
  const viewers = Array.from({ length: 400 }, (_, n) => String(n));
  const placesOf = (all: ReturnType<typeof servers>) =>
    viewers.map((viewer) => chooseSticky(all, viewer, 0, T)?.server);

  it("spreads viewers, and moves only those of a server that is gone", ({ expect }) => {
    const all = servers([{}, {}, {}, {}]);
    const before = placesOf(all);
    for (const { server } of all) {
      const share = before.filter((place) => place === server).length / viewers.length;
      expect(share).toBeGreaterThan(0.15);
    }
    const after = placesOf(all.slice(0, 3));
    for (const [viewer, place] of before.entries())
      if (place !== "s3") expect(after[viewer]).toBe(place);
  });

  it("never loads a server beyond a quarter over the mean", ({ expect }) => {
    const loads = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(loads, fc.nat(200), fc.string(), (drawn, rows, viewer) => {
        const all = servers(drawn.map((load) => ({ outstandingRows: load })));
        const chosen = chooseSticky(all, viewer, rows, T);
        const mean = (drawn.reduce((sum, load) => sum + load, 0) + rows) / drawn.length;
        const load = (chosen?.health.outstandingRows ?? 0) + rows;
        const roomy = drawn.some((other) => other + rows <= 1.25 * mean);
        // Where one row more is too much for everybody, the viewer's first has it.
        expect(load <= 1.25 * mean || !roomy).toBe(true);
      }),
    );
  });
});

describe("a server's health", () => {
  const after = (kinds: readonly ("failed" | "answered" | "quiet")[], nowMs = T) =>
    kinds.reduce<ServerHealth>((health, kind) => {
      const news = kind === "answered" ? ({ kind, load: 7 } as const) : ({ kind } as const);
      return ended(begun(health, 10), 10, news, nowMs);
    }, UNKNOWN_SERVER);

  it("ejects on the third failure in a row, and not for what nobody waited for", ({ expect }) => {
    expect(isEjected(after(["failed", "failed", "quiet"]), T)).toBe(false);
    expect(isEjected(after(["failed", "failed", "answered", "failed"]), T)).toBe(false);
    const ejected = after(["failed", "failed", "failed"]);
    expect([T + 9_999, T + 10_000].map((ms) => isEjected(ejected, ms))).toEqual([true, false]);
  });

  it("ejects for longer each time, up to a minute", ({ expect }) => {
    let health = after(["failed", "failed"]);
    let nowMs = T;
    const lengths = Array.from({ length: 8 }, () => {
      health = ended(health, 0, { kind: "failed" }, nowMs);
      const length = health.ejectedUntilMs - nowMs;
      nowMs = health.ejectedUntilMs;
      return length / 1_000;
    });
    expect(lengths).toEqual([10, 20, 30, 40, 50, 60, 60, 60]);
  });

  it("forgets one ejection for each ten seconds without one, and an answer ends the one it is in", ({
    expect,
  }) => {
    const thrice: ServerHealth = { ...UNKNOWN_SERVER, ejections: 3, ejectedUntilMs: T + 9_000 };
    const well = ended(thrice, 0, { kind: "answered", load: 7 }, T);
    expect(isEjected(well, T)).toBe(false);
    const lengthOf = (atMs: number) => {
      const failing = { ...well, failures: 2 };
      return ended(failing, 0, { kind: "failed" }, atMs).ejectedUntilMs - atMs;
    };
    const after10 = [0, 9_999, 10_000, 29_999, 30_000, 900_000].map((ms) => lengthOf(T + ms));
    expect(after10).toEqual([40_000, 40_000, 30_000, 20_000, 10_000, 10_000]);
  });

  it("stays ejected though it says that it is ready, unless it had gone quiet", ({ expect }) => {
    const ejected = after(["failed", "failed", "failed"]);
    const saysReady = ended(ejected, 0, { kind: "ready" }, T + 5_000);
    expect(isEjected(saysReady, T + 9_999)).toBe(true);
    // Its next failure, after that, is enough.
    expect(isEjected(ended(saysReady, 0, { kind: "failed" }, T + 10_000), T + 29_999)).toBe(true);
    const gone = ended(ejected, 0, { kind: "silent" }, T + 5_000);
    expect(isEjected(gone, T + 9_999)).toBe(true);
    const restarted = ended(gone, 0, { kind: "ready" }, T + 7_000);
    expect(isEjected(restarted, T + 7_000)).toBe(false);
    expect(isEjected(ended(restarted, 0, { kind: "failed" }, T + 7_000), T + 7_001)).toBe(false);
  });

  it("stays away while it drains, though it answers what it had taken", ({ expect }) => {
    const draining = ended(UNKNOWN_SERVER, 0, { kind: "draining" }, T);
    const answered = ended(draining, 0, { kind: "answered", load: 0 }, T + 1);
    expect(isAway(answered, T + 4_999)).toBe(true);
    expect(isAway(answered, T + 5_000)).toBe(false);
    expect(isAway(ended(answered, 0, { kind: "ready" }, T + 2), T + 2)).toBe(false);
  });

  it("counts rows that are on their way, and those alone", ({ expect }) => {
    expect(begun(after(["failed", "answered", "quiet"]), 25).outstandingRows).toBe(25);
  });
});

describe("the estimate of a call", () => {
  it("follows what calls took, per row, and fades so that nobody is locked out", ({ expect }) => {
    let estimate = NO_ESTIMATE;
    expect(estimateMs(estimate, 500, T)).toBe(2);
    estimate = observed(estimate, 500, 52, T);
    expect(estimateMs(estimate, 500, T)).toBeCloseTo(52);
    expect(estimateMs(estimate, 100, T)).toBeCloseTo(12);
    for (let n = 0; n < 40; n++) estimate = observed(estimate, 100, 4, T);
    expect(estimateMs(estimate, 500, T)).toBeCloseTo(12, 0);
    const slow = observed(NO_ESTIMATE, 100, 5_002, T);
    expect(estimateMs(slow, 100, T + 50_000)).toBeLessThan(10);
  });
});

it("hedges stay within their share of calls, and a burst's worth more", ({ expect }) => {
  const share = fc.constantFrom(0.01, 0.02, 0.1);
  fc.assert(
    fc.property(share, fc.array(fc.boolean(), { maxLength: 2_000 }), (part, wants) => {
      let [budget, sent] = [NO_HEDGES, 0];
      for (const [calls, wanted] of wants.entries()) {
        budget = withCall(budget, part);
        const next = wanted ? withHedge(budget) : null;
        if (next !== null) [budget, sent] = [next, sent + 1];
        expect(sent).toBeLessThanOrEqual((calls + 1) * part + 1e-6);
      }
    }),
  );
  // Asked for all the time, nearly all of the share is used.
  let [budget, sent] = [NO_HEDGES, 0];
  for (let calls = 0; calls < 1_000; calls++) {
    budget = withCall(budget, 0.02);
    const next = withHedge(budget);
    if (next !== null) [budget, sent] = [next, sent + 1];
  }
  expect(sent).toBeGreaterThanOrEqual(19);
});
