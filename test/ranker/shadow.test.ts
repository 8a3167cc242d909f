import { readdirSync, readFileSync } from "node:fs";

import { describe, it } from "vitest";

import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { err, ok } from "../../core/result.ts";
import { Metrics } from "../../gpu-ranker/src/metrics.ts";
import { inCanary } from "../../gpu-ranker/src/model/canary.ts";
import { Registry } from "../../gpu-ranker/src/model/registry.ts";
import { offerToShadow, topOverlap } from "../../gpu-ranker/src/model/shadow.ts";
import { ManualTime } from "../fakes/manual-time.ts";
import { FakeScorer, jobOf, laneOf } from "./fake-scorer.ts";
import { RunningRanker } from "./running-ranker.ts";
import { rowsFrom, setCurrent, writeArtifact } from "./tiny-model.ts";

/** v1 serves, on the test's clock; every scorer that was opened is in `scorers`. */
async function serving() {
  const time = new ManualTime();
  const metrics = new Metrics();
  const scorers: FakeScorer[] = [];
  const registry = new Registry({
    openLane: async (version) => {
      const scorer = new FakeScorer(time, version);
      scorers.push(scorer);
      // A thread that ended is never started again here.
      return ok(laneOf(scorer, time, { start: async () => err({ code: "crashed", detail: "" }) }));
    },
    changed: () => {},
  });
  await registry.promote("v1");
  const shadowed = async (result: string) => {
    const text = await metrics.registry.metrics();
    return Number(
      new RegExp(`ranker_shadow_total{result="${result}"} (\\d+)`).exec(text)?.[1] ?? 0,
    );
  };
  return { time, metrics, registry, scorers, shadowed };
}

const requestOf = (rows: number) => ({ id: null, rows, binaryAnswer: true, ...rowsFrom(0, rows) });
const servedTo = (viewer: string | null, probabilities: Float32Array) => ({
  request: requestOf(5),
  viewer,
  probabilities,
});

describe("a shadow", () => {
  it("is asked only when nothing waits or runs", async ({ expect }) => {
    const { time, metrics, registry, scorers, shadowed } = await serving();
    await registry.setShadow("v2", 100);
    const deps = { registry, metrics, clock: time.clock };
    const served = new Float32Array(5 * HEAD_COUNT).fill(0.5);

    const running = registry.serving?.submit(jobOf(time, 10));
    await offerToShadow(servedTo("7", served), deps);
    expect(scorers[1]?.batches).toEqual([]);
    expect(await shadowed("busy")).toBe(1);
    await time.advance(10);
    await running;

    const offered = offerToShadow(servedTo("7", served), deps);
    await offerToShadow(servedTo("7", served), deps);
    await time.advance(10);
    await offered;
    expect(scorers[1]?.batches).toEqual([5]);
    expect([await shadowed("busy"), await shadowed("compared")]).toEqual([2, 1]);
  });

  it("scores for its share of viewers, always the same ones, and says how far it was off", async ({
    expect,
  }) => {
    const { time, metrics, registry, shadowed } = await serving();
    await registry.setShadow("v2", 30);
    const viewers = Array.from({ length: 200 }, (_, n) => String(n));
    const chosen = viewers.filter((viewer) => inCanary(viewer, "v2", 30));
    const deps = { registry, metrics, clock: time.clock };
    for (const viewer of [...viewers, null]) {
      const offered = offerToShadow(servedTo(viewer, new Float32Array(5 * HEAD_COUNT)), deps);
      await time.advance(10);
      await offered;
    }
    expect(await shadowed("compared")).toBe(chosen.length);
    expect(chosen.length).toBeGreaterThan(30);
    expect(chosen.length).toBeLessThan(90);
    const text = await metrics.registry.metrics();
    // One number a request and head: the largest of its rows.
    expect(text).toContain(`ranker_shadow_delta_count{head="open"} ${chosen.length}`);

    await registry.setShadow("v2", 0);
    await offerToShadow(servedTo(chosen[0] ?? null, new Float32Array(5 * HEAD_COUNT)), deps);
    expect(await shadowed("compared")).toBe(chosen.length);
  });

  it("that fails is counted, and nothing else", async ({ expect }) => {
    const { time, metrics, registry, scorers, shadowed } = await serving();
    await registry.setShadow("v2", 100);
    const shadow = scorers[1];
    if (shadow !== undefined) shadow.fails = true;
    const deps = { registry, metrics, clock: time.clock };
    const offered = offerToShadow(servedTo("7", new Float32Array(5 * HEAD_COUNT)), deps);
    await time.advance(10);
    await offered;
    expect(await shadowed("failed")).toBe(1);
  });

  it("is stopped when another takes its place, or none", async ({ expect }) => {
    const { registry, scorers } = await serving();
    await registry.setShadow("v2", 100);
    await registry.setShadow("v3", 100);
    expect(scorers.map(({ stops }) => stops)).toEqual([0, 1, 0]);
    await registry.setShadow(null, 100);
    expect(scorers.map(({ stops }) => stops)).toEqual([0, 1, 1]);
  });

  it("runs in a thread of the lowest priority, and no other does", async ({ expect }) => {
    if (process.platform !== "linux") return;
    const ranker = new RunningRanker();
    writeArtifact(ranker.models, "v1", { seed: 1 });
    setCurrent(ranker.models, "v1");
    await ranker.start();
    const lowest = () => niceValues().filter((nice) => nice === 19).length;
    const before = lowest();
    expect((await ranker.post("/admin/shadow", { version: "v1" })).status).toBe(200);
    expect(lowest()).toBeGreaterThan(before);
    expect(niceValues()[0]).not.toBe(19);
    await ranker.remove();
  });
});

