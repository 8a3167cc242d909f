import { describe, expect, it } from "vitest";

import type { RankerPart } from "../../../core/feed/page-counters.ts";
import { ROLLOUT_LIMITS } from "../../../core/rollout/limits.ts";
import { RolloutWorld } from "../../fakes/rollout-world.ts";

const PAGES = { id: "pages", flag: "feed.page-max", treatment: 10 } as const;
const valueOf = (world: RolloutWorld, viewer: string | null = "7") => {
  const isolate = world.isolate();
  // The region's copy may be some moments old.
  world.clock.advance(1_000);
  return isolate
    .exchange("eu-west")
    .then(() => isolate.evaluator.evaluate("feed.page-max", viewer, "eu-west"));
};

describe("a treatment", () => {
  it.for([
    ["feed.page-max", 4, "Too small"],
    ["feed.page-max", "many", "expected number"],
    ["feed.cache", 1, "expected boolean"],
    ["ranking.weights", { open: 1 }, "like"],
    ["ranking.weights", { open: 1e9 }, "open"],
  ] as const)("of %s cannot be %j", async ([flag, treatment, reason]) => {
    const world = new RolloutWorld();
    expect(await world.create({ id: "bad", flag, treatment })).toMatchObject({
      ok: false,
      error: {
        code: "invalid_request",
        field: "treatment",
        reason: expect.stringContaining(reason),
      },
    });
    expect(await world.registrar.list()).toMatchObject({ value: { rollouts: [], audit: [] } });
  });
});

describe("an action", () => {
  it("must name the revision that is current, and a refusal tells it", async () => {
    const world = new RolloutWorld();
    await world.create(PAGES);
    await world.act("pages", "start");
    const stale = { action: "pause", revision: 1, reason: "late" } as const;
    expect(await world.registrar.act("pages", stale, { who: "bob", opId: null })).toEqual({
      ok: false,
      error: {
        code: "conflict",
        field: "revision",
        revision: 2,
        reason: "the rollout is at revision 2",
      },
    });
  });

  it("may leave the revision open where it kills, and nowhere else", async () => {
    const world = new RolloutWorld();
    await world.create(PAGES);
    await world.act("pages", "start");
    const by = { who: "bob", opId: null };
    const open = { revision: null, reason: "now" };
    expect(await world.registrar.act("pages", { action: "abort", ...open }, by)).toMatchObject({
      error: { code: "conflict" },
    });
    expect(await world.registrar.act("pages", { action: "kill", ...open }, by)).toMatchObject({
      value: { phase: { at: "killed" }, share: 0 },
    });
  });

  it("is done once under its idempotency key, however often it is asked for", async () => {
    const world = new RolloutWorld();
    const first = await world.create(PAGES, "key-1");
    expect(await world.create(PAGES, "key-1")).toEqual(first);
    expect(await world.create({ ...PAGES, treatment: 20 }, "key-1")).toMatchObject({
      error: { code: "idempotency_mismatch" },
    });
    const start = { action: "start", revision: 1, reason: "go" } as const;
    const by = { who: "ada", opId: "key-2" };
    const started = await world.registrar.act("pages", start, by);
    // The revision is an old one by now, and the answer is the same all the same; after a restart too.
    expect(await world.registrar.act("pages", start, by)).toEqual(started);
    expect(await world.restarted().act("pages", start, by)).toEqual(started);
    const list = await world.registrar.list();
    expect(list.ok && list.value.audit.map(({ action }) => action)).toEqual(["start", "create"]);
  });

  it("lands in the audit log with who, why and the revisions; a refused one does not", async () => {
    const world = new RolloutWorld();
    await world.create(PAGES);
    await world.act("pages", "resume");
    await world.act("pages", "start");
    await world.act("pages", "pause");
    const list = await world.registrar.list();
    expect(list.ok && list.value.audit[0]).toEqual({
      seq: 3,
      atMs: world.clock.nowMs(),
      who: "ada",
      reason: "to pause",
      action: "pause",
      rollout: "pages",
      flag: "feed.page-max",
      before: 2,
      after: 3,
      from: "running 1",
      to: "paused 1",
    });
  });
});

