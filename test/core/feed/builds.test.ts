import { describe, it } from "vitest";

import { type Build, Builds } from "../../../core/feed/builds.ts";
import type { Call } from "../../../core/feed/call.ts";
import type { Failure } from "../../../core/errors.ts";
import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { Admission } from "../../../core/resilience/admission.ts";
import { BUILDS_POLICY } from "../../../core/resilience/admission-policies.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { FeedWorld } from "../../fakes/feed-world.ts";

const VIEWER = "1184274518016";
const viewer = BigInt(VIEWER) as Id;
const page: Build = { kind: "latest", viewer, page: { limit: 20, cursor: undefined } };

/** Work that ends when the test says so, and how often it was begun. */
function held() {
  const open: ((result: Result<string, Failure>) => void)[] = [];
  return {
    begun: () => open.length,
    work: () => new Promise<Result<string, Failure>>((resolve) => void open.push(resolve)),
    end: (result: Result<string, Failure> = ok("page")) =>
      open.forEach((resolve) => resolve(result)),
  };
}

/** Two requests of one viewer, one after the other while the first is built. */
async function two(change: (second: Call) => Call = (second) => second, other: Build = page) {
  const [world, { begun, work, end }] = [new FeedWorld(), held()];
  const builds = new Builds({ admission: null, shed: () => {} });
  const [first, second] = [world.as(VIEWER), change(world.as(VIEWER))];
  const answers = [builds.run(first, page, work), builds.run(second, other, work)];
  await Promise.resolve();
  const [count, results] = [begun(), (end(), await Promise.all(answers))];
  return { count, results, builds, second, world };
}

describe("builds of one viewer at the same time", () => {
  it("are one, and whoever joined has seen what it saw", async ({ expect }) => {
    const heard: (readonly unknown[])[] = [];
    const { count, results, builds, world, second } = await two((one) => {
      one.tao.madeBy = (...about) => void heard.push(about);
      return one;
    });
    expect(count).toBe(1);
    expect(results).toEqual([ok("page"), ok("page")]);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.slice(1)).toEqual([viewer, second.tao.positionOf(viewer)]);

    const later = held();
    const again = builds.run(world.as(VIEWER), page, later.work);
    expect(later.begun()).toBe(1);
    later.end(ok("newer"));
    expect(await again).toEqual(ok("newer"));
  });

  it("fail together", async ({ expect }) => {
    const [world, { work, end, begun }] = [new FeedWorld(), held()];
    const builds = new Builds({ admission: null, shed: () => {} });
    const answers = [1, 2].map(() => builds.run(world.as(VIEWER), page, work));
    const away = err({ code: "unavailable", dependency: "follower", retryAfterMs: 1 } as const);
    end(away);
    expect(await Promise.all(answers)).toEqual([away, away]);
    expect(begun()).toBe(1);
  });

  it("begin their own where the first takes long: its client may have gone", async ({ expect }) => {
    const [world, lost, own] = [new FeedWorld(), held(), held()];
    const builds = new Builds({ admission: null, shed: () => {} });
    void builds.run(world.as(VIEWER), page, lost.work);
    let waitedMs = 0;
    world.sleep = async (ms) => void (waitedMs += ms);
    const answer = builds.run(world.as(VIEWER), page, own.work);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([own.begun(), waitedMs]).toEqual([1, LIMITS.buildJoinMs]);
    // That one is joined from then on.
    world.sleep = () => new Promise(() => {});
    const joined = builds.run(world.as(VIEWER), page, own.work);
    own.end(ok("own"));
    expect(await Promise.all([answer, joined])).toEqual([ok("own"), ok("own")]);
    expect(own.begun()).toBe(1);
  });

  it("do not wait for one that was dropped with its client, and remember none", async ({
    expect,
  }) => {
    const [world, lost] = [new FeedWorld(), held()];
    const policy = { ...BUILDS_POLICY, initial: 1, min: 1, max: 1 };
    const clock = { nowMs: () => world.nowMs };
    const admission = new Admission({
      clock,
      random: { next: () => 0.5 },
      sleep: async () => {},
      policy,
    });
    const builds = new Builds({ admission, shed: () => {} });
    const first = world.as(VIEWER);
    const gone = builds.run(first, page, lost.work);
    world.nowMs = Math.max(first.deadlineMs, world.nowMs + LIMITS.placeHeldMs);
    const next = held();
    const answer = builds.run(world.as(VIEWER), page, next.work);
    expect(next.begun()).toBe(1);
    // The one that was dropped says nothing about the one that is under way.
    lost.end();
    await gone;
    const joined = builds.run(world.as(VIEWER), page, next.work);
    expect(next.begun()).toBe(1);
    next.end(ok("newer"));
    expect(await Promise.all([answer, joined])).toEqual([ok("newer"), ok("newer")]);
  });

  it.for([
    ["another ticket", (call: Call): Call => ({ ...call, asked: "another" }), page],
    ["fresher reads", (call: Call): Call => ({ ...call, consistency: "leader" }), page],
    ["another region", (call: Call): Call => ({ ...call, region: "eu-west" }), page],
    ["another order", (call: Call) => call, { ...page, kind: "ranked" }],
    ["another length", (call: Call) => call, { ...page, page: { limit: 7, cursor: undefined } }],
    ["another viewer", (call: Call) => call, { ...page, viewer: (viewer + 1n) as Id }],
    ["nothing to share", (call: Call) => call, { ...page, page: null }],
  ] as const)("are two with %s", async ([, change, other], { expect }) => {
    expect((await two(change, other)).count).toBe(2);
  });

  it("are two where the first may be older than promised: that is its own", async ({ expect }) => {
    const [world, one, other] = [new FeedWorld(), held(), held()];
    const builds = new Builds({ admission: null, shed: () => {} });
    const first = world.as(VIEWER);
    first.tao.staleMs = () => 61_000;
    const answers = [
      builds.run(first, page, one.work),
      builds.run(world.as(VIEWER), page, other.work),
    ];
    expect(other.begun()).toBe(0);
    one.end(ok("old"));
    await new Promise((resolve) => setTimeout(resolve, 0));
    other.end(ok("new"));
    expect(await Promise.all(answers)).toEqual([ok("old"), ok("new")]);
  });
});

