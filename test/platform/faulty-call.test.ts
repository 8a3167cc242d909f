import { describe, it } from "vitest";

import type { Fault } from "../../core/chaos/fault.ts";
import { FollowedDrills } from "../../core/chaos/followed.ts";
import type { DrillBoardService } from "../../core/chaos/service.ts";
import { drilledEnv, drillsOf } from "../../platform/drilled-env.ts";
import { faulty, INJECTED, through } from "../../platform/faulty-call.ts";
import { answered } from "../../platform/object-call.ts";

const common = {
  id: "1",
  region: "all",
  operations: "all",
  share: 1,
  startedMs: 0,
  untilMs: Number.MAX_SAFE_INTEGER,
  reason: "",
  by: "",
} as const;
const lost: Fault = { ...common, dependency: "leader", kind: "errors", failure: "unavailable" };
const kill: Fault = { ...common, dependency: "leader", kind: "kill" };
const SITE = { dependency: "leader", region: "us-east", operation: "write" } as const;

const following = (...active: readonly Fault[]) =>
  new FollowedDrills({
    clock: { nowMs: () => 1_000_000 },
    random: { next: () => 0 },
    read: async () => active,
    defer: () => {},
    report: () => {},
  });

describe("a call that goes through drills", () => {
  it("is made as it is where nothing goes on", async ({ expect }) => {
    expect(await through(following(), SITE, async () => 7)).toBe(7);
  });

  it("waits for its latency first", async ({ expect }) => {
    const slept: number[] = [];
    const drills = following({
      ...common,
      dependency: "leader",
      kind: "latency",
      ms: 200,
      jitterMs: 0,
    });
    const sleep = async (ms: number) => void slept.push(ms);
    expect(await through(drills, SITE, async () => 7, undefined, sleep)).toBe(7);
    expect(slept).toEqual([200]);
  });

  it.for([
    ["unavailable", 0, "unavailable"],
    ["timeout", 2_000, "unavailable"],
    ["overloaded", 0, "overloaded"],
  ] as const)("fails as the platform does: %s", async ([failure, afterMs, code], { expect }) => {
    let sleptMs = 0;
    const sleep = async (ms: number) => void (sleptMs += ms);
    let calls = 0;
    const call = async () => ({ ok: true, value: calls++ }) as const;
    const drills = following({ ...lost, failure });
    const answer = await answered("leader", () => through(drills, SITE, call, undefined, sleep));
    expect(answer).toMatchObject({ ok: false, error: { code } });
    expect([calls, sleptMs]).toEqual([0, afterMs]);
  });

  it("hangs across a partition, but not for good", async ({ expect }) => {
    let sleptMs = 0;
    const sleep = async (ms: number) => void (sleptMs += ms);
    const drills = following({ ...common, dependency: "leader", kind: "partition" });
    await expect(through(drills, SITE, async () => 7, undefined, sleep)).rejects.toThrow(INJECTED);
    expect(sleptMs).toBe(10_000);
  });

  it("ends who would answer, and then is made; what cannot be ended is lost", async ({
    expect,
  }) => {
    const done: string[] = [];
    const call = async () => void done.push("call");
    const end = async () => {
      done.push("kill");
      throw new Error("the dead do not answer");
    };
    await through(following(kill), SITE, call, end);
    expect(done).toEqual(["kill", "call"]);
    await expect(through(following(kill), SITE, call)).rejects.toThrow(INJECTED);
  });
});

it("wraps an object whose methods need their own `this`", async ({ expect }) => {
  class Counter {
    #count = 0;
    async add(by: number) {
      return (this.#count += by);
    }
  }
  const counter = faulty(new Counter(), following(), () => SITE);
  expect([await counter.add(2), await counter.add(3)]).toEqual([2, 5]);
});

describe("an environment", () => {
  const board = (...active: readonly Fault[]) => ({
    getByName: () => ({ active: async () => active }) as unknown as DrillBoardService,
  });
  const LEADER = { getByName: (name: string) => ({ write: async () => name }) };

  it("is left alone without a board, or with drills off", ({ expect }) => {
    const off = { LEADER, DRILLS: "off", DRILL_BOARD: board() };
    const without = { LEADER, DRILLS: "on" };
    expect(drilledEnv(off, () => {})).toBe(off);
    expect(drilledEnv(without, () => {})).toBe(without);
    expect(drillsOf(without)).toBeNull();
  });

  it("has faults where they are, and everything else as it was", async ({ expect }) => {
    const faults = board({ ...lost, region: "eu-west" });
    const env = { LEADER, DRILLS: "on", DRILL_BOARD: faults, SHARDS: "16", FANOUT: LEADER };
    const made = drilledEnv(env, () => {});
    expect(drilledEnv(env, () => {})).toBe(made);
    expect([made.SHARDS, made.FANOUT]).toEqual(["16", LEADER]);
    expect(await made.LEADER.getByName("leader:3:us-east").write()).toBe("leader:3:us-east");
    await expect(made.LEADER.getByName("leader:3:eu-west").write()).rejects.toThrow(INJECTED);
  });
});