describe("a flag", () => {
  it("has one change at a time, begun from what everybody has when it starts", async () => {
    const world = new RolloutWorld();
    await world.create(PAGES);
    await world.create({ ...PAGES, id: "more-pages", treatment: 30 });
    await world.act("pages", "start");
    expect(await world.act("more-pages", "start")).toMatchObject({ error: { code: "conflict" } });
    await world.act("pages", "abort");
    expect(await world.act("more-pages", "start")).toMatchObject({ value: { control: 50 } });
    expect((await valueOf(world, null)).value).toBe(50);
  });

  it("goes back to what everybody had when what was done is killed", async () => {
    const world = new RolloutWorld();
    const everybody = {
      stages: [{ share: 5_000 }, { share: 10_000 }],
      bakeMs: 1_000,
      sample: { pages: 1, viewers: 1 },
      guards: { error_rate: 0.5, empty_feed_rate: 0.5, engagement: 0.9, p99: 10 },
    };
    await world.create({ ...PAGES, plan: everybody });
    await world.act("pages", "start");
    await finish(world);
    expect(await valueOf(world)).toMatchObject({ value: 10, reason: "STATIC" });
    await world.create({ ...PAGES, id: "next", treatment: 30 });
    expect(await world.registrar.get("next")).toMatchObject({ value: { control: 10 } });
    await world.act("pages", "kill");
    expect(await valueOf(world)).toMatchObject({ value: 50, reason: "DISABLED" });
  });
});

/** Good pages of many viewers, until the stage and its time are over. */
async function finish(world: RolloutWorld): Promise<void> {
  const isolate = world.isolate();
  await isolate.exchange("eu-west");
  for (let n = 0; n < 20_000; n++) {
    const watch = isolate.watch(String(n), "eu-west");
    watch.page({ tookMs: 20, failed: false, empty: false, ranker: { at: "not asked" } });
    watch.engaged();
  }
  world.clock.advance(2_000);
  await isolate.exchange("eu-west");
}

it("rolls back by itself, naming the guard, in the audit log too", async () => {
  const world = new RolloutWorld();
  await world.create({ ...PAGES, plan: { stages: [{ share: 5_000 }, { share: 10_000 }] } });
  await world.act("pages", "start");
  const isolate = world.isolate();
  await isolate.exchange("eu-west");
  for (let n = 0; n < 400; n++) {
    const failed = isolate.evaluator.evaluate("feed.page-max", String(n), "eu-west").value === 10;
    isolate
      .watch(String(n), "eu-west")
      .page({ tookMs: 20, failed, empty: false, ranker: { at: "not asked" } });
  }
  world.clock.advance(1_000);
  await isolate.exchange("eu-west");
  const list = await world.registrar.list();
  expect(list).toMatchObject({
    value: {
      rollouts: [{ phase: { at: "rolled_back", guard: "error_rate" }, share: 0 }],
      audit: [{ who: "guards", action: "roll_back", to: "rolled_back 1" }, {}, {}],
    },
  });
  expect(isolate.evaluator.evaluate("feed.page-max", "7", "eu-west").value).toBe(50);
  expect(world.rolledBack).toBe(1);
});

