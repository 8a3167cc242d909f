import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it } from "vitest";

import { regionControllerName } from "../../core/degradation/controller-service.ts";
import { type RegionCounts, RegionSums } from "../../core/telemetry/region-counts.ts";
import { RegionController } from "../../durable-objects/region-controller.ts";

const stubOf = (region: string) => env.CONTROLLER.getByName(regionControllerName(region));

/** Writes of which a tenth failed. */
function failing(): RegionCounts {
  const sums = new RegionSums();
  sums.count("tao_writes", 100);
  sums.count("tao_write_errors", 10);
  sums.time("http_write_ms", 100);
  return sums.counts();
}

it("stays at level 0, and writes nothing, while nothing is wrong", async ({ expect }) => {
  const stub = stubOf("quiet");
  expect(await stub.exchange(new RegionSums().counts())).toMatchObject({ level: 0, revision: 1 });
  expect(await runDurableObjectAlarm(stub)).toBe(false);
  await runInDurableObject(stub, (_, state) => {
    const rows = state.storage.sql.exec("SELECT * FROM controller").toArray();
    expect(rows).toEqual([]);
  });
});

it("enters a level on what isolates bring, and keeps it over an eviction", async ({ expect }) => {
  await runInDurableObject(stubOf("own-clock"), async (_, state) => {
    let nowMs = 1_000_000;
    const controller = new RegionController(state, env, { nowMs: () => nowMs });
    expect(await controller.exchange(failing())).toMatchObject({ level: 0 });
    nowMs += 1_000;
    expect(await controller.exchange(failing())).toMatchObject({ level: 3, revision: 2 });
    const { triggers, timings, counters, changes } = await controller.read();
    expect(triggers.find(({ trigger }) => trigger === "tao_writes")).toEqual({
      trigger: "tao_writes",
      verdict: "bad",
      isOn: true,
      endsInMs: null,
      signal: "20 of 200 writes to the graph failed",
    });
    expect(counters).toEqual({ tao_writes: 200, tao_write_errors: 20 });
    expect(timings["http_write_ms"]).toMatchObject({ count: 2, p95Ms: 100 });
    expect(changes).toMatchObject([{ from: 0, to: 3, by: "controller", atMs: nowMs }]);
    const reborn = new RegionController(state, env, { nowMs: () => nowMs });
    expect(await reborn.exchange(new RegionSums().counts())).toMatchObject({ level: 3 });
  });
});

it("notices silence by its alarm", async ({ expect }) => {
  const stub = stubOf("silent");
  const ask = { level: 2, reason: "drill", by: "ann", minutes: 1, revision: 1 } as const;
  const pinned = await stub.pin({ ...ask, opId: null });
  expect(pinned).toMatchObject({ ok: true, value: { level: 2, revision: 2 } });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
});

it("pins by compare-and-set, with an audit line, over an eviction", async ({ expect }) => {
  const stub = stubOf("pinned");
  const ask = { level: 3, reason: "drill", by: "ann", minutes: 5, opId: "once" } as const;
  await stub.pin({ ...ask, revision: 1 });
  expect(await stub.pin({ ...ask, opId: null, revision: 1 })).toMatchObject({
    ok: false,
    error: { code: "conflict" },
  });
  await evictDurableObject(stub);
  // Whoever got no answer sends it again.
  expect(await stub.pin({ ...ask, revision: 1 })).toMatchObject({ ok: true });
  const { published, changes, automatic } = await stub.read();
  expect(published).toMatchObject({ level: 3, revision: 2, pin: { by: "ann" } });
  expect(automatic).toBe(0);
  expect(changes).toMatchObject([{ from: 0, to: 3, reason: "drill", by: "ann" }]);
  const back = await stub.pin({ ...ask, level: null, by: "bob", opId: null, revision: 2 });
  expect(back).toMatchObject({ ok: true, value: { level: 0, pin: null, revision: 3 } });
});

it("keeps its history and its totals over an eviction, and writes once a minute", async ({
  expect,
}) => {
  await runInDurableObject(stubOf("history"), async (_, state) => {
    let nowMs = 3_600_000_000;
    const clock = { nowMs: () => nowMs };
    const controller = new RegionController(state, env, clock);
    const sums = new RegionSums();
    sums.count("http_answers", 2);
    sums.time("http_read_ms", 10);
    for (let second = 0; second < 61 * 60; second += 20) {
      await controller.exchange(sums.counts());
      nowMs += 20_000;
    }
    const rows = (table: string) =>
      state.storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n;
    expect([rows("history_minutes"), rows("history_hours")]).toEqual([60, 1]);
    expect(await state.storage.getAlarm()).toBeGreaterThan(0);
    const reborn = new RegionController(state, env, clock);
    const totals = await reborn.totals();
    expect(totals).toMatchObject({ sinceMs: 3_600_000_000, published: { level: 0 }, on: [] });
    expect(totals.counts.counters).toEqual({ http_answers: 360 });
    const ask = { fromMs: 3_600_000_000, stepMs: 3_600_000, points: 2 };
    expect(await reborn.history(ask)).toMatchObject([
      { at: 0, level: 0, counts: { counters: { http_answers: 360 } } },
    ]);
    expect(await reborn.history({ ...ask, stepMs: 600_000, points: 3 })).toMatchObject(
      [0, 1, 2].map((at) => ({ at, counts: { counters: { http_answers: 60 } } })),
    );
  });
});
