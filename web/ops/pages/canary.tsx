import type { RolloutList, RolloutView } from "../../../core/rollout/rollout.ts";
import { Link } from "../../app/ui/link.tsx";
import { useSection } from "../data/sections.ts";
import { count, percent, words } from "../format.ts";
import { GUARD_WORDS, guardNumber, outcomeWords } from "../guards.ts";
import { phaseTone, phaseWords, shareOf } from "../rollouts.ts";
import { Badge } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";

const OVER = ["done", "killed", "aborted", "rolled_back"];

/** Models and weights that are being tried: the new one beside what there was. */
export function Canary() {
  const rollouts = useSection<RolloutList>("rollouts");
  return (
    <SectionCard title="Canary against baseline" known={rollouts}>
      {(list) => {
        const tried = list.rollouts.filter(
          ({ kind, phase }) => ["model", "weights"].includes(kind) && !OVER.includes(phase.at),
        );
        if (tried.length === 0)
          return <p class="muted">No model and no weights are being rolled out.</p>;
        return tried.map((rollout) => <Tried key={rollout.id} rollout={rollout} />);
      }}
    </SectionCard>
  );
}

function Tried({ rollout }: { rollout: RolloutView }) {
  const { id, flag, phase, seen, share, verdicts } = rollout;
  const arms =
    seen === null
      ? "nobody has been seen in this stage yet"
      : `${count(seen.treatment.viewers)} viewers with it, ${count(seen.control.viewers)} without`;
  return (
    <section aria-label={id} class="part">
      <div class="card-head">
        <h3>
          <Link to={`/ops/rollouts/${id}`}>{id}</Link> <span class="muted">{flag}</span>
        </h3>
        <Badge tone={phaseTone(phase.at)}>{phaseWords(rollout)}</Badge>
      </div>
      <p class="muted">
        {percent(shareOf(share))} of viewers; {arms}.
      </p>
      <Table
        caption={`Guards of ${id}`}
        rows={verdicts}
        keyOf={({ guard }) => guard}
        empty="No guard has looked yet."
        columns={[
          { head: "Guard", render: ({ guard }) => GUARD_WORDS[guard] ?? words(guard) },
          {
            head: "Baseline",
            isNumber: true,
            render: ({ guard, control }) => guardNumber(guard, control),
          },
          {
            head: "Canary",
            isNumber: true,
            render: ({ guard, treatment }) => guardNumber(guard, treatment),
          },
          {
            head: "Verdict",
            render: ({ outcome }) => {
              const [tone, word] = outcomeWords(outcome);
              return <Badge tone={tone}>{word}</Badge>;
            },
          },
        ]}
      />
    </section>
  );
}
