import { describe, it } from "vitest";

import { QUIET } from "../../../core/slo/alert-state.ts";
import { ALERTS, type Transition } from "../../../core/slo/alerts.ts";
import { SLO_LIMITS } from "../../../core/slo/limits.ts";
import { messageOf } from "../../../core/slo/webhook-message.ts";

const FIRED_MS = Date.UTC(2026, 10, 29, 10, 18);
const [ALERT] = ALERTS;
if (ALERT === undefined) throw new Error("no alerts");

const transition = (event: Transition["event"]): Transition => ({
  alert: ALERT,
  event,
  state: { ...QUIET, firedMs: FIRED_MS, why: "5 % bad", revision: 3 },
});
const parsed = (event: Transition["event"], base: string | null = null, nowMs = FIRED_MS) =>
  JSON.parse(messageOf("apac", transition(event), base, nowMs).body) as Record<string, unknown>;

describe("a message", () => {
  it("has every field of Alertmanager's version 4", ({ expect }) => {
    const labels = { alertname: "read-availability-page", region: "apac", severity: "page" };
    const annotations = {
      summary: ALERT.summary,
      description: "5 % bad",
      runbook_url: "https://example.com/repo/docs/runbooks/read-availability.md",
    };
    expect(parsed("firing", "https://example.com/repo")).toEqual({
      version: "4",
      groupKey: '{}:{alertname="read-availability-page", region="apac"}',
      truncatedAlerts: 0,
      status: "firing",
      receiver: "edgewise",
      groupLabels: { alertname: "read-availability-page", region: "apac" },
      commonLabels: labels,
      commonAnnotations: annotations,
      externalURL: "",
      alerts: [
        {
          status: "firing",
          labels,
          annotations,
          startsAt: "2026-11-29T10:18:00.000Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "",
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      ],
      edgewise: {
        schema: 1,
        delivery: `apac.read-availability-page.${FIRED_MS}.firing`,
        event: "firing",
        revision: 3,
      },
    });
  });

  it("says when it began and when it ended", ({ expect }) => {
    expect(parsed("resolved", null, FIRED_MS + 660_000)).toMatchObject({
      status: "resolved",
      commonAnnotations: { runbook_url: "docs/runbooks/read-availability.md" },
      alerts: [
        {
          status: "resolved",
          startsAt: "2026-11-29T10:18:00.000Z",
          endsAt: "2026-11-29T10:29:00.000Z",
        },
      ],
    });
  });

  it("that repeats is of the same alert, under an id of its own", ({ expect }) => {
    const [first, again] = [parsed("firing"), parsed("repeat", null, FIRED_MS + 1)];
    expect(again["status"]).toBe("firing");
    expect(again["alerts"]).toEqual(first["alerts"]);
    expect(again["edgewise"]).not.toEqual(first["edgewise"]);
  });

  it("fits, for every alert with the longest that operators write", ({ expect }) => {
    const sizes = ALERTS.map((alert) => {
      const state = { ...QUIET, firedMs: FIRED_MS, why: "x".repeat(500) };
      return messageOf("r".repeat(20), { alert, event: "firing", state }, "b".repeat(500), FIRED_MS)
        .body.length;
    });
    expect(Math.max(...sizes)).toBeLessThan(SLO_LIMITS.deliveryCharsMax / 2);
  });
});
