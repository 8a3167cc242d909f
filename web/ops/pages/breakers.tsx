import type { RankingReport } from "../../../core/ranking/stats-schemas.ts";
import { count, words } from "../format.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Table } from "../ui/table.tsx";
import { Ago } from "../ui/when.tsx";

type Breaker = RankingReport["breakers"][number]["breaker"];
interface Row {
  readonly region: string;
  readonly server: string;
  /** What the isolates of the region share; null: nothing, or no answer. */
  readonly shared: Breaker | null;
  /** What the isolate that answered decides by; null: it has had no use for it. */
  readonly own: Breaker | null;
}

/** Of each region and ranker: what its isolates share, and what one of them decides by. */
export function Breakers({ report, region }: { report: RankingReport; region: string }) {
  const rows = rowsOf(report).filter((row) => region === "" || row.region === region);
  return (
    <Table
      caption="Breakers of rankers"
      rows={rows}
      keyOf={(row) => `${row.region} ${row.server}`}
      empty="No breaker has been used yet."
      columns={[
        { head: "Region", render: (row) => row.region },
        { head: "Ranker", render: ({ server }) => server },
        { head: "Region's", render: ({ shared }) => <State breaker={shared} /> },
        { head: "This isolate's", render: ({ own }) => <State breaker={own} /> },
        {
          head: "Opened",
          isNumber: true,
          render: ({ shared, own }) => count(Math.max(shared?.trips ?? 0, own?.trips ?? 0)),
        },
      ]}
    />
  );
}

function rowsOf({ breakers, regions }: RankingReport): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const [region, shared] of Object.entries(regions))
    for (const [server, breaker] of Object.entries(shared?.breakers ?? {}))
      rows.set(`${region} ${server}`, { region, server, shared: breaker, own: null });
  for (const { region, server, breaker } of breakers) {
    const key = `${region} ${server}`;
    rows.set(key, { region, server, shared: rows.get(key)?.shared ?? null, own: breaker });
  }
  return [...rows.values()].toSorted((a, b) =>
    `${a.region} ${a.server}`.localeCompare(`${b.region} ${b.server}`),
  );
}

const TONES: Readonly<Record<Breaker["at"], Tone>> = {
  closed: "good",
  "half-open": "warn",
  open: "bad",
};

function State({ breaker }: { breaker: Breaker | null }) {
  if (breaker === null) return <>–</>;
  return (
    <>
      <Badge tone={TONES[breaker.at]}>{words(breaker.at)}</Badge>{" "}
      {breaker.at === "open" && <Ago atMs={breaker.sinceMs} />}
      {breaker.at === "half-open" &&
        `${breaker.probes.length} probes out, ${breaker.successes} well`}
      {breaker.at === "closed" &&
        breaker.failures.length > 0 &&
        `${breaker.failures.length} failures lately`}
    </>
  );
}
