import type { AlertList, RegionAlerts } from "../../../core/slo/alert-service.ts";
import { useStore } from "../../app/state/store.ts";
import { acknowledgeAction, alertsShown, alertTone, runbookName } from "../alerts.ts";
import { budgetWords, burnTone, rateWords } from "../burn.ts";
import { useSection } from "../data/sections.ts";
import { count, percent } from "../format.ts";
import { clockStore } from "../state/clock.ts";
import { regionStore } from "../state/region.ts";
import { ActButton } from "../ui/act-button.tsx";
import { Badge } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { Ago, When } from "../ui/when.tsx";

export function AlertsPage() {
  const known = useSection<AlertList>("alerts");
  const region = useStore(regionStore);
  return (
    <>
      <SectionCard title="Firing" known={known}>
        {(list) => (
          <>
            {list.away.length > 0 && (
              <p class="stale" role="status">
                No answer from {list.away.map((row) => row.region).join(", ")}.
              </p>
            )}
            <Firing rows={alertsShown(list, region)} />
          </>
        )}
      </SectionCard>
      {known.value !== null &&
        alertsShown(known.value, region).map((row) => <Region key={row.region} row={row} />)}
    </>
  );
}

function Firing({ rows }: { rows: readonly RegionAlerts[] }) {
  const nowMs = useStore(clockStore);
  const firing = rows.flatMap(({ region, alerts }) =>
    alerts.filter(({ status }) => status === "firing").map((alert) => ({ region, alert })),
  );
  return (
    <Table
      caption="Alerts that are firing"
      rows={firing}
      keyOf={({ region, alert }) => `${region} ${alert.id}`}
      empty="Nothing is firing."
      columns={[
        {
          head: "Alert",
          render: ({ alert }) => (
            <>
              <Badge tone={alertTone(alert)}>{alert.severity}</Badge> {alert.summary}
            </>
          ),
        },
        { head: "Region", render: ({ region }) => region },
        {
          head: "Since",
          render: ({ alert }) => (alert.firedMs === null ? "–" : <Ago atMs={alert.firedMs} />),
        },
        { head: "Why", render: ({ alert }) => alert.why },
        { head: "Runbook", render: ({ alert }) => runbookName(alert.runbook) },
        {
          head: "Acknowledged",
          render: ({ region, alert }) =>
            alert.acknowledged === null ? (
              <ActButton
                action={acknowledgeAction(region, alert, nowMs)}
                of={`${alert.id} in ${region}`}
              >
                Acknowledge
              </ActButton>
            ) : (
              `${alert.acknowledged.by}: ${alert.acknowledged.reason}`
            ),
        },
      ]}
    />
  );
}

function Region({ row }: { row: RegionAlerts }) {
  // A phone shows first what is wrong.
  const isOpen =
    matchMedia("(min-width: 861px)").matches ||
    row.alerts.some(({ status }) => status === "firing");
  return (
    <section class="card" aria-label={row.region}>
      <h2>{row.region}</h2>
      <details open={isOpen}>
        <summary>Budgets and burn rates</summary>
        <Objectives row={row} />
      </details>
      <details>
        <summary>Every alert: {row.alerts.length}</summary>
        <Table
          caption={`Alerts of ${row.region}`}
          rows={row.alerts}
          keyOf={({ id }) => id}
          empty="There are none."
          columns={[
            { head: "Alert", render: ({ id }) => id },
            {
              head: "State",
              render: (alert) => <Badge tone={alertTone(alert)}>{alert.status}</Badge>,
            },
            { head: "Severity", render: ({ severity }) => severity },
            {
              head: "Fired last",
              render: ({ firedMs }) => (firedMs === null ? "never" : <When atMs={firedMs} />),
            },
            { head: "Runbook", render: ({ runbook }) => runbookName(runbook) },
          ]}
        />
      </details>
      <Webhook webhook={row.webhook} />
    </section>
  );
}

function Objectives({ row: { region, objectives } }: { row: RegionAlerts }) {
  const windows = objectives[0]?.burn.map(({ window }) => window) ?? [];
  return (
    <Table
      caption={`Objectives of ${region}: budget left, and burn rate by window`}
      rows={objectives}
      keyOf={({ id }) => id}
      empty="There is no objective."
      columns={[
        { head: "Objective", render: ({ title }) => title },
        { head: "Target", isNumber: true, render: ({ target }) => percent(target) },
        {
          head: "Budget left",
          isNumber: true,
          render: (objective) => {
            const { share, word, tone } = budgetWords(objective);
            return <Badge tone={tone}>{tone === "plain" ? word : share}</Badge>;
          },
        },
        ...windows.map((window, index) => ({
          head: `Burn ${window}`,
          isNumber: true,
          render: ({ burn }: RegionAlerts["objectives"][number]) => {
            const rate = burn[index]?.rate ?? null;
            const tone = burnTone(window, rate);
            return tone === "good" || tone === "plain" ? (
              rateWords(rate)
            ) : (
              <Badge tone={tone}>{rateWords(rate)}</Badge>
            );
          },
        })),
      ]}
    />
  );
}

function Webhook({ webhook }: { webhook: RegionAlerts["webhook"] }) {
  const { at, why, waiting, delivered, failures, lost, lastFailure } = webhook;
  if (at === "off") return <p class="muted">No webhook is set: nobody is told of alerts.</p>;
  return (
    <p class={at === "misconfigured" ? "form-error" : "muted"}>
      Webhook {at}
      {why !== null && `: ${why}`}. {count(delivered)} delivered, {count(waiting)} waiting,{" "}
      {count(failures)} failed tries, {count(lost)} given up.
      {lastFailure !== null && ` Last failure: ${lastFailure.why}.`}
    </p>
  );
}
