import type { Fault } from "../../../core/chaos/fault.ts";
import type { DrillList } from "../../../core/chaos/service.ts";
import { useStore } from "../../app/state/store.ts";
import { useSection } from "../data/sections.ts";
import { faultWords, stopAction } from "../drills.ts";
import { span } from "../format.ts";
import { clockStore } from "../state/clock.ts";
import { ActButton } from "../ui/act-button.tsx";
import { Badge } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";
import { DrillForm } from "./drill-form.tsx";

export function DrillsPage() {
  const drills = useSection<DrillList>("drills");
  if (drills.value === null && drills.error?.code === "not_found")
    return (
      <section class="card" aria-label="No drills">
        <h2>This build injects no faults</h2>
        <p>
          Drills make real requests fail, so a build for production has none of the code that does
          it. Deploy a build with drills to a place of its own: docs/chaos.md says how.
        </p>
      </section>
    );
  const list = drills.value;
  return (
    <>
      <SectionCard
        title="Going on"
        known={drills}
        bare
        actions={
          list !== null && (
            <ActButton
              action={stopAction(null, list)}
              danger
              whyNot={list.active.length === 0 ? "No drill is going on." : null}
            >
              Stop all
            </ActButton>
          )
        }
      >
        {(known) =>
          known.active.length === 0 ? (
            <p class="card muted">No fault is being injected.</p>
          ) : (
            <div class="cards">
              {known.active.map((fault) => (
                <Active key={fault.id} fault={fault} list={known} />
              ))}
            </div>
          )
        }
      </SectionCard>
      <SectionCard title="Start a drill" known={drills}>
        {(known) => <DrillForm list={known} />}
      </SectionCard>
      <SectionCard title="What was done" known={drills}>
        {({ audit }) => (
          <Table
            caption="Drills, newest first"
            rows={audit}
            keyOf={({ revision, what, fault }) => `${revision} ${what} ${fault.id}`}
            empty="There has been no drill."
            columns={[
              { head: "When", render: ({ atMs }) => <When atMs={atMs} /> },
              { head: "What", render: ({ what }) => what },
              { head: "Fault", render: ({ fault }) => faultWords(fault) },
              { head: "Who", render: ({ by }) => by },
              { head: "Why", render: ({ reason }) => reason },
            ]}
          />
        )}
      </SectionCard>
    </>
  );
}

function Active({ fault, list }: { fault: Fault; list: DrillList }) {
  const nowMs = useStore(clockStore);
  const words = faultWords(fault);
  return (
    <article class="card region-card tone-bad" aria-label={words}>
      <div class="card-head">
        <h3>{words}</h3>
        <Badge tone="bad">injected</Badge>
      </div>
      <p class="countdown">{span(fault.untilMs - nowMs)} left</p>
      <dl class="facts">
        <dt>Why</dt>
        <dd>{fault.reason}</dd>
        <dt>By</dt>
        <dd>{fault.by}</dd>
        <dt>Since</dt>
        <dd>
          <When atMs={fault.startedMs} />
        </dd>
      </dl>
      <span>
        <ActButton action={stopAction(fault, list)} danger of={words}>
          Stop
        </ActButton>
      </span>
    </article>
  );
}
