import type { ShardList } from "../../../core/regions/shard-admin.ts";
import { count } from "../format.ts";
import { colourOf } from "../shards.ts";

interface Props {
  readonly list: ShardList;
  readonly regions: readonly string[];
  /** Its shards stand out; "" is all. */
  readonly picked: string;
}

/** Every shard as a cell in its leader's colour, in the order of their ranges. The table below says the same. */
export function ShardMap({ list, regions, picked }: Props) {
  const ledBy = (region: string): number =>
    list.shards.filter(({ leader }) => leader === region).length;
  const away = list.shards.filter(({ failure }) => failure !== null).length;
  const label = `${regions.map((region) => `${region} leads ${ledBy(region)}`).join(", ")} of ${list.shards.length} shards; ${away} do not answer`;
  return (
    <figure class="shard-figure">
      <ul class="legend">
        {regions.map((region) => (
          <li key={region}>
            <span class={`legend-line line-${colourOf(regions, region)}`} aria-hidden="true" />
            {region} <strong>{count(ledBy(region))}</strong>
          </li>
        ))}
        {away > 0 && (
          <li>
            <span class="legend-line shard-away" aria-hidden="true" />
            no answer <strong>{count(away)}</strong>
          </li>
        )}
      </ul>
      <div class="shard-map" role="img" aria-label={label}>
        {list.shards.map(({ shard, leader, failure }) => (
          <span
            key={shard}
            class={`shard-cell line-${colourOf(regions, leader)} ${failure === null ? "" : "shard-away"} ${picked === "" || picked === leader ? "" : "shard-other"}`}
            title={`Shard ${shard}: ${leader}${failure === null ? "" : `, ${failure}`}`}
          />
        ))}
      </div>
    </figure>
  );
}
