import type { LevelList, RegionLevel } from "../../../core/degradation/controller-service.ts";
import { LEVELS } from "../../../core/degradation/levels.ts";
import { useStore } from "../../app/state/store.ts";
import { type Known, useSection } from "../data/sections.ts";
import { ago, clockTime, count, millis, percent, span, words } from "../format.ts";
import { drainAction, KEEPS, LEVEL_WORDS, pinAction, regionsShown, toneOf } from "../levels.ts";
import { clockStore } from "../state/clock.ts";
import { regionStore } from "../state/region.ts";
import { ActButton } from "../ui/act-button.tsx";
import { Badge, type Tone } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { Away } from "./overview.tsx";

export function LevelsPage() {
  const levels = useSection<LevelList>("levels");
  const region = useStore(regionStore);
  return (
    <SectionCard title="Levels by region" known={levels} bare>
      {(list) => (
        <>
          <Away list={list} />
          {regionsShown(list, region).map((row) => (
            <Region key={row.region} row={row} known={levels} />
          ))}
        </>
      )}
    </SectionCard>
  );
}

function Region({ row, known }: { row: RegionLevel; known: Known<LevelList> }) {
  const nowMs = useStore(clockStore);
  const { level, pin, drain, reason, sinceMs, revision } = row.published;
  const isDrained = drain !== undefined && drain.keep < 1;
  return (
    <section class={`card region-card tone-${toneOf(level)}`} aria-label={row.region}>
      <div class="card-head">
        <h2>{row.region}</h2>
        <span class="row">
          <Badge tone={toneOf(level)}>
            Level {level} · {LEVEL_WORDS[level]}
          </Badge>
          {pin !== null && <Badge tone="warn">Pinned</Badge>}
          {isDrained && <Badge tone="warn">Drained to {percent(drain.keep)}</Badge>}
        </span>
      </div>
      <dl class="facts">
        <dt>Why</dt>
        <dd>{reason}</dd>
        <dt>Since</dt>
        <dd>{sinceMs === 0 ? "it began" : ago(sinceMs, nowMs)}</dd>
        <dt>Signals ask for</dt>
        <dd>
          level {row.automatic}, {LEVEL_WORDS[row.automatic].toLowerCase()}
        </dd>
        {pin !== null && (
          <>
            <dt>Pin</dt>
            <dd>
              by {pin.by}, for {span(pin.untilMs - nowMs)} more: {pin.reason}
            </dd>
          </>
        )}
        {isDrained && (
          <>
            <dt>Drain</dt>
            <dd>
              by {drain.by}, for {span(drain.untilMs - nowMs)} more: {drain.reason}
            </dd>
          </>
        )}
        <dt>Revision</dt>
        <dd>{revision}</dd>
      </dl>
      <div class="row" role="group" aria-label={`Pin ${row.region}`}>
        {LEVELS.map((to) => (
          <ActButton key={to} action={pinAction(row, to)} danger={to >= 3} of={row.region}>
            Pin at {to}
          </ActButton>
        ))}
        {pin !== null && (
          <ActButton action={pinAction(row, null)} of={`of ${row.region}`}>
            Take back the pin
          </ActButton>
        )}
      </div>
      <div class="row" role="group" aria-label={`Drain ${row.region}`}>
        {KEEPS.map((keep) => (
          <ActButton key={keep} action={drainAction(row, keep)} danger of={row.region}>
            Drain to {percent(keep)}
          </ActButton>
        ))}
        {isDrained && (
          <ActButton action={drainAction(row, 1)} of={`of ${row.region}`}>
            Take its viewers back
          </ActButton>
        )}
      </div>
      <Signals row={row} atMs={known.atMs} />
      <Window row={row} />
      <Changes row={row} />
    </section>
  );
}

const VERDICTS: Readonly<Record<RegionLevel["triggers"][number]["verdict"], Tone>> = {
  bad: "bad",
  unclear: "warn",
  good: "good",
  unknown: "plain",
};

function Signals({ row, atMs }: { row: RegionLevel; atMs: number | null }) {
  const nowMs = useStore(clockStore);
  /** From when it was read on, the countdown goes by this machine's clock. */
  const leftMs = (endsInMs: number): number => endsInMs - (nowMs - (atMs ?? nowMs));
  return (
    <Table
      caption={`Signals of ${row.region}`}
      rows={row.triggers}
      keyOf={({ trigger }) => trigger}
      empty="No signal is watched."
      columns={[
        { head: "Signal", render: ({ trigger }) => words(trigger) },
        {
          head: "Verdict",
          render: ({ verdict }) => <Badge tone={VERDICTS[verdict]}>{verdict}</Badge>,
        },
        {
          head: "Condition",
          render: ({ isOn, endsInMs }) =>
            isOn ? (
              <>
                <Badge tone="bad">on</Badge>{" "}
                {endsInMs === null
                  ? "until it is good"
                  : `ends in ${span(leftMs(endsInMs))} at the earliest`}
              </>
            ) : (
              "off"
            ),
        },
        { head: "Seen", render: ({ signal }) => signal },
      ]}
    />
  );
}

function Window({ row }: { row: RegionLevel }) {
  const timings = Object.entries(row.timings).toSorted(([a], [b]) => a.localeCompare(b));
  const counters = Object.entries(row.counters).toSorted(([a], [b]) => a.localeCompare(b));
  return (
    <details>
      <summary>Counted in the last {span(row.windowMs)}</summary>
      <Table
        caption={`Times of ${row.region}`}
        rows={timings}
        keyOf={([name]) => name}
        empty="Nothing was timed."
        columns={[
          { head: "Time", render: ([name]) => words(name) },
          { head: "Count", isNumber: true, render: ([, it]) => count(it.count) },
          { head: "p50", isNumber: true, render: ([, it]) => millis(it.p50Ms) },
          { head: "p95", isNumber: true, render: ([, it]) => millis(it.p95Ms) },
          { head: "p99", isNumber: true, render: ([, it]) => millis(it.p99Ms) },
        ]}
      />
      <Table
        caption={`Counters of ${row.region}`}
        rows={counters}
        keyOf={([name]) => name}
        empty="Nothing was counted."
        columns={[
          { head: "Counter", render: ([name]) => words(name) },
          { head: "Count", isNumber: true, render: ([, value]) => count(value) },
        ]}
      />
    </details>
  );
}

function Changes({ row }: { row: RegionLevel }) {
  const nowMs = useStore(clockStore);
  return (
    <details>
      <summary>
        {row.changes.length === 0 ? "No changes yet" : `Changes: ${row.changes.length}`}
      </summary>
      <Table
        caption={`Changes of ${row.region}`}
        rows={row.changes}
        keyOf={({ revision }) => revision}
        empty="Its level has never changed."
        columns={[
          { head: "When", render: ({ atMs }) => clockTime(atMs, nowMs) },
          { head: "Level", render: ({ from, to }) => `${from} → ${to}` },
          { head: "By", render: ({ by }) => by },
          { head: "Why", render: ({ reason, pin }) => pin?.reason ?? reason },
        ]}
      />
    </details>
  );
}
