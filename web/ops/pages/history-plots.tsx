import { useState } from "preact/hooks";

import { PLOTTED } from "../../../core/telemetry/plotted.ts";
import { useStore } from "../../app/state/store.ts";
import { useLive } from "../data/live.ts";
import { count, millis, percent } from "../format.ts";
import { linesOf } from "../history.ts";
import { regionStore } from "../state/region.ts";
import { Plot } from "../ui/plot.tsx";
import { SectionCard } from "../ui/section.tsx";

const SPANS = [
  { name: "1 h", minutes: 60, points: 60 },
  { name: "24 h", minutes: 1_440, points: 288 },
] as const;
/** A step is a minute at least. */
const EVERY_MS = 20_000;

/** Traffic, errors, times and level of the picked region, or of all together, over time. */
export function HistoryPlots() {
  const region = useStore(regionStore);
  const [span, setSpan] = useState<(typeof SPANS)[number]>(SPANS[0]);
  const { minutes, points } = span;
  const known = useLive(
    `history ${region} ${minutes}`,
    (api, signal) =>
      api.history(
        { ...(region !== "" && { region }), minutes, points, only: PLOTTED.join(",") },
        { signal },
      ),
    EVERY_MS,
  );
  return (
    <SectionCard
      title={`Last ${span.name}, ${region === "" ? "all regions together" : region}`}
      known={known}
      bare
      actions={
        <div class="row" role="group" aria-label="How far back">
          {SPANS.map((one) => (
            <button
              key={one.name}
              type="button"
              class="chip"
              aria-pressed={one === span}
              onClick={() => setSpan(one)}
            >
              {one.name}
            </button>
          ))}
        </div>
      }
    >
      {(series) => {
        const { atMs, traffic, errors, p50Ms, p99Ms, level } = linesOf(series);
        const perSecond = (value: number): string => `${count(value)}/s`;
        return (
          <>
            {series.away.length > 0 && (
              <p class="stale" role="status">
                Without {series.away.map((row) => row.region).join(", ")}: no answer.
              </p>
            )}
            <div class="cards plots">
              <Plot
                title="Traffic"
                atMs={atMs}
                format={perSecond}
                atLeast={1}
                lines={[{ name: "answers", values: traffic, colour: 1 }]}
              />
              <Plot
                title="Reads"
                atMs={atMs}
                format={millis}
                atLeast={10}
                lines={[
                  { name: "p50", values: p50Ms, colour: 1 },
                  { name: "p99", values: p99Ms, colour: 2 },
                ]}
              />
              <Plot
                title="Errors"
                atMs={atMs}
                format={percent}
                atLeast={0.01}
                lines={[{ name: "failed answers", values: errors, colour: 4 }]}
              />
              <Plot
                title="Level"
                atMs={atMs}
                format={count}
                atLeast={4}
                lines={[{ name: "worst level", values: level, colour: 3, isStep: true }]}
              />
            </div>
          </>
        );
      }}
    </SectionCard>
  );
}
