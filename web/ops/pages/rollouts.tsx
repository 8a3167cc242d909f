import type { RolloutList, RolloutView } from "../../../core/rollout/rollout.ts";
import { useStore } from "../../app/state/store.ts";
import { Link } from "../../app/ui/link.tsx";
import { useSection } from "../data/sections.ts";
import { ago, percent } from "../format.ts";
import type { PageProps } from "../pages.ts";
import { phaseTone, phaseWords, rolloutAction, shareOf, whyNotVerb } from "../rollouts.ts";
import { clockStore } from "../state/clock.ts";
import { ActButton } from "../ui/act-button.tsx";
import { Badge } from "../ui/badge.tsx";
import { NotFound } from "../ui/not-found.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { RolloutDetail } from "./rollout-detail.tsx";
import { RolloutForm } from "./rollout-form.tsx";

export function RolloutsPage({ rest }: PageProps) {
  const known = useSection<RolloutList>("rollouts");
  if (rest === "new") return <RolloutForm />;
  if (rest === "")
    return (
      <SectionCard
        title="All rollouts"
        known={known}
        actions={
          <Link class="button button-small" to="/ops/rollouts/new">
            New rollout
          </Link>
        }
      >
        {(list) => <List rollouts={list.rollouts} />}
      </SectionCard>
    );
  return (
    <SectionCard title={rest} known={known} bare>
      {(list) => {
        const view = list.rollouts.find(({ id }) => id === rest);
        return view === undefined ? (
          <NotFound what="rollout" back="/ops/rollouts" />
        ) : (
          <RolloutDetail view={view} list={list} />
        );
      }}
    </SectionCard>
  );
}

function List({ rollouts }: { rollouts: readonly RolloutView[] }) {
  const nowMs = useStore(clockStore);
  const newest = rollouts.toSorted((a, b) => b.createdMs - a.createdMs);
  return (
    <Table
      caption="Rollouts, newest first"
      rows={newest}
      keyOf={({ id }) => id}
      empty="Nothing has been rolled out yet."
      columns={[
        { head: "Rollout", render: ({ id }) => <Link to={`/ops/rollouts/${id}`}>{id}</Link> },
        { head: "Flag", render: ({ flag }) => flag },
        {
          head: "State",
          render: (view) => <Badge tone={phaseTone(view.phase.at)}>{phaseWords(view)}</Badge>,
        },
        { head: "Share", isNumber: true, render: ({ share }) => percent(shareOf(share)) },
        { head: "Made", render: ({ createdMs }) => ago(createdMs, nowMs) },
        {
          head: "Switch",
          render: (view) =>
            whyNotVerb(view, "kill") === null && (
              <ActButton action={rolloutAction(view, "kill")} danger of={view.id}>
                Kill
              </ActButton>
            ),
        },
      ]}
    />
  );
}
