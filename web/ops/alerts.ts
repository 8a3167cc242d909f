import type { OperatorClient } from "../../client/operator.ts";
import type { AlertList, RegionAlert, RegionAlerts } from "../../core/slo/alert-service.ts";
import { SLO_LIMITS } from "../../core/slo/limits.ts";
import { clockTime } from "./format.ts";
import type { Action, Seen } from "./ui/action-store.ts";
import type { Tone } from "./tone.ts";

export const alertTone = ({ status, severity }: RegionAlert): Tone =>
  status === "firing" ? (severity === "page" ? "bad" : "warn") : status === "ok" ? "good" : "plain";

/** As the repository has it, below docs/. */
export const runbookName = (path: string): string => path.replace(/^docs\//, "");

export const alertsShown = (list: AlertList, region: string): readonly RegionAlerts[] =>
  list.regions.filter((row) => region === "" || row.region === region);

const seenOf = (alert: RegionAlert, nowMs: number): Seen => ({
  revision: alert.revision,
  facts: [
    ["Status", alert.status],
    ["Fired", alert.firedMs === null ? "never" : clockTime(alert.firedMs, nowMs)],
    ["Acknowledged by", alert.acknowledged?.by ?? "nobody"],
    ["Revision", String(alert.revision)],
  ],
});

export function acknowledgeAction(region: string, alert: RegionAlert, nowMs: number): Action {
  const lookAgain = async (api: OperatorClient): Promise<Seen> => {
    const rows = (await api.alerts()).regions.find((row) => row.region === region)?.alerts ?? [];
    const now = rows.find(({ id }) => id === alert.id);
    if (now === undefined) throw new Error(`${region} does not answer`);
    return seenOf(now, nowMs);
  };
  return {
    title: `Acknowledge ${alert.id} in ${region}`,
    effect:
      "You are looking at it: nobody is told again while it goes on. It still resolves by itself, and fires anew.",
    yes: "Acknowledge",
    reasonCharsMax: SLO_LIMITS.acknowledgeReasonCharsMax,
    seen: seenOf(alert, nowMs),
    lookAgain,
    async send(api, { reason, revision, idempotencyKey }) {
      const wanted = { reason, revision: revision ?? 0 };
      await api.acknowledgeAlert(region, alert.id, wanted, { idempotencyKey });
      return `${alert.id} in ${region} is acknowledged.`;
    },
  };
}
