import type { AlertList, RegionAlerts } from "../../../core/slo/alert-service.ts";
import { useStore } from "../../app/state/store.ts";
import { Link } from "../../app/ui/link.tsx";
import { alertsShown } from "../alerts.ts";
import { budgetWords, knownBudget, rateWords } from "../burn.ts";
import { useSection } from "../data/sections.ts";
import { regionStore } from "../state/region.ts";
import { Badge } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";

type ObjectiveRow = RegionAlerts["objectives"][number];
interface Worst {
  readonly region: string;
  readonly objective: ObjectiveRow;
}

/** For each objective the region that has the least of its budget left, and what fires. */
export function Budgets() {
  const known = useSection<AlertList>("alerts");
  const region = useStore(regionStore);
  return (
    <SectionCard
      title="Error budgets, 30 days"
      known={known}
      bare
      actions={<Link to="/ops/alerts">Alerts and burn rates</Link>}
    >
      {(list) => {
        const rows = alertsShown(list, region);
        const firing = rows.flatMap(({ alerts }) =>
          alerts.filter(({ status }) => status === "firing"),
        );
        return (
          <>
            {firing.length > 0 && (
              <p class="form-error">
                {firing.length} {firing.length === 1 ? "alert fires" : "alerts fire"}:{" "}
                {[...new Set(firing.map(({ id }) => id))].join(", ")}
              </p>
            )}
            <div class="tiles">
              {worstOf(rows).map(({ region: where, objective }) => (
                <BudgetTile key={objective.id} where={where} objective={objective} />
              ))}
            </div>
          </>
        );
      }}
    </SectionCard>
  );
}

function BudgetTile({ where, objective }: { where: string; objective: ObjectiveRow }) {
  const { title, burn } = objective;
  const { share, word, tone } = budgetWords(objective);
  const hour = burn.find(({ window }) => window === "1h")?.rate ?? null;
  return (
    <article class="tile" aria-label={title}>
      <span class="tile-name">{title}</span>
      <span class="tile-value">{share}</span>
      <span class="tile-note">
        <Badge tone={tone}>{word}</Badge> {where}, burns {rateWords(hour)} over 1 h
      </span>
    </article>
  );
}

export function worstOf(rows: readonly RegionAlerts[]): readonly Worst[] {
  const worst = new Map<string, Worst>();
  for (const { region, objectives } of rows)
    for (const objective of objectives) {
      const known = worst.get(objective.id);
      const isWorse =
        known === undefined ||
        (knownBudget(objective) ?? Infinity) < (knownBudget(known.objective) ?? Infinity);
      if (isWorse) worst.set(objective.id, { region, objective });
    }
  return [...worst.values()];
}
