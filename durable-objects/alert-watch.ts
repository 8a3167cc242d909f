import type { Region } from "../core/regions/regions.ts";
import { AlertWatch, type AlertWatchPorts, type Webhook } from "../core/slo/alert-watch.ts";
import { SLO_LIMITS } from "../core/slo/limits.ts";
import { Outbox } from "../core/slo/outbox.ts";
import { failed } from "../core/telemetry/events.ts";
import { alertConfigFrom, type AlertVars, postMessage } from "../platform/alert-webhook.ts";
import { report } from "../platform/telemetry.ts";
import { AlertRows } from "./alert-rows.ts";

type Own = Pick<AlertWatchPorts, "clock" | "view" | "wakeAt">;

/** The alerts of a region over its object's SQLite, with the webhook that its variables name. */
export function alertWatch(
  region: Region,
  sql: Pick<SqlStorage, "exec">,
  vars: AlertVars,
  own: Own,
): AlertWatch {
  const { states, outbox } = new AlertRows(sql);
  return new AlertWatch(region, {
    ...own,
    rows: states,
    webhook: webhookOf(region, vars, outbox, own),
    report,
  });
}

function webhookOf(
  region: Region,
  vars: AlertVars,
  rows: AlertRows["outbox"],
  { clock }: Own,
): Webhook {
  const config = alertConfigFrom(vars);
  if (config.at === "misconfigured")
    report(failed("alert_webhook_misconfigured", config.why, { region }));
  if (config.at !== "on") return config;
  const send = postMessage(config.webhook, {
    fetch: (url, init) => fetch(url, init),
    nowMs: () => clock.nowMs(),
    timeoutMs: SLO_LIMITS.deliveryTimeoutMs,
  });
  const { runbookBase } = config.webhook;
  const outbox = new Outbox({
    clock,
    rows,
    send,
    report: (event, error) => report(failed(event, error, { region })),
  });
  return { at: "on", outbox, runbookBase };
}
