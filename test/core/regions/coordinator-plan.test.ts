import fc from "fast-check";
import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import {
  coordinate,
  endWait,
  extendLeases,
  isFresh,
  leaseOf,
  mayCoordinate,
  moveLeader,
} from "../../../core/regions/coordinator-plan.ts";
import { isInForce } from "../../../core/tao/lease.ts";
import { evenShardMap, type ShardMap } from "../../../core/tao/shard-map.ts";

const REGIONS = ["east", "west", "north"];
const SKEW = LIMITS.clockSkewMaxMs;
const first = evenShardMap(6, new Map(REGIONS.map((region) => [region, 1])));

const region = fc.constantFrom(...REGIONS);
const step = fc.record({
  what: fc.constantFrom("extend", "move", "end"),
  region,
  shard: fc.nat(5),
  passMs: fc.nat(2 * LIMITS.leaseMs),
});
/** A map somewhere in its life, and the moment. */
const lived = fc.array(step, { maxLength: 30 }).map((steps) => {
  let map: ShardMap = first;
  let nowMs = 1_000_000;
  for (const { what, region: by, shard, passMs } of steps) {
    nowMs += passMs;
    const before = map.entries[shard];
    if (what === "extend") map = extendLeases(map, by, nowMs);
    else if (before !== undefined && before.leader !== by) {
      map = moveLeader(map, shard, by);
      if (what === "end") map = endWait(map, before);
    }
  }
  return { map, nowMs };
});

describe("what coordinators decide", () => {
  it("extends the leases of one region alone, and shortens none", ({ expect }) => {
    fc.assert(
      fc.property(lived, region, fc.integer({ min: -50_000, max: 50_000 }), (at, by, offMs) => {
        const next = extendLeases(at.map, by, at.nowMs + offMs);
        expect(next.revision).toBe(at.map.revision + 1);
        for (const [shard, entry] of next.entries.entries()) {
          const before = at.map.entries[shard];
          if (entry.leader !== by) expect(entry).toEqual(before);
          else expect(entry.leaseUntilMs).toBeGreaterThanOrEqual(before?.leaseUntilMs ?? Infinity);
          expect({ ...entry, leaseUntilMs: 0 }).toEqual({ ...before, leaseUntilMs: 0 });
        }
      }),
    );
  });

  it("lets a new leader act only after every lease before its own is over by any clock", ({
    expect,
  }) => {
    fc.assert(
      fc.property(lived, fc.array(region, { minLength: 1, maxLength: 4 }), ({ map }, moves) => {
        let next = map;
        let overMs = next.entries[0]?.leaseUntilMs ?? 0;
        for (const to of moves) {
          next = moveLeader(next, 0, to);
          const entry = next.entries[0];
          if (entry === undefined) throw new Error("no entry");
          const lease = { ...leaseOf(entry), untilMs: Infinity };
          expect(isInForce(lease, overMs + SKEW - 1)).toBe(false);
          expect(isInForce(lease, entry.notBeforeMs)).toBe(true);
          overMs = Math.max(overMs, entry.leaseUntilMs);
        }
        expect(next.entries[0]?.epoch).toBe((map.entries[0]?.epoch ?? 0) + moves.length);
      }),
    );
  });

  it("ends the wait for the leader that let go, not for one before it", ({ expect }) => {
    const held = extendLeases(first, "east", 1_000);
    const a = held.entries[0];
    if (a?.leader !== "east") throw new Error("unexpected map");
    const once = moveLeader(held, 0, "west");
    const b = once.entries[0];
    if (b === undefined) throw new Error("no entry");
    expect(b.notBeforeMs).toBe(1_000 + LIMITS.leaseMs + SKEW);
    expect(endWait(once, a).entries[0]?.notBeforeMs).toBe(0);
    // West never began, so its letting go says nothing about east.
    const twice = moveLeader(once, 0, "north");
    expect(endWait(twice, b).entries[0]?.notBeforeMs).toBe(b.notBeforeMs);
    // A late word of east letting go.
    expect(endWait(twice, a).entries).toEqual(twice.entries);
  });

  it("gives the coordinating lease to one region until it is over by any clock", ({ expect }) => {
    const map = coordinate(first, "east", 0);
    expect(mayCoordinate(first, "west", 0)).toBe(true);
    expect(mayCoordinate(map, "east", 1)).toBe(true);
    expect(mayCoordinate(map, "west", LIMITS.leaseMs + SKEW - 1)).toBe(false);
    expect(mayCoordinate(map, "west", LIMITS.leaseMs + SKEW)).toBe(true);
    expect(extendLeases(map, "west", 5).coordinator).toEqual(map.coordinator);
    expect(extendLeases(map, "east", 5).coordinator?.untilMs).toBe(5 + LIMITS.leaseMs);
  });

  it("calls a lease fresh while it need not be written again", ({ expect }) => {
    const entry = extendLeases(first, "east", 0).entries[0];
    if (entry === undefined) throw new Error("no entry");
    expect(isFresh(entry, LIMITS.leaseRenewMs - 1)).toBe(true);
    expect(isFresh(entry, LIMITS.leaseRenewMs)).toBe(false);
  });
});
