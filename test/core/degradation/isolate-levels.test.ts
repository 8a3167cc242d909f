import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import type { Published } from "../../../core/degradation/controller.ts";
import { IsolateLevels } from "../../../core/degradation/isolate-levels.ts";
import type { Level } from "../../../core/degradation/levels.ts";
import { DEFAULT_REGIONS } from "../../../core/regions/regions.ts";
import type { Drain } from "../../../core/regions/traffic.ts";
import type { RegionCounts } from "../../../core/telemetry/region-counts.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

const ROWS = DEFAULT_REGIONS.filter(({ region }) => region !== "eu-west");
const REGIONS = ROWS.map(({ region }) => region);

function isolate(weight?: number) {
  const clock = new ManualClock(1_000_000);
  const world = {
    clock,
    levels: new Map<string, Level>(),
    drains: new Map<string, Drain>(),
    pinned: false,
    away: new Set<string>(),
    came: [] as { region: string; counts: RegionCounts }[],
    hold: null as Promise<void> | null,
  };
  const isolateLevels = new IsolateLevels({
    clock,
    regions: ROWS.map((row) => ({ ...row, weight })),
    report: () => {},
    exchange: async (region, counts): Promise<Published> => {
      await world.hold;
      if (world.away.has(region)) throw new Error("away");
      world.came.push({ region, counts });
      const level = world.levels.get(region) ?? 0;
      const pin = world.pinned ? { level, reason: "", by: "", untilMs: 1e15 } : null;
      const drain = world.drains.get(region);
      return { revision: 1, level, sinceMs: 0, reason: "", pin, ...(drain && { drain }) };
    },
  });
  return { ...world, world, levels: isolateLevels };
}

describe("an isolate", () => {
  it("knows nothing at first, and is in normal operation", ({ expect }) => {
    const { levels } = isolate();
    expect(levels.published("us-east")).toBeNull();
    expect(levels.effects("us-east").level).toBe(0);
    expect(levels.isDue("us-east")).toBe(true);
    expect(levels.isDue("nowhere")).toBe(false);
  });

  it("asks once a second at most, and never twice at once", async ({ expect }) => {
    const { levels, clock, world } = isolate();
    const held = Promise.withResolvers<void>();
    world.hold = held.promise;
    const asking = levels.exchange("us-east");
    clock.advance(LIMITS.sharedWorkLostMs - 1);
    expect(levels.isDue("us-east")).toBe(false);
    // Its request may have ended before it: another one asks.
    clock.advance(1);
    expect(levels.isDue("us-east")).toBe(true);
    held.resolve();
    await asking;
    expect(levels.isDue("us-east")).toBe(true);
    await levels.exchange("us-east");
    clock.advance(999);
    expect(levels.isDue("us-east")).toBe(false);
    clock.advance(1);
    expect(levels.isDue("us-east")).toBe(true);
  });

  it("brings what it counted, once", async ({ expect }) => {
    const { levels, world } = isolate();
    levels.count("us-east", "tao_reads", 3);
    levels.time("us-east", "tao_read_ms", 100);
    levels.count("apac", "tao_reads", 7);
    await levels.exchange("us-east");
    await levels.exchange("us-east");
    expect(world.came.map(({ counts }) => counts.counters)).toEqual([{ tao_reads: 3 }, {}]);
    expect(world.came[0]?.counts.timings.tao_read_ms).toMatchObject({ sumMs: 100 });
  });

  it("keeps a level that it cannot renew for a minute, and then lets go of it", async ({
    expect,
  }) => {
    const { levels, clock, world } = isolate();
    world.levels.set("us-east", 3);
    await levels.exchange("us-east");
    world.away.add("us-east");
    await levels.exchange("us-east");
    clock.advance(60_000);
    expect(levels.level("us-east")).toBe(3);
    clock.advance(1);
    expect(levels.level("us-east")).toBe(0);
  });

  it("does not bring counts again that did not arrive", async ({ expect }) => {
    const { levels, world } = isolate();
    levels.count("us-east", "tao_reads", 3);
    world.away.add("us-east");
    await levels.exchange("us-east");
    world.away.clear();
    await levels.exchange("us-east");
    expect(world.came[0]?.counts.counters).toEqual({});
  });
});

