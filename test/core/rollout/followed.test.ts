import fc from "fast-check";
import { expect, it } from "vitest";

import { FollowedRollouts } from "../../../core/rollout/followed.ts";
import { EMPTY } from "../../../core/rollout/register.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { RolloutWorld } from "../../fakes/rollout-world.ts";

const FLAG = "feed.page-max";
const REGIONS = ["eu-west", "us-east"];
/** Half of the viewers have the treatment. */
const PLAN = { stages: [{ share: 5_000 }, { share: 10_000 }], bakeMs: 3_600_000 };

async function started(): Promise<RolloutWorld> {
  const world = new RolloutWorld();
  await world.create({ id: "pages", flag: FLAG, treatment: 10, plan: PLAN });
  await world.act("pages", "start");
  return world;
}

/** A request as the feed Worker handles it. */
async function request(isolate: FollowedRollouts, viewer: string, region: string): Promise<number> {
  await isolate.ready(region);
  const { value } = isolate.evaluator.evaluate(FLAG, viewer, region);
  if (isolate.isDue) await isolate.exchange(region);
  return value;
}

it("has nobody on what was killed two seconds ago, in any isolate, however its requests come", async () => {
  const gap = fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 900, max: 9_000 }));
  const arrival = fc.record({
    gap,
    isolate: fc.nat(3),
    region: fc.nat(1),
    viewer: fc.nat(30),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { minLength: 5, maxLength: 60 }),
      fc.nat(20_000),
      async (arrivals, killAfterMs) => {
        const world = await started();
        const isolates = Array.from({ length: 4 }, () => world.isolate());
        const killMs = world.clock.nowMs() + killAfterMs;
        let killed = false;
        const late: number[] = [];
        for (const { gap: ms, isolate, region, viewer } of arrivals) {
          const beforeMs = world.clock.nowMs();
          if (!killed && beforeMs + ms >= killMs) {
            world.clock.advance(killMs - beforeMs);
            await world.act("pages", "kill");
            killed = true;
          }
          world.clock.advance(beforeMs + ms - world.clock.nowMs());
          const followed = isolates[isolate];
          if (followed === undefined) throw new Error("no such isolate");
          const value = await request(followed, String(viewer), REGIONS[region] ?? "");
          const sinceMs = world.clock.nowMs() - killMs;
          if (killed && sinceMs >= 2_000 && value !== 50) late.push(sinceMs);
        }
        expect(late).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

it("asks once a second while requests come, and waits for the answer only after a silence", async () => {
  const world = await started();
  const isolate = world.isolate();
  const first = isolate.ready("eu-west");
  expect(first).not.toBeNull();
  await first;
  expect(isolate.revision).toBe(2);
  world.clock.advance(999);
  expect([isolate.ready("eu-west"), isolate.isDue]).toEqual([null, false]);
  world.clock.advance(1);
  expect([isolate.ready("eu-west"), isolate.isDue]).toEqual([null, true]);
  world.clock.advance(999);
  expect(isolate.ready("eu-west")).toBeNull();
  world.clock.advance(1);
  const waiting = isolate.ready("eu-west");
  expect(waiting).not.toBeNull();
  // Whoever comes meanwhile waits until that is there, but not for the other's promise.
  const other = isolate.ready("us-east");
  expect(other).not.toBeNull();
  expect(other).not.toBe(waiting);
  await waiting;
  expect(isolate.ready("us-east")).toBeNull();
});

it("is not held up for ever by a request that ended before what it had asked", async () => {
  const clock = new ManualClock(1_000_000);
  const asked: string[] = [];
  const isolate = new FollowedRollouts({
    clock,
    sleep: async (ms) => clock.advance(ms),
    exchange: (region) => {
      asked.push(region);
      // The platform ended it: nothing comes any more.
      return asked.length === 1
        ? new Promise(() => {})
        : Promise.resolve({ document: { ...EMPTY, revision: 7 } });
    },
    report: () => {},
  });
  void isolate.exchange("eu-west");
  clock.advance(2_500);
  await isolate.ready("us-east");
  expect([isolate.isDue, asked]).toEqual([false, ["eu-west"]]);
  clock.advance(2_500);
  expect(isolate.isDue).toBe(true);
  await isolate.ready("us-east");
  expect([asked.length, isolate.revision]).toEqual([2, 7]);
});

it("goes on with what it knows while the register is away, and makes nobody wait for it", async () => {
  const world = await started();
  const isolate = world.isolate();
  await isolate.exchange("eu-west");
  const treated = Array.from({ length: 40 }, (_, n) => String(n)).filter(
    (viewer) => isolate.evaluator.evaluate(FLAG, viewer, "eu-west").value === 10,
  );
  expect(treated.length).toBeGreaterThan(5);
  world.isRegisterAway = true;
  for (let second = 0; second < 10; second++) {
    world.clock.advance(1_000);
    expect(isolate.ready("eu-west")).toBeNull();
    await isolate.exchange("eu-west");
    expect(isolate.evaluator.evaluate(FLAG, treated[0] ?? "", "eu-west").value).toBe(10);
  }
  expect(world.reports).toContain("rollout_register_away");
});

it("gives everybody what there was where nothing was ever heard of the register", async () => {
  const world = await started();
  world.isRegisterAway = true;
  const isolate = world.isolate();
  await isolate.ready("eu-west");
  expect(isolate.evaluator.evaluate(FLAG, "7", "eu-west")).toMatchObject({
    value: 50,
    reason: "DEFAULT",
  });
  expect(world.reports).toEqual(["rollout_register_away", "rollouts_unknown"]);
});

it("brings what isolates of all regions counted to the register once", async () => {
  const world = await started();
  const isolates = [world.isolate(), world.isolate(), world.isolate()];
  for (const [index, isolate] of isolates.entries()) {
    const region = REGIONS[index % 2] ?? "";
    await isolate.exchange(region);
    for (let n = 0; n < 100; n++)
      isolate
        .watch(String(n), region)
        .page({ tookMs: 5, failed: false, empty: false, ranker: { at: "not asked" } });
    world.clock.advance(1_000);
    await isolate.exchange(region);
  }
  const found = await world.registrar.get("pages");
  const seen = found.ok ? found.value.seen : null;
  expect((seen?.control.pages ?? 0) + (seen?.treatment.pages ?? 0)).toBe(300);
  // The same hundred viewers everywhere.
  const viewers = (seen?.control.viewers ?? 0) + (seen?.treatment.viewers ?? 0);
  expect(Math.abs(viewers - 100)).toBeLessThan(15);
});
