import { fingerprint } from "../hash.ts";
import type { Region } from "../regions/regions.ts";
import type { Transition } from "./alerts.ts";

/** Version of what `edgewise` holds in a message; a field more keeps it, a changed one does not. */
export const MESSAGE_SCHEMA = 1;

/** Alertmanager's way to say that an alert has not ended. */
const NOT_ENDED = "0001-01-01T00:00:00Z";

/** A message on its way. The text stays the same over all tries, and so does the id. */
export interface Message {
  readonly id: string;
  readonly body: string;
}

/**
 * One alert as Alertmanager's webhook says it, version 4, so that its receivers understand it
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). `edgewise` is our own part.
 *
 * @param runbookBase what a runbook's path is appended to; null: the path alone is told.
 */
export function messageOf(
  region: Region,
  { alert, event, state }: Transition,
  runbookBase: string | null,
  nowMs: number,
): Message {
  const { id: alertname, severity, summary, runbook } = alert;
  const delivery = `${region}.${alertname}.${nowMs}.${event}`;
  const status = event === "resolved" ? "resolved" : "firing";
  const labels = { alertname, region, severity };
  const annotations = {
    summary,
    description: state.why,
    runbook_url: runbookBase === null ? runbook : `${runbookBase}/${runbook}`,
  };
  const startsAt = isoOf(state.firedMs ?? nowMs);
  const endsAt = status === "resolved" ? isoOf(nowMs) : NOT_ENDED;
  const message = {
    version: "4",
    groupKey: `{}:{alertname="${alertname}", region="${region}"}`,
    truncatedAlerts: 0,
    status,
    receiver: "edgewise",
    groupLabels: { alertname, region },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: "",
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt,
        endsAt,
        generatorURL: "",
        fingerprint: fingerprint(`${alertname} ${region} ${severity}`),
      },
    ],
    edgewise: { schema: MESSAGE_SCHEMA, delivery, event, revision: state.revision },
  };
  return { id: delivery, body: JSON.stringify(message) };
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** What is signed: a signature of an old message is good for nothing once its receiver looks at the time. */
export const signedText = (sentSeconds: number, body: string): string => `${sentSeconds}.${body}`;
