import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { Coordinator, type CoordinatorPorts } from "../../../core/regions/coordinator.ts";
import type { CoordinatorService } from "../../../core/regions/coordinator-service.ts";
import type { Region } from "../../../core/regions/regions.ts";
import { ok } from "../../../core/result.ts";
import { evenShardMap } from "../../../core/tao/shard-map.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { MemoryRegister } from "../../fakes/memory-register.ts";

const REGIONS = ["east", "west", "north"];
const initial = evenShardMap(4, new Map(REGIONS.map((region) => [region, 1])));
const SKEW = LIMITS.clockSkewMaxMs;

function coordinators(options: Partial<CoordinatorPorts> = {}) {
  const clock = new ManualClock(1_000_000);
  const register = new MemoryRegister();
  const reports: string[] = [];
  const released: string[] = [];
  const unreachable = new Set<Region>();
  const all = new Map<Region, Coordinator>();
  const of = (region: Region): Coordinator => {
    const known = all.get(region);
    if (known !== undefined) return known;
    const created: Coordinator = new Coordinator(region, {
      clock,
      sleep: () => new Promise(() => {}),
      register,
      initial,
      regions: REGIONS,
      sharesStore: true,
      coordinator: (to): CoordinatorService => {
        if (unreachable.has(to)) throw new Error(`${to} is unreachable`);
        return of(to);
      },
      leader: (shard) => ({
        release: async (epoch) => {
          released.push(`${region} ${shard} ${epoch}`);
          return ok(null);
        },
      }),
      report: (event) => reports.push(event),
      ...options,
    });
    all.set(region, created);
    return created;
  };
  const restart = (region: Region) => all.delete(region);
  return { clock, register, reports, released, unreachable, of, restart };
}

describe("leases of a region", () => {
  it("come with one write for all its shards, and another only once a third is gone", async ({
    expect,
  }) => {
    const { clock, register, of } = coordinators();
    const own = initial.entries.filter(({ leader }) => leader === "east");
    expect(own.length).toBeGreaterThan(1);
    const untilMs = clock.nowMs() + LIMITS.leaseMs;
    const leases = await Promise.all(own.map(({ shard }) => of("east").lease(shard)));
    expect(leases).toEqual(own.map(() => ok({ epoch: 1, fromMs: 0, untilMs })));
    // One that made the register, one that has the leases.
    expect(register.puts).toBe(2);
    clock.advance(LIMITS.leaseRenewMs - 1);
    await of("east").lease(0);
    expect(register.puts).toBe(2);
    clock.advance(1);
    expect(await of("east").lease(0)).toMatchObject({
      value: { untilMs: clock.nowMs() + LIMITS.leaseMs },
    });
    expect(register.puts).toBe(3);
  });

  it("go on to their end while the register is away, also for a leader that restarts", async ({
    expect,
  }) => {
    const { clock, register, of } = coordinators();
    const first = await of("east").lease(0);
    register.isAway = true;
    clock.advance(LIMITS.leaseMs - 1);
    expect(await of("east").lease(0)).toEqual(first);
    clock.advance(1);
    expect(await of("east").lease(0)).toMatchObject({
      error: { code: "unavailable", dependency: "coordinator" },
    });
    register.isAway = false;
    expect((await of("east").lease(0)).ok).toBe(true);
  });

  it("are refused to a region that does not lead, without a write", async ({ expect }) => {
    const { register, of, clock } = coordinators();
    await of("east").lease(0);
    const { puts } = register;
    const refused = await of("west").lease(0);
    expect(refused).toMatchObject({ error: { code: "moved", entry: { leader: "east" } } });
    const { reads } = register;
    expect(await of("west").lease(0)).toEqual(refused);
    expect([register.puts, register.reads]).toEqual([puts, reads]);
    clock.advance(LIMITS.leaseRetryMs);
    await of("west").lease(0);
    expect(register.reads).toBe(reads + 1);
  });

  it("are not granted out of a register of other shards", async ({ expect }) => {
    const { register, of, reports } = coordinators();
    await register.put(evenShardMap(8, new Map([["east", 1]])), null);
    expect((await of("east").lease(0)).ok).toBe(false);
    expect(await of("east").map()).toMatchObject({ error: { code: "unavailable" } });
    expect(reports).toContain("register_failed");
  });
});