describe("a read-only region", () => {
  it("lets one write a second through, as a sample", async ({ expect }) => {
    const { levels, clock, world } = isolate();
    expect(levels.admitsWrite("us-east")).toBe(true);
    world.levels.set("us-east", 3);
    await levels.exchange("us-east");
    expect(levels.admitsWrite("us-east")).toBe(true);
    expect(levels.admitsWrite("us-east")).toBe(false);
    clock.advance(999);
    expect(levels.admitsWrite("us-east")).toBe(false);
    clock.advance(1);
    expect(levels.admitsWrite("us-east")).toBe(true);
  });

  it("lets none through while it is pinned", async ({ expect }) => {
    const { levels, world } = isolate();
    world.levels.set("us-east", 3);
    world.pinned = true;
    await levels.exchange("us-east");
    expect(levels.admitsWrite("us-east")).toBe(false);
  });
});

describe("a failed-over region", () => {
  it("is served by the next one, by that one's level, and what is old is shown", async ({
    expect,
  }) => {
    const { levels, world } = isolate();
    world.levels.set("us-east", 4).set("us-west", 1);
    for (const region of REGIONS) await levels.exchange(region);
    expect(levels.route("us-east")).toBe("us-west");
    expect(levels.route("apac")).toBe("apac");
    expect(levels.effects("us-east")).toMatchObject({
      level: 4,
      allowStale: true,
      readOnly: false,
      ranking: { atMost: "cached-scores" },
    });
  });

  it("says that it is read-only where its backup is", async ({ expect }) => {
    const { levels, world } = isolate();
    world.levels.set("us-east", 4).set("us-west", 3);
    for (const region of REGIONS) await levels.exchange(region);
    expect(levels.effects("us-east")).toMatchObject({ level: 3, readOnly: true });
  });

  it("is one that could not be reached for six seconds; it comes back after thirty", async ({
    expect,
  }) => {
    const { levels, clock, world } = isolate();
    world.away.add("us-east");
    for (let second = 0; second < 6; second++) {
      await levels.exchange("us-east");
      clock.advance(1_000);
    }
    expect(levels.route("us-east")).toBe("us-east");
    await levels.exchange("us-east");
    expect(levels.route("us-east")).toBe("us-west");
    world.away.clear();
    for (let second = 0; second < 30; second++) {
      clock.advance(1_000);
      await levels.exchange("us-east");
    }
    expect(levels.route("us-east")).toBe("us-west");
    clock.advance(1_000);
    await levels.exchange("us-east");
    expect(levels.route("us-east")).toBe("us-east");
  });

  it("that comes back gets its viewers within a minute, not at once", async ({ expect }) => {
    const { levels, clock, world } = isolate();
    world.away.add("us-east");
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1_000);
        await levels.exchange("us-east");
      }
    };
    await pass(11);
    expect(levels.share("us-east")).toBe(0);
    world.away.clear();
    await pass(30);
    expect(levels.share("us-east")).toBe(0);
    await pass(31);
    expect(levels.share("us-east")).toBe(0.5);
    const order = ["us-east", "us-west", "apac"] as const;
    const served = Array.from({ length: 500 }, (_, n) => levels.serving(order, `${n}`));
    const home = served.filter((region) => region === "us-east").length;
    expect(home).toBeGreaterThan(200);
    expect(home).toBeLessThan(300);
    await pass(30);
    expect(levels.share("us-east")).toBe(1);
  });
});

describe("a region's share", () => {
  it("is its row's weight, less what an operator moved away", async ({ expect }) => {
    const { levels, clock, world } = isolate();
    expect(levels.share("us-east")).toBe(1);
    const sinceMs = clock.nowMs();
    const drain = { keep: 0, from: 1, sinceMs, untilMs: sinceMs + 600_000, reason: "", by: "" };
    world.drains.set("us-east", drain);
    await levels.exchange("us-east");
    clock.advance(15_000);
    expect(levels.share("us-east")).toBe(0.75);
    expect(isolate(0.4).levels.share("us-east")).toBe(0.4);
    // Nothing is wrong with it: whoever is served elsewhere has that one's level, and no banner.
    expect(levels.effects("us-east", "us-west").level).toBe(0);
  });

  it("of a region that does not exist is nothing", ({ expect }) => {
    expect(isolate().levels.share("mars")).toBe(0);
  });
});
