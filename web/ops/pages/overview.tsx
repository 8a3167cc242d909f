import type { LevelList, RegionLevel } from "../../../core/degradation/controller-service.ts";
import { useStore } from "../../app/state/store.ts";
import { Link } from "../../app/ui/link.tsx";
import { useSection } from "../data/sections.ts";
import { ago, count, millis, percent } from "../format.ts";
import { LEVEL_WORDS, regionsShown, toneOf } from "../levels.ts";
import { clockStore } from "../state/clock.ts";
import { regionStore } from "../state/region.ts";
import { Badge } from "../ui/badge.tsx";
import { Budgets } from "./budgets.tsx";
import { HistoryPlots } from "./history-plots.tsx";
import { SectionCard } from "../ui/section.tsx";

export function OverviewPage() {
  const levels = useSection<LevelList>("levels");
  const region = useStore(regionStore);
  return (
    <>
      <SectionCard title="Regions" known={levels} bare>
        {(list) => (
          <>
            <div class="cards region-cards">
              {regionsShown(list, region).map((row) => (
                <RegionTile key={row.region} row={row} />
              ))}
            </div>
            <Away list={list} />
          </>
        )}
      </SectionCard>
      <Budgets />
      <HistoryPlots />
    </>
  );
}

function RegionTile({ row }: { row: RegionLevel }) {
  const nowMs = useStore(clockStore);
  const { published, counters, timings, windowMs } = row;
  const { level, pin, reason, sinceMs } = published;
  const answers = counters["http_answers"] ?? 0;
  const failures = counters["http_errors"] ?? 0;
  const lastChange = row.changes[0];
  return (
    <article class={`card region-card tone-${toneOf(level)}`} aria-label={row.region}>
      <div class="card-head">
        <h3>{row.region}</h3>
        <span class="row">
          {pin !== null && <Badge tone="warn">Pinned</Badge>}
          <Badge tone={toneOf(level)}>Level {level}</Badge>
        </span>
      </div>
      <p class="level-big">{LEVEL_WORDS[level]}</p>
      <dl class="facts">
        <dt>Since</dt>
        <dd>{sinceMs === 0 ? "it began" : ago(sinceMs, nowMs)}</dd>
        <dt>Why</dt>
        <dd>{pin?.reason ?? reason}</dd>
        <dt>Set by</dt>
        <dd>{pin?.by ?? lastChange?.by ?? "its signals"}</dd>
        <dt>Traffic</dt>
        <dd>
          {count((answers * 1_000) / windowMs)}/s
          {answers > 0 && `, ${percent(failures / answers)} failed`}
        </dd>
        <dt>p50, p99</dt>
        <dd>
          {millis(timings["http_read_ms"]?.p50Ms ?? null)},{" "}
          {millis(timings["http_read_ms"]?.p99Ms ?? null)}
        </dd>
      </dl>
      <Link to="/ops/levels">Signals and pins</Link>
    </article>
  );
}

export function Away({ list }: { list: LevelList }) {
  if (list.away.length === 0) return null;
  return (
    <p class="stale" role="status">
      No answer from {list.away.map(({ region, why }) => `${region} (${why})`).join(", ")}.
    </p>
  );
}