/** Nice values of this process's threads, the main one first. */
const niceValues = (): readonly number[] =>
  readdirSync("/proc/self/task").map((task) => {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, "utf8");
    // Field 19 of proc(5); the name before it, in brackets, may have spaces.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });

describe("the overlap at the top", () => {
  const columns = (...likes: number[]) =>
    Float32Array.from(
      likes.flatMap((like) => [like, ...Array.from({ length: HEAD_COUNT - 1 }, () => 0)]),
    );

  it("is the share of rows that both have there", ({ expect }) => {
    const a = columns(0.9, 0.8, 0.1, 0.2);
    expect(topOverlap(a, columns(0.7, 0.9, 0.3, 0.2), 2)).toBe(1);
    expect(topOverlap(a, columns(0.1, 0.9, 0.3, 0.2), 2)).toBe(0.5);
    expect(topOverlap(a, columns(0.1, 0.2, 0.8, 0.9), 2)).toBe(0);
    expect(topOverlap(a, a, 20)).toBe(1);
  });
});

describe("a canary whose thread ended", () => {
  it("leaves its viewers to the serving version", async ({ expect }) => {
    const { registry, scorers } = await serving();
    await registry.canary("v2", 50);
    const viewer = ["1", "2", "3", "4", "5", "6", "7", "8"].find((one) => inCanary(one, "v2", 50));
    expect(registry.pick(viewer ?? null)?.loaded.version).toBe("v2");
    scorers[1]?.end("was killed");
    await new Promise(setImmediate);
    expect(registry.pick(viewer ?? null)?.loaded.version).toBe("v1");
  });
});

describe("changes", () => {
  it("asked for at once happen one after another, and load a version once", async ({ expect }) => {
    const { registry, scorers } = await serving();
    const [first, second, back] = await Promise.all([
      registry.promote("v2"),
      registry.promote("v2"),
      registry.rollback(),
    ]);
    expect(scorers.map(({ loaded }) => loaded.version)).toEqual(["v1", "v2"]);
    expect([first.ok, second.ok, back.ok]).toEqual([true, true, true]);
    expect(registry.roles).toMatchObject({ serving: "v1", previous: "v2" });
  });

  it("stop the threads of versions that have no role any more", async ({ expect }) => {
    const { registry, scorers } = await serving();
    for (const version of ["v2", "v3", "v4"]) await registry.promote(version);
    expect(scorers.map(({ stops }) => stops)).toEqual([1, 1, 0, 0]);
  });
});
