import { createHmac } from "node:crypto";

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject, it } from "vitest";

import { regionControllerName } from "../../core/degradation/controller-service.ts";
import { SLO_LIMITS } from "../../core/slo/limits.ts";
import { type RegionCounts, RegionSums } from "../../core/telemetry/region-counts.ts";
import type { ReceivedAlert } from "../../dev/alert-receiver.ts";
import { RegionController } from "../../durable-objects/region-controller.ts";

const MINUTE_MS = 60_000;
/** In years: no alarm that is set in the test's time rings in it, and nothing but the test moves the object. */
const START_MS = 4_000_000_020_000;
const SECRET = "a secret of more than thirty-two characters";
const URL = inject("alertReceiver");

/** A minute's reads of people, and what the graph below them did. */
function minute(reads: number, failed: number): RegionCounts {
  const sums = new RegionSums();
  sums.count("api_reads", reads);
  sums.count("api_read_errors", failed);
  sums.count("tao_reads", reads);
  sums.count("tao_read_errors", failed);
  return sums.counts();
}
const received = async () => (await (await fetch(URL)).json()) as ReceivedAlert[];

function isSigned({ body, signature }: ReceivedAlert): boolean {
  const [, seconds = "", mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  return mac === createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex");
}

it("tells a receiver that fails first of a dependency that fails, over the loss of its memory", async ({
  expect,
}) => {
  const stub = env.CONTROLLER.getByName(regionControllerName("failing"));
  await runInDurableObject(stub, async (_, state) => {
    let nowMs = START_MS;
    const vars = {
      ...env,
      ENVIRONMENT: "development",
      ALERT_WEBHOOK_URL: URL,
      ALERT_WEBHOOK_SECRET: SECRET,
      ALERT_RUNBOOK_BASE: "https://example.com/repo",
    };
    const born = () => new RegionController(state, vars, { nowMs: () => nowMs });
    let controller = born();
    const firing = async () => {
      const { alerts } = await controller.alerts();
      return alerts.filter(({ status }) => status === "firing").map(({ id }) => id);
    };
    const pass = async (minutes: number, failed: number) => {
      for (let passed = 0; passed < minutes; passed++) {
        await controller.exchange(minute(1_000, failed));
        nowMs += MINUTE_MS;
      }
      await controller.exchange(minute(0, 0));
    };

    // Three healthy days, an hour at a time: long windows of a young region are as short as its life.
    for (let hours = 0; hours < 72; hours++) {
      await controller.exchange(minute(60_000, 0));
      nowMs += 60 * MINUTE_MS;
    }
    await pass(60, 0);
    await pass(5, 100);
    // A tenth fails for five minutes: 0.8 % of the last hour, which is not yet 14.4 times 0.1 %.
    expect(await firing()).toEqual([]);
    // The loss of the object's memory loses nothing of the hour before.
    controller = born();
    await pass(5, 100);
    expect(await firing()).toEqual(["read-availability-page", "graph-availability-page"]);

    await fetch(URL, { method: "PUT", body: "[500, 0]" });
    const before = await state.storage.getAlarm();
    expect(before).toBeLessThanOrEqual(nowMs);
    await controller.alarm();
    const failed = await controller.alerts();
    expect(failed.webhook).toMatchObject({
      at: "on",
      waiting: 2,
      delivered: 0,
      nextTryMs: nowMs + SLO_LIMITS.deliveryRetryMs,
      lastFailure: { why: "status 500" },
    });
    controller = born();
    nowMs += SLO_LIMITS.deliveryRetryMs;
    await controller.alarm();
    nowMs += 2 * SLO_LIMITS.deliveryRetryMs;
    await controller.alarm();
    const told = await received();
    expect(told.map(({ delivery }) => delivery.replace(/\d{13}/, "at"))).toEqual([
      ...Array<string>(3).fill("failing.read-availability-page.at.firing"),
      "failing.graph-availability-page.at.firing",
    ]);
    expect(told.every(isSigned)).toBe(true);
    expect(new Set(told.slice(0, 3).map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(told[0]?.body ?? "")).toMatchObject({
      version: "4",
      status: "firing",
      alerts: [
        {
          labels: { alertname: "read-availability-page", region: "failing", severity: "page" },
          annotations: {
            runbook_url: "https://example.com/repo/docs/runbooks/read-availability.md",
          },
        },
      ],
    });

    const [alert] = (await controller.alerts()).alerts;
    const ask = { by: "ann", reason: "on it" };
    expect(
      await controller.acknowledge("read-availability-page", { ...ask, revision: 0 }),
    ).toMatchObject({ ok: false, error: { code: "conflict", revision: alert?.revision } });
    expect(
      await controller.acknowledge("read-availability-page", {
        ...ask,
        revision: alert?.revision ?? 0,
      }),
    ).toMatchObject({ ok: true, value: { acknowledged: ask } });
    controller = born();

    await pass(12, 0);
    expect(await firing()).toEqual([]);
    await controller.alarm();
    const over = (await received()).slice(told.length).map(({ delivery }) => delivery);
    expect(over.map((delivery) => delivery.replace(/\d{13}/, "at"))).toEqual([
      // The graph's failures have put the region at level 3, and kept it there.
      "failing.level-degraded.at.firing",
      "failing.level-degraded.at.resolved",
      "failing.read-availability-page.at.resolved",
      "failing.graph-availability-page.at.resolved",
    ]);
    const { log, objectives, webhook } = await controller.alerts();
    expect(log.filter(({ alert: id }) => id === "read-availability-page")).toMatchObject([
      { event: "resolved", by: "controller" },
      { event: "acknowledged", by: "ann", why: "on it" },
      { event: "firing", by: "controller" },
    ]);
    expect(webhook).toMatchObject({ waiting: 0, delivered: 6, failures: 2, lost: 0 });
    const reads = objectives.find(({ id }) => id === "read-availability");
    const month = reads?.burn.find(({ window }) => window === "30d");
    expect(month).toMatchObject({ total: 4_402_000, bad: 1_000 });
  });
});

it("writes nothing of alerts, and sets no alarm for them, while nothing is wrong", async ({
  expect,
}) => {
  const stub = env.CONTROLLER.getByName(regionControllerName("well"));
  await runInDurableObject(stub, async (_, state) => {
    let nowMs = START_MS;
    const controller = new RegionController(state, env, { nowMs: () => nowMs });
    for (let passed = 0; passed < 10; passed++) {
      await controller.exchange(minute(1_000, 0));
      nowMs += MINUTE_MS;
    }
    await controller.alarm();
    for (const table of ["alert_state", "alert_log", "alert_outbox"])
      expect(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()).toEqual([]);
    const { webhook, alerts } = await controller.alerts();
    expect(webhook).toMatchObject({ at: "off", waiting: 0 });
    expect(alerts.every(({ status }) => status === "ok")).toBe(true);
  });
});

it("watches its region in spite of a webhook that is mistaken, and says what is wrong", async ({
  expect,
}) => {
  const stub = env.CONTROLLER.getByName(regionControllerName("mistaken"));
  await runInDurableObject(stub, async (_, state) => {
    const vars = { ...env, ALERT_WEBHOOK_URL: URL, ALERT_WEBHOOK_SECRET: SECRET };
    const controller = new RegionController(state, vars, { nowMs: () => START_MS });
    expect(await controller.exchange(minute(10, 0))).toMatchObject({ level: 0 });
    const { webhook } = await controller.alerts();
    expect(webhook.at).toBe("misconfigured");
    expect(webhook.why).toMatch(/^ALERT_WEBHOOK_URL: must be https/);
  });
});