describe("more builds than an isolate can do", () => {
  it("are refused at once, and counted", async ({ expect }) => {
    const world = new FeedWorld();
    const policy = { ...BUILDS_POLICY, initial: 2, min: 2, max: 2 };
    const clock = { nowMs: () => world.nowMs };
    const admission = new Admission({
      clock,
      random: { next: () => 0.5 },
      sleep: async () => {},
      policy,
    });
    let shed = 0;
    const builds = new Builds({ admission, shed: () => void shed++ });
    const { work, end, begun } = held();
    const of = (n: bigint) =>
      builds.run(world.as(VIEWER), { ...page, viewer: (viewer + n) as Id }, work);
    const answers = [of(1n), of(2n)];
    expect(await of(3n)).toEqual(err({ code: "overloaded", retryAfterMs: 2_000 }));
    expect([begun(), shed]).toEqual([2, 1]);
    // Whoever joins takes no place.
    const joined = of(1n);
    end();
    expect(await Promise.all([...answers, joined])).toEqual([ok("page"), ok("page"), ok("page")]);
    const next = of(4n);
    end();
    expect(await next).toEqual(ok("page"));
  });

  it("are not begun for whoever will not wait for their end", async ({ expect }) => {
    const world = new FeedWorld();
    const clock = { nowMs: () => world.nowMs };
    const random = { next: () => 0.5 };
    const admission = new Admission({
      clock,
      random,
      sleep: async () => {},
      policy: BUILDS_POLICY,
    });
    const builds = new Builds({ admission, shed: () => {} });
    const quick = async () => {
      world.nowMs += 40;
      return ok("page");
    };
    for (let n = 0; n < 20; n++) await builds.run(world.as(VIEWER), page, quick);
    const call = world.as(VIEWER);
    const hurried = { ...call, deadlineMs: world.nowMs + 39 };
    expect(await builds.run(hurried, page, quick)).toMatchObject({ error: { code: "overloaded" } });
    expect(await builds.run({ ...call, deadlineMs: world.nowMs + 41 }, page, quick)).toEqual(
      ok("page"),
    );
  });
});
