import type { RankingReport } from "../../../core/ranking/stats-schemas.ts";
import { useStore } from "../../app/state/store.ts";
import { type Known, useSection } from "../data/sections.ts";
import { ago, count, percent, words } from "../format.ts";
import { clockStore } from "../state/clock.ts";
import { regionStore } from "../state/region.ts";
import { AwayNote } from "../ui/away-note.tsx";
import { Bar } from "../ui/bar.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { Ago, When } from "../ui/when.tsx";
import { Breakers } from "./breakers.tsx";
import { Canary } from "./canary.tsx";
import { Servers } from "./rank-servers.tsx";

/** The rungs of the ladder, the best first. */
const RUNGS = ["ranked", "cached-scores", "light-model", "smaller-pool", "chronological"] as const;
const COLOURS = [1, 5, 3, 2, 4] as const;

export function RankingPage() {
  const ranking = useSection<RankingReport>("ranking");
  return (
    <>
      <SectionCard title="How pages were made" known={ranking}>
        {(report) => <Ladder report={report} />}
      </SectionCard>
      <Models ranking={ranking} />
      <Canary />
      <SectionCard title="Breakers" known={ranking}>
        {(report) => <BreakersShown report={report} />}
      </SectionCard>
      <SectionCard title="Rankers" known={ranking}>
        {(report) => <Servers report={report} />}
      </SectionCard>
    </>
  );
}

function Ladder({ report }: { report: RankingReport }) {
  const { modes, reasons, hedges, calls } = report.counts;
  const total = Object.values(modes).reduce((sum, value) => sum + value, 0);
  const why = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  return (
    <>
      <p class="muted">
        {count(total)} {total === 1 ? "answer" : "answers"} of the isolate {report.isolate} since it
        began; each region has many.
      </p>
      {RUNGS.map((rung, place) => {
        const answers = modes[rung] ?? 0;
        const share = total === 0 ? 0 : answers / total;
        return (
          <div key={rung} class="bar-row">
            <span>{words(rung)}</span>
            <Bar
              label={`${words(rung)}: ${percent(share)}`}
              share={share}
              colour={COLOURS[place] ?? 1}
            />
            <span>
              {percent(share)} · {count(answers)}
            </span>
          </div>
        );
      })}
      <details>
        <summary>Why no better rung, and how requests to rankers ended</summary>
        <Table
          caption="Why no better rung"
          rows={why}
          keyOf={([name]) => name}
          empty="Nothing was asked."
          columns={[
            { head: "Rung and reason", render: ([name]) => words(name) },
            { head: "Answers", isNumber: true, render: ([, value]) => count(value) },
          ]}
        />
        <Table
          caption="Requests to rankers"
          rows={Object.entries(calls)}
          keyOf={([name]) => name}
          empty="No ranker was asked."
          columns={[
            { head: "Request", render: ([name]) => words(name) },
            { head: "Count", isNumber: true, render: ([, value]) => count(value) },
          ]}
        />
        <p class="muted">
          Second requests: {count(hedges.sent)} sent, {count(hedges.won)} of use,{" "}
          {count(hedges.refused)} beyond the budget.
        </p>
      </details>
    </>
  );
}

function Models({ ranking }: { ranking: Known<RankingReport> }) {
  return (
    <SectionCard title="Models" known={ranking}>
      {({ models, lightModel, cachedViewers }) => (
        <>
          <dl class="facts">
            <dt>Light model</dt>
            <dd>{lightModel ?? "none can be used"}</dd>
            <dt>Viewers with kept scores</dt>
            <dd>{count(cachedViewers)}</dd>
          </dl>
          <Table
            caption="Versions that rankers answered with"
            rows={models}
            keyOf={({ model }) => model}
            empty="No ranker has answered this isolate."
            columns={[
              { head: "Version", render: ({ model }) => model },
              { head: "Answers", isNumber: true, render: ({ answers }) => count(answers) },
              { head: "Last heard", render: ({ lastMs }) => <Ago atMs={lastMs} /> },
            ]}
          />
        </>
      )}
    </SectionCard>
  );
}

function BreakersShown({ report }: { report: RankingReport }) {
  const region = useStore(regionStore);
  const nowMs = useStore(clockStore);
  const away = Object.entries(report.regions).flatMap(([name, shared]) =>
    shared === null && (region === "" || name === region) ? [`${name} (no answer)`] : [],
  );
  const changes = Object.entries(report.regions)
    .filter(([name]) => region === "" || name === region)
    .flatMap(([name, shared]) => (shared?.history ?? []).map((row) => ({ ...row, region: name })))
    .toSorted((a, b) => b.atMs - a.atMs);
  return (
    <>
      <AwayNote parts={away} />
      <Breakers report={report} region={region} />
      <details>
        <summary>
          {changes[0] === undefined
            ? "None has changed"
            : `Changes: ${changes.length}, the last ${ago(changes[0].atMs, nowMs)}`}
        </summary>
        <Table
          caption="Changes of breakers"
          rows={changes}
          keyOf={({ region: name, backend, atMs, to }) => `${name} ${backend} ${atMs} ${to}`}
          empty="None."
          columns={[
            { head: "When", render: ({ atMs }) => <When atMs={atMs} /> },
            { head: "Region", render: (row) => row.region },
            { head: "Ranker", render: ({ backend }) => backend },
            { head: "Change", render: ({ from, to }) => `${words(from)} → ${words(to)}` },
          ]}
        />
      </details>
    </>
  );
}