describe("a hand-over", () => {
  it("lets the new leader act at once when the old one lets go", async ({ expect }) => {
    const { of, released, clock } = coordinators();
    await of("east").lease(0);
    expect(await of("east").handOver(0, "west")).toMatchObject({
      value: { leader: "west", epoch: 2, notBeforeMs: 0 },
    });
    expect(released).toEqual(["east 0 1"]);
    expect(await of("west").lease(0)).toMatchObject({
      value: { epoch: 2, fromMs: 0, untilMs: clock.nowMs() + LIMITS.leaseMs },
    });
    // Nobody grants the old epoch any more: neither from memory nor after a restart.
    expect(await of("east").lease(0)).toMatchObject({ error: { code: "moved" } });
  });

  it("waits out the lease of a leader that cannot be asked", async ({ expect }) => {
    const { of, unreachable, clock, reports, register } = coordinators();
    await of("west").lease(1);
    const lease = await of("east").lease(0);
    const untilMs = clock.nowMs() + LIMITS.leaseMs;
    unreachable.add("east");
    expect(await of("west").handOver(0, "west")).toMatchObject({
      value: { leader: "west", epoch: 2, notBeforeMs: untilMs + SKEW },
    });
    expect(reports).toContain("leader_not_released");
    expect(await of("west").lease(0)).toMatchObject({ value: { fromMs: untilMs + SKEW } });
    // Whoever waits looks whether the wait was cut short.
    const { reads } = register;
    clock.advance(LIMITS.overloadRetryMs);
    await of("west").lease(0);
    expect(register.reads).toBe(reads + 1);
    clock.advance(-LIMITS.overloadRetryMs);
    // The old region goes on with what it has, and gets no more of it.
    clock.advance(LIMITS.leaseRenewMs - 1);
    expect(await of("east").lease(0)).toEqual(lease);
    clock.advance(1);
    expect(await of("east").lease(0)).toMatchObject({ error: { code: "moved" } });
  });

  it("is asked of whoever coordinates", async ({ expect }) => {
    const { of, register, released, unreachable } = coordinators();
    await of("east").lease(0);
    expect(await of("north").handOver(0, "north")).toMatchObject({ value: { leader: "north" } });
    expect(register.map.coordinator?.region).toBe("east");
    // It has just looked, for the hand-over's sake: that must not keep its own leader waiting.
    expect(await of("north").lease(0)).toMatchObject({ value: { epoch: 2 } });
    expect(released).toEqual(["east 0 1"]);
    unreachable.add("east");
    expect(await of("north").handOver(1, "east")).toMatchObject({ error: { code: "unavailable" } });
  });

  it("is not sent round and round when the coordinating region changes on the way", async ({
    expect,
  }) => {
    const { of, register, clock } = coordinators({
      coordinator: (to) => ({
        handOver: async (shard, region, isForwarded) => {
          if (to === "east") {
            clock.advance(LIMITS.leaseMs + SKEW);
            await of("north").lease(2);
          }
          return of(to).handOver(shard, region, isForwarded);
        },
        release: (shard, epoch) => of(to).release(shard, epoch),
      }),
    });
    await of("east").lease(0);
    expect(await of("north").handOver(0, "north")).toMatchObject({ error: { code: "overloaded" } });
    expect(register.map.coordinator?.region).toBe("north");
    expect(await of("north").handOver(0, "north")).toMatchObject({ value: { leader: "north" } });
  });

  it("does not keep two waiting that take each other for the coordinating one", async ({
    expect,
  }) => {
    const { of, clock } = coordinators({
      coordinator: (to) => ({
        handOver: async (shard, region, isForwarded) => {
          if (to === "east") {
            clock.advance(LIMITS.leaseMs + SKEW);
            await of("north").lease(2);
            crossing.push(of("east").handOver(3, "north"));
          }
          return of(to).handOver(shard, region, isForwarded);
        },
        release: (shard, epoch) => of(to).release(shard, epoch),
      }),
    });
    const crossing: ReturnType<Coordinator["handOver"]>[] = [];
    await of("east").lease(0);
    const answers = [await of("north").handOver(0, "north"), ...(await Promise.all(crossing))];
    expect(answers).toMatchObject([
      { error: { code: "overloaded" } },
      { value: { leader: "north", shard: 3 } },
    ]);
  });

  it("changes nothing when the shard is there already, and says what does not exist", async ({
    expect,
  }) => {
    const { of, register } = coordinators();
    await of("east").lease(0);
    const { revision } = register.map;
    expect(await of("east").handOver(0, "east")).toMatchObject({ value: { epoch: 1 } });
    expect(await of("east").handOver(9, "east")).toMatchObject({ error: { code: "not_found" } });
    expect(await of("east").handOver(0, "mars")).toMatchObject({
      error: { code: "invalid_request", field: "region" },
    });
    expect(register.map.revision).toBe(revision);
  });

  it("is refused when the shard has moved since it was looked at, wherever it is asked for", async ({
    expect,
  }) => {
    const { of, register } = coordinators();
    await of("east").lease(0);
    expect(await of("east").handOver(0, "west", false, 1)).toMatchObject({ value: { epoch: 2 } });
    const { revision } = register.map;
    // Once more, after an answer that was lost: it is there already.
    expect(await of("east").handOver(0, "west", false, 1)).toMatchObject({ value: { epoch: 2 } });
    const overtaken = { error: { code: "conflict", field: "epoch", revision: 2 } };
    expect(await of("east").handOver(0, "north", false, 1)).toMatchObject(overtaken);
    // Another region's coordinator passes on what was seen.
    expect(await of("west").handOver(0, "north", false, 1)).toMatchObject(overtaken);
    expect(register.map.revision).toBe(revision);
    expect(await of("west").handOver(0, "north", false, 2)).toMatchObject({ value: { epoch: 3 } });
  });

  it("is refused where each leader keeps its shard to itself", async ({ expect }) => {
    const { of, register } = coordinators({ sharesStore: false });
    await of("east").lease(0);
    const { revision } = register.map;
    expect(await of("east").handOver(0, "west")).toMatchObject({ error: { code: "conflict" } });
    expect(register.map.revision).toBe(revision);
  });

  it("is not forgotten for an older content that arrives late", async ({ expect }) => {
    const { of, register } = coordinators();
    await of("east").lease(0);
    const { promise, resolve } = Promise.withResolvers<void>();
    register.gate = promise;
    const late = of("east").map();
    for (let turns = 0; turns < 9; turns++) await Promise.resolve();
    register.gate = null;
    expect((await of("east").handOver(0, "west")).ok).toBe(true);
    resolve();
    expect(await late).toMatchObject({ value: { entries: [{ leader: "east" }, {}, {}, {}] } });
    expect(await of("east").lease(0)).toMatchObject({ error: { code: "moved" } });
  });

  it("releases nothing that the register does not say is over", async ({ expect }) => {
    const { of, released, register } = coordinators();
    await of("east").lease(0);
    expect(await of("east").release(0, 1)).toMatchObject({ error: { code: "conflict" } });
    register.isAway = true;
    expect(await of("east").release(0, 0)).toMatchObject({ error: { code: "unavailable" } });
    expect(released).toEqual([]);
  });
});
