import type { CacheLayer, CacheReport } from "../../../core/telemetry/cache-layers.ts";
import { useStore } from "../../app/state/store.ts";
import { useSection } from "../data/sections.ts";
import { useTrail } from "../data/use-trail.ts";
import { bytes, count, millis, percent, words } from "../format.ts";
import { regionStore } from "../state/region.ts";
import { AwayNote } from "../ui/away-note.tsx";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Bar } from "../ui/bar.tsx";
import { Plot } from "../ui/plot.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";

const NAMES: Readonly<Record<CacheLayer["name"], string>> = {
  client: "Client",
  edge_pages: "Edge, pages",
  edge_media: "Edge, media",
  feed: "Feed cache",
  follower: "Followers",
  leader: "Leaders",
  store: "Store",
};
/** Those that a reader feels, each with its own colour. */
const PLOTTED = ["client", "edge_media", "feed", "follower", "leader"] as const;
const COLOURS = { client: 1, edge_media: 2, feed: 3, follower: 5, leader: 4 } as const;

export function CachesPage() {
  const known = useSection<CacheReport>("caches");
  const region = useStore(regionStore);
  const layers = known.value === null ? [] : layersOf(known.value, region);
  const shareOf = (name: CacheLayer["name"]) =>
    layers.find((layer) => layer.name === name)?.share ?? null;
  const trail = useTrail(region, known.atMs, PLOTTED.map(shareOf));
  return (
    <SectionCard
      title={`The way of a read, ${region === "" ? "all regions together" : region}`}
      known={known}
      bare
    >
      {(report) => (
        <>
          <AwayNote parts={awayIn(report, region)} />
          <div class="cards">
            {layers.map((layer) => (
              <Layer key={layer.name} layer={layer} />
            ))}
          </div>
          <Plot
            title="Hit rates since this page was opened"
            atMs={trail.atMs}
            format={percent}
            atLeast={1}
            lines={PLOTTED.map((name, line) => ({
              name: NAMES[name],
              values: trail.values[line] ?? [],
              colour: COLOURS[name],
            }))}
          />
          <ByRegion report={report} />
        </>
      )}
    </SectionCard>
  );
}

function layersOf(report: CacheReport, region: string): readonly CacheLayer[] {
  if (region === "") return report.layers;
  return report.regions.find((row) => row.region === region)?.layers ?? [];
}

const awayIn = ({ away }: CacheReport, region: string): string[] =>
  away
    .filter((part) => region === "" || part.region === region)
    .map(({ part, region: where, why }) => `${part} of ${where} (${words(why)})`);

function Layer({ layer }: { layer: CacheLayer }) {
  const { name, of, asked, hits, stale, share, shareAtOnce, target } = layer;
  const title = `L${layer.layer} ${NAMES[name]}`;
  const said = share === null ? "nothing was asked" : percent(share);
  const goal = target === null ? "no target" : `${target.bound} ${percent(target.share)}`;
  const details = Object.entries(layer.details);
  return (
    <article class="card" aria-label={title}>
      <div class="card-head">
        <h3>{title}</h3>
        <Badge tone={toneOf(layer)}>{verdictOf(layer)}</Badge>
      </div>
      <p class="level-big">{share === null ? "–" : percent(share)}</p>
      <Bar label={`${said}, ${goal}`} share={share ?? 0} mark={target?.share ?? null} />
      <p class="muted">
        {target === null ? "The specification names no target." : `Target: ${goal}.`}
      </p>
      <dl class="facts">
        <dt>Answered</dt>
        <dd>
          {count(hits)} of {count(asked)}
        </dd>
        {shareAtOnce !== null && (
          <>
            <dt>At once, with stale</dt>
            <dd>{percent(shareAtOnce)}</dd>
          </>
        )}
        {stale > 0 && (
          <>
            <dt>Stale</dt>
            <dd>{count(stale)}</dd>
          </>
        )}
        <dt>Held</dt>
        <dd>{heldIn(layer)}</dd>
        <dt>Mean age</dt>
        <dd>{millis(layer.meanAgeMs)}</dd>
      </dl>
      <details>
        <summary>What is counted</summary>
        <p class="muted">{of}</p>
        <dl class="facts">
          {details.map(([what, value]) => [
            <dt key={`${what} name`}>{words(what)}</dt>,
            <dd key={what}>{count(value)}</dd>,
          ])}
          {layer.ages.map(({ upToMs, answers }) => [
            <dt key={`${upToMs} name`}>up to {millis(upToMs)} old</dt>,
            <dd key={upToMs}>{count(answers)}</dd>,
          ])}
        </dl>
      </details>
    </article>
  );
}

const heldIn = ({ bytesHeld, entries }: CacheLayer): string =>
  bytesHeld === null && entries === null
    ? "–"
    : `${bytesHeld === null ? "" : bytes(bytesHeld)}${entries === null ? "" : ` in ${count(entries)} entries`}`;

const toneOf = ({ met }: CacheLayer): Tone => (met === null ? "plain" : met ? "good" : "bad");
function verdictOf({ met, share }: CacheLayer): string {
  if (share === null) return "nothing asked";
  if (met === null) return "no target";
  return met ? "on target" : "off target";
}

function ByRegion({ report }: { report: CacheReport }) {
  const shareIn = (layers: readonly CacheLayer[], name: string): string => {
    const share = layers.find((layer) => layer.name === name)?.share ?? null;
    return share === null ? "–" : percent(share);
  };
  return (
    <section class="card" aria-label="By region">
      <h2>By region</h2>
      <Table
        caption="Share that each layer answers, by region"
        rows={report.regions}
        keyOf={({ region }) => region}
        empty="No region has answered."
        columns={[
          { head: "Region", render: ({ region }) => region },
          ...report.layers.map(({ name }) => ({
            head: NAMES[name],
            isNumber: true,
            render: ({ layers }: CacheReport["regions"][number]) => shareIn(layers, name),
          })),
        ]}
      />
    </section>
  );
}