describe("a rollout of a model", () => {
  const scored = (model: string): RankerPart => ({ at: "scored", model });
  /** Three thousand people read, and like what they see where `likes` says so. */
  async function comparing(
    world: RolloutWorld,
    rankerOf: (isTreated: boolean) => RankerPart,
    likes: (isTreated: boolean) => boolean = () => true,
  ) {
    const isolate = world.isolate();
    await isolate.exchange("eu-west");
    for (let n = 0; n < 3_000; n++) {
      const viewer = String(n);
      const { value } = isolate.evaluator.evaluate("ranking.model", viewer, "eu-west");
      const watch = isolate.watch(viewer, "eu-west");
      const page = { tookMs: 20, failed: false, empty: false };
      watch.page({ ...page, ranker: rankerOf(value === "new") });
      // A page that failed is none: what they like is on the one before.
      watch.page({ ...page, failed: true, ranker: { at: "not asked" } });
      if (likes(value === "new")) watch.engaged();
    }
    world.clock.advance(2_000);
    await isolate.exchange("eu-west");
    return world.registrar.get("model");
  }
  async function startedModel(): Promise<RolloutWorld> {
    const world = new RolloutWorld();
    const plan = { stages: [{ share: 5_000 }, { share: 10_000 }], bakeMs: 1_000 };
    await world.create({ id: "model", flag: "ranking.model", treatment: "new", plan });
    await world.act("model", "start");
    return world;
  }

  it("waits while the ranker is not asked, or gives another's pages, and likes count for nothing", async () => {
    const holding = { phase: { at: "holding", stage: 0 } };
    const world = await startedModel();
    const unasked = await comparing(world, () => ({ at: "not asked" }));
    expect(unasked).toMatchObject({ value: { ...holding, seen: null } });
    const older = await comparing(world, () => scored("old"));
    expect(older).toMatchObject({ value: { ...holding, seen: { treatment: { pages: 0 } } } });
    const verdicts = older.ok ? older.value.verdicts : [];
    const likes = verdicts.find(({ guard }) => guard === "engagement");
    expect(likes).toMatchObject({ outcome: "not_enough_data", treatment: 0 });
  });

  it("goes to everybody when it is as good", async () => {
    const good = await comparing(await startedModel(), (isNew) => scored(isNew ? "new" : "old"));
    expect(good).toMatchObject({ value: { phase: { at: "done" } } });
  });

  it("is taken back when its readers like less", async () => {
    const bad = await comparing(
      await startedModel(),
      (isNew) => scored(isNew ? "new" : "old"),
      (isNew) => !isNew,
    );
    expect(bad).toMatchObject({ value: { phase: { at: "rolled_back", guard: "engagement" } } });
  });

  it("is taken back when it is asked in vain, whatever stands in for it", async () => {
    const away = await comparing(await startedModel(), (isNew) =>
      isNew ? { at: "failed" } : scored("old"),
    );
    expect(away).toMatchObject({ value: { phase: { at: "rolled_back", guard: "error_rate" } } });
  });
});

it("keeps what it has counted over a restart, and looks by itself while something is under way", async () => {
  const world = new RolloutWorld();
  await world.create(PAGES);
  expect(world.alarms).toEqual([]);
  await world.act("pages", "start");
  expect(world.alarms).toHaveLength(1);
  const isolate = world.isolate();
  await isolate.exchange("eu-west");
  for (let n = 0; n < 3_000; n++)
    isolate
      .watch(String(n), "eu-west")
      .page({ tookMs: 20, failed: false, empty: false, ranker: { at: "not asked" } });
  world.clock.advance(6_000);
  await isolate.exchange("eu-west");
  const before = await world.registrar.get("pages");
  expect(before.ok && before.value.seen?.control.pages).toBeGreaterThan(2_900);
  expect(await world.restarted().get("pages")).toEqual(before);

  world.clock.advance(600_000);
  await world.registrar.wake();
  expect(await world.registrar.get("pages")).toMatchObject({
    value: { phase: { at: "holding", reason: "not_enough_data" } },
  });
});

it("moves the older half of an audit log that is full to the archive, and loses none of it", async () => {
  const world = new RolloutWorld();
  await world.create(PAGES);
  await world.act("pages", "start");
  for (let n = 0; n < ROLLOUT_LIMITS.rolloutAuditMax / 2; n++) {
    await world.act("pages", "pause");
    await world.act("pages", "resume");
  }
  world.isArchiveAway = true;
  await world.registrar.wake();
  expect(world.table.auditSize()).toBe(ROLLOUT_LIMITS.rolloutAuditMax + 2);
  world.isArchiveAway = false;
  await world.registrar.wake();
  const kept = world.table.oldest(Infinity);
  expect(kept).toHaveLength(ROLLOUT_LIMITS.rolloutAuditMax / 2 + 2);
  expect([...world.archived, ...kept].map(({ seq }) => seq)).toEqual(
    Array.from({ length: ROLLOUT_LIMITS.rolloutAuditMax + 2 }, (_, n) => n + 1),
  );
});
