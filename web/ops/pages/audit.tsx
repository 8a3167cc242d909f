import { useState } from "preact/hooks";

import type { LevelList } from "../../../core/degradation/controller-service.ts";
import type { ActionList } from "../../../core/ops/actions.ts";
import type { RolloutList } from "../../../core/rollout/rollout.ts";
import type { AlertList } from "../../../core/slo/alert-service.ts";
import { useStore } from "../../app/state/store.ts";
import { type AuditFilter, auditOf, type DrillLog, filtered } from "../audit.ts";
import { useSection } from "../data/sections.ts";
import { regionStore } from "../state/region.ts";
import { Stale } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";

/** Lines on a page: what fits a look. */
const PAGE_LINES = 50;
const SOURCES = ["level", "rollout", "alert", "drill", "action"] as const;

/** What was done to the system, by people and by itself, from every log there is. */
export function AuditPage() {
  const region = useStore(regionStore);
  const levels = useSection<LevelList>("levels");
  const rollouts = useSection<RolloutList>("rollouts");
  const alerts = useSection<AlertList>("alerts");
  const drills = useSection<DrillLog>("drills");
  const actions = useSection<ActionList>("actions");
  const [filter, setFilter] = useState<Omit<AuditFilter, "region">>({
    who: "",
    source: "",
    text: "",
  });
  const [page, setPage] = useState(0);
  const narrow = (change: Partial<AuditFilter>): void => {
    setFilter({ ...filter, ...change });
    setPage(0);
  };
  const all = auditOf({
    levels: levels.value,
    rollouts: rollouts.value,
    alerts: alerts.value,
    drills: drills.value,
    actions: actions.value,
  });
  const lines = filtered(all, { ...filter, region });
  const pages = Math.max(1, Math.ceil(lines.length / PAGE_LINES));
  const shown = Math.min(page, pages - 1);
  return (
    <section class="card" aria-label="What was done">
      <div class="card-head">
        <h2>What was done</h2>
        <span class="muted">
          {lines.length} of {all.length} lines
        </span>
      </div>
      <Stale known={levels} />
      <Stale known={rollouts} />
      <div class="filters" role="group" aria-label="Filter">
        <label class="field">
          Who
          <input
            value={filter.who}
            onInput={(event) => narrow({ who: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          What or why
          <input
            value={filter.text}
            onInput={(event) => narrow({ text: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          Kind
          <select
            class="select"
            value={filter.source}
            onChange={(event) => {
              const picked = event.currentTarget.value;
              narrow({ source: SOURCES.find((source) => source === picked) ?? "" });
            }}
          >
            <option value="">Everything</option>
            {SOURCES.map((source) => (
              <option key={source} value={source}>
                {source}s
              </option>
            ))}
          </select>
        </label>
      </div>
      <Table
        caption="What was done, newest first"
        rows={lines.slice(shown * PAGE_LINES, (shown + 1) * PAGE_LINES)}
        keyOf={({ key }) => key}
        empty="No line of what the logs show fits."
        columns={[
          { head: "When", render: ({ atMs }) => <When atMs={atMs} /> },
          { head: "Who", render: ({ who }) => who },
          { head: "Kind", render: ({ source }) => source },
          { head: "What", render: ({ what }) => what },
          { head: "Where", render: (line) => line.region ?? "everywhere" },
          { head: "Why", render: ({ why }) => why },
        ]}
      />
      {pages > 1 && (
        <div class="row" role="group" aria-label="Pages">
          <button
            type="button"
            class="button button-small button-quiet"
            disabled={shown === 0}
            onClick={() => setPage(shown - 1)}
          >
            Newer
          </button>
          <span class="muted">
            Page {shown + 1} of {pages}
          </span>
          <button
            type="button"
            class="button button-small button-quiet"
            disabled={shown === pages - 1}
            onClick={() => setPage(shown + 1)}
          >
            Older
          </button>
        </div>
      )}
    </section>
  );
}
