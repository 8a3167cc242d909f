import type { ComponentType } from "preact";

import { AlertsPage } from "./pages/alerts.tsx";
import { AuditPage } from "./pages/audit.tsx";
import { CachesPage } from "./pages/caches.tsx";
import { DrillsPage } from "./pages/drills.tsx";
import { LevelsPage } from "./pages/levels.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { QueuesPage } from "./pages/queues.tsx";
import { RankingPage } from "./pages/ranking.tsx";
import { RegionsPage } from "./pages/regions.tsx";
import { RolloutsPage } from "./pages/rollouts.tsx";
import type { GlyphName } from "./ui/glyph.tsx";

export interface PageProps {
  /** What follows the page's own path, without its slash; "" is the page itself. */
  readonly rest: string;
}

export interface PageSpec {
  readonly path: string;
  readonly title: string;
  readonly glyph: GlyphName;
  readonly component: ComponentType<PageProps>;
}

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageSpec[] = [
  { path: "/ops", title: "Overview", glyph: "overview", component: OverviewPage },
  { path: "/ops/levels", title: "Levels", glyph: "levels", component: LevelsPage },
  { path: "/ops/rollouts", title: "Rollouts", glyph: "rollouts", component: RolloutsPage },
  { path: "/ops/alerts", title: "Alerts", glyph: "alerts", component: AlertsPage },
  { path: "/ops/caches", title: "Caches", glyph: "caches", component: CachesPage },
  { path: "/ops/regions", title: "Regions & shards", glyph: "regions", component: RegionsPage },
  { path: "/ops/ranking", title: "Ranking", glyph: "ranking", component: RankingPage },
  { path: "/ops/queues", title: "Queues", glyph: "queues", component: QueuesPage },
  { path: "/ops/drills", title: "Drills", glyph: "drills", component: DrillsPage },
  { path: "/ops/audit", title: "Audit log", glyph: "audit", component: AuditPage },
];

/** @returns null: there is no page at that path. */
export function pageAt(path: string): { readonly page: PageSpec; readonly rest: string } | null {
  const clean = path.replace(/\/+$/, "");
  for (const page of PAGES.toReversed()) {
    if (clean === page.path) return { page, rest: "" };
    if (page.path !== "/ops" && clean.startsWith(`${page.path}/`))
      return { page, rest: clean.slice(page.path.length + 1) };
  }
  return null;
}
