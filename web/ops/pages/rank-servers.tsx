import type { RankingReport } from "../../../core/ranking/stats-schemas.ts";
import { useStore } from "../../app/state/store.ts";
import { count, span } from "../format.ts";
import { clockStore } from "../state/clock.ts";
import { Badge } from "../ui/badge.tsx";
import { Table } from "../ui/table.tsx";
import { Ago } from "../ui/when.tsx";

type Server = RankingReport["servers"][number];

/** Rankers by pool, and how one isolate finds them. */
export function Servers({ report }: { report: RankingReport }) {
  const nowMs = useStore(clockStore);
  const poolOf = (server: string) => report.pools.find((pool) => pool.servers.includes(server));
  return (
    <Table
      caption="Rankers"
      rows={report.servers}
      keyOf={({ server }) => server}
      empty="No ranker is configured: the light model ranks."
      columns={[
        { head: "Ranker", render: ({ server }) => server },
        { head: "Pool", render: ({ server }) => poolOf(server)?.name ?? "–" },
        { head: "Weights", render: ({ server }) => weightsOf(poolOf(server)) },
        { head: "State", render: ({ health }) => <State health={health} nowMs={nowMs} /> },
        {
          head: "Rows waiting",
          isNumber: true,
          render: ({ health }) => count(Math.round(health.load)),
        },
        {
          head: "Rows sent",
          isNumber: true,
          render: ({ health }) => count(health.outstandingRows),
        },
        {
          head: "Heard",
          render: ({ health }) => (health.heardMs === 0 ? "never" : <Ago atMs={health.heardMs} />),
        },
      ]}
    />
  );
}

const weightsOf = (pool: RankingReport["pools"][number] | undefined): string =>
  Object.entries(pool?.weights ?? {})
    .map(([region, weight]) => `${region === "*" ? "others" : region} ${weight}`)
    .join(", ");

function State({ health, nowMs }: { health: Server["health"]; nowMs: number }) {
  const { ejectedUntilMs, awayUntilMs, failures, ejections, heardMs } = health;
  if (ejectedUntilMs > nowMs)
    return (
      <>
        <Badge tone="bad">ejected</Badge> for {span(ejectedUntilMs - nowMs)}, time {ejections}
      </>
    );
  if (awayUntilMs > nowMs) return <Badge tone="warn">draining</Badge>;
  if (heardMs === 0) return <Badge tone="plain">not asked yet</Badge>;
  if (failures > 0) return <Badge tone="warn">{`${failures} failures in a row`}</Badge>;
  return <Badge tone="good">well</Badge>;
}
