import type { RolloutList, RolloutView } from "../../../core/rollout/rollout.ts";
import { Link } from "../../app/ui/link.tsx";
import { useSection } from "../data/sections.ts";
import { count, percent, words } from "../format.ts";
import { phaseTone, phaseWords, shareOf } from "../rollouts.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";

type Verdict = RolloutView["verdicts"][number];
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
          { head: "Guard", render: ({ guard }) => words(guard) },
          { head: "Baseline", isNumber: true, render: ({ control }) => said(control) },
          { head: "Canary", isNumber: true, render: ({ treatment }) => said(treatment) },
          {
            head: "Verdict",
            render: ({ outcome }) => <Badge tone={toneOf(outcome)}>{words(outcome)}</Badge>,
          },
        ]}
      />
    </section>
  );
}

const said = (value: number | null): string => (value === null ? "–" : count(value));
const TONES: Readonly<Record<string, Tone>> = { pass: "good", fail: "bad" };
const toneOf = (outcome: Verdict["outcome"]): Tone => TONES[outcome] ?? "plain";
