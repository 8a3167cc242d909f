import { createHmac } from "node:crypto";

import { afterEach, beforeEach, describe, it } from "vitest";

import { SLO_LIMITS } from "../../core/slo/limits.ts";
import { Outbox } from "../../core/slo/outbox.ts";
import { type AlertReceiver, startAlertReceiver } from "../../dev/alert-receiver.ts";
import { alertConfigFrom, postMessage } from "../../platform/alert-webhook.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { MemoryOutboxRows } from "../fakes/memory-outbox-rows.ts";

const SECRET = "a secret of more than thirty-two characters";
const URL_VAR = "https://alerts.example.com/edgewise";

let receiver: AlertReceiver;
beforeEach(async () => {
  receiver = await startAlertReceiver();
});
afterEach(() => receiver.stop());

describe("a webhook", () => {
  it("hears of everything once its receiver is back, signed, under the same id", async ({
    expect,
  }) => {
    const clock = new ManualClock(1_700_000_000_000);
    const config = { url: receiver.url, secret: SECRET, runbookBase: null };
    const send = postMessage(config, { fetch, nowMs: () => clock.nowMs(), timeoutMs: 1_000 });
    const outbox = new Outbox({ clock, rows: new MemoryOutboxRows(), send, report: () => {} });
    receiver.statuses.push(500, 0, 302);
    outbox.add({ id: "one", body: '{"n":1}' });
    outbox.add({ id: "two", body: '{"n":2}' });
    const failures: string[] = [];
    for (let tries = 0; tries < 4; tries++) {
      await outbox.flush();
      failures.push(outbox.state.lastFailure?.why ?? "");
      clock.advance(SLO_LIMITS.deliveryRetryMaxMs);
    }
    expect(failures).toEqual([
      "status 500",
      expect.stringMatching(/^TypeError/),
      // What a redirect names is not followed: it would get what is signed for another.
      "status 302",
      "status 302",
    ]);
    const ids = receiver.received.map(({ delivery }) => delivery);
    expect(ids).toEqual(["one", "one", "one", "one", "two"]);
    for (const { body, signature } of receiver.received) {
      const [, seconds = "", mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      const made = createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex");
      expect(mac).toBe(made);
    }
    const [first, last] = [receiver.received[0], receiver.received[3]];
    // Signed anew for each try: the time of the first would be too old by then.
    expect(last?.signature).not.toBe(first?.signature);
  });

  it("gives up a receiver that does not answer in its time", async ({ expect }) => {
    const never = (_: string, init: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
      });
    const config = { url: receiver.url, secret: SECRET, runbookBase: null };
    const why = await postMessage(config, { fetch: never, nowMs: () => 0, timeoutMs: 30 })({
      id: "x",
      body: "{}",
    });
    expect(why).toMatch(/^TimeoutError/);
  });
});

describe("its configuration", () => {
  const vars = {
    ENVIRONMENT: "production",
    ALERT_WEBHOOK_URL: URL_VAR,
    ALERT_WEBHOOK_SECRET: SECRET,
  };

  it("is off without an address, and whole with its secret", ({ expect }) => {
    expect(alertConfigFrom({})).toEqual({ at: "off" });
    expect(alertConfigFrom({ ALERT_WEBHOOK_URL: "" })).toEqual({ at: "off" });
    expect(alertConfigFrom({ ...vars, ALERT_RUNBOOK_BASE: "https://example.com/repo/" })).toEqual({
      at: "on",
      webhook: { url: URL_VAR, secret: SECRET, runbookBase: "https://example.com/repo" },
    });
  });

  it("names the variable that is wrong, and never what it holds", ({ expect }) => {
    const wrong = (some: object) => {
      const config = alertConfigFrom({ ...vars, ...some });
      return config.at === "misconfigured" ? config.why : config.at;
    };
    expect(wrong({ ALERT_WEBHOOK_SECRET: undefined })).toMatch(/^ALERT_WEBHOOK_SECRET: set it/);
    expect(wrong({ ALERT_WEBHOOK_SECRET: "short-one" })).toBe(
      "ALERT_WEBHOOK_SECRET: at least 32 characters",
    );
    expect(wrong({ ALERT_RUNBOOK_BASE: "javascript:alert(1)" })).toMatch(/^ALERT_RUNBOOK_BASE/);
  });

  it("takes https alone, and http only to a developer's own machine", ({ expect }) => {
    const at = (ALERT_WEBHOOK_URL: string, ENVIRONMENT: string) =>
      alertConfigFrom({ ...vars, ALERT_WEBHOOK_URL, ENVIRONMENT }).at;
    expect(at("http://127.0.0.1:9/x", "development")).toBe("on");
    for (const environment of ["production", "staging", ""])
      expect(at("http://127.0.0.1:9/x", environment)).toBe("misconfigured");
    for (const url of [
      "http://169.254.169.254/latest",
      "http://localhost.example.com/",
      "ftp://127.0.0.1/",
      "https://user:password@example.com/",
      "no address",
    ])
      expect(at(url, "development")).toBe("misconfigured");
  });
});
