import { ACTIONS } from "../../../core/rollout/command.ts";
import type { RolloutList, RolloutView } from "../../../core/rollout/rollout.ts";
import { useStore } from "../../app/state/store.ts";
import { Link } from "../../app/ui/link.tsx";
import { ago, clockTime, count, percent, span, words } from "../format.ts";
import { GUARD_WORDS, guardNumber, outcomeWords } from "../guards.ts";
import {
  phaseTone,
  phaseWords,
  rolloutAction,
  shareOf,
  stagesOf,
  whyNotVerb,
} from "../rollouts.ts";
import { clockStore } from "../state/clock.ts";
import { ActButton } from "../ui/act-button.tsx";
import { Badge } from "../ui/badge.tsx";
import { Table } from "../ui/table.tsx";

export function RolloutDetail({ view, list }: { view: RolloutView; list: RolloutList }) {
  const audit = list.audit.filter(({ rollout }) => rollout === view.id);
  return (
    <>
      <Link to="/ops/rollouts">All rollouts</Link>
      <Where view={view} />
      <section class="part" aria-label="Guards">
        <h2>Guards: treatment against control</h2>
        <Guards view={view} />
      </section>
      <div class="cards">
        <Propagation view={view} list={list} />
        <Arms view={view} />
      </div>
      <section class="card" aria-label="Audit">
        <h2>What was done</h2>
        <Audit audit={audit} />
      </section>
    </>
  );
}

function Where({ view }: { view: RolloutView }) {
  const nowMs = useStore(clockStore);
  const { phase, share, regions, seen, startedMs, revision, plan } = view;
  return (
    <section class={`card region-card tone-${phaseTone(phase.at)}`} aria-label="Where it is">
      <div class="card-head">
        <p class="level-big">{phaseWords(view)}</p>
        <div class="row">
          {ACTIONS.map((verb) => (
            <ActButton
              key={verb}
              action={rolloutAction(view, verb)}
              danger={verb === "abort" || verb === "kill"}
              whyNot={whyNotVerb(view, verb)}
            >
              {words(verb)[0]?.toUpperCase()}
              {verb.slice(1)}
            </ActButton>
          ))}
        </div>
      </div>
      {typeof phase["guard"] === "string" && (
        <p class="form-error">
          Stopped by the guard {GUARD_WORDS[phase["guard"]] ?? phase["guard"]}: everybody has what
          there was.
        </p>
      )}
      <ol class="stages" aria-label="Stages">
        {stagesOf(plan).map((stage, index) => (
          <li
            key={index}
            class="stage"
            aria-current={phase["stage"] === index ? "step" : undefined}
          >
            {percent(shareOf(stage.share))}
            {stage.regions !== null && <span class="muted"> in {stage.regions.join(", ")}</span>}
          </li>
        ))}
      </ol>
      <dl class="facts">
        <dt>Flag</dt>
        <dd>{view.flag}</dd>
        <dt>Share now</dt>
        <dd>
          {percent(shareOf(share))}
          {regions !== null && ` of ${regions.join(", ")}`}
        </dd>
        <dt>Exposed</dt>
        <dd>
          {seen === null
            ? "nobody seen yet"
            : `about ${count(seen.treatment.viewers)} viewers, ${count(seen.treatment.pages)} pages`}
          {seen !== null && (
            <span class="muted">
              {" "}
              (control: {count(seen.control.viewers)}, {count(seen.control.pages)})
            </span>
          )}
        </dd>
        <dt>Stages last</dt>
        <dd>{typeof plan["bakeMs"] === "number" ? `${span(plan["bakeMs"])} at least` : "–"}</dd>
        <dt>Started</dt>
        <dd>{startedMs === null ? "not yet" : ago(startedMs, nowMs)}</dd>
        <dt>Revision</dt>
        <dd>{revision}</dd>
      </dl>
    </section>
  );
}

function Guards({ view }: { view: RolloutView }) {
  if (view.verdicts.length === 0)
    return <p class="muted">Not enough data: no guard has anything to compare yet.</p>;
  return (
    <div class="tiles guard-tiles">
      {view.verdicts.map(({ guard, outcome, control, treatment, harm }) => {
        const [tone, word] = outcomeWords(outcome);
        // Of times, harm is counted in pages that are too slow.
        const harmOf = (value: number | null) =>
          value === null ? "?" : guardNumber(guard === "p99" ? "share" : guard, value);
        return (
          <article key={guard} class="tile" aria-label={GUARD_WORDS[guard]}>
            <div class="card-head">
              <h3>{GUARD_WORDS[guard] ?? words(guard)}</h3>
              <Badge tone={tone}>{word}</Badge>
            </div>
            <dl class="facts">
              <dt>Treatment</dt>
              <dd class="tile-value">{guardNumber(guard, treatment)}</dd>
              <dt>Control</dt>
              <dd class="tile-value">{guardNumber(guard, control)}</dd>
            </dl>
            <span class="tile-note">
              Harm beyond what is tolerated: {harmOf(harm.estimate)}, between {harmOf(harm.low)} and{" "}
              {harmOf(harm.high)}
            </span>
          </article>
        );
      })}
    </div>
  );
}

function Propagation({ view, list }: { view: RolloutView; list: RolloutList }) {
  return (
    <section class="card" aria-label="Propagation">
      <h2>What regions know</h2>
      <Table
        caption="What each region's copy knew when it asked last"
        rows={list.regions}
        keyOf={({ region }) => region}
        empty="No region has asked yet."
        columns={[
          { head: "Region", render: ({ region }) => region },
          {
            head: "Knows",
            render: ({ revision }) =>
              revision >= view.revision ? (
                <Badge tone="good">this revision</Badge>
              ) : (
                <Badge tone="warn">revision {revision}</Badge>
              ),
          },
          { head: "Asked", render: ({ agoMs }) => `${span(agoMs)} ago` },
        ]}
      />
    </section>
  );
}

function Arms({ view }: { view: RolloutView }) {
  return (
    <section class="card" aria-label="Values">
      <h2>Values</h2>
      <h3>Treatment</h3>
      <pre class="json">{JSON.stringify(view.treatment, null, 2)}</pre>
      <h3>Control</h3>
      <pre class="json">{JSON.stringify(view.control, null, 2)}</pre>
    </section>
  );
}

function Audit({ audit }: { audit: RolloutList["audit"] }) {
  const nowMs = useStore(clockStore);
  return (
    <Table
      caption="Audit log of this rollout, newest first"
      rows={audit}
      keyOf={({ seq }) => seq}
      empty="Nothing of it is in the part of the log that is shown."
      columns={[
        { head: "When", render: ({ atMs }) => clockTime(atMs, nowMs) },
        { head: "Who", render: ({ who }) => who },
        { head: "What", render: ({ action }) => words(action) },
        { head: "Became", render: ({ from, to }) => `${from ?? "nothing"} → ${to}` },
        { head: "Why", render: ({ reason }) => reason },
      ]}
    />
  );
}
