/** A region is a value: a row of configuration, passed explicitly. */
export type Region = string;

export interface RegionRow {
  readonly region: Region;
  /** Durable Object location hint. */
  readonly hint: string;
  /** Share of leaders, as a ratio; 0 means followers only. */
  readonly leaderWeight: number;
  /** Two-letter continent codes (as in `request.cf.continent`) served from here first. */
  readonly continents: readonly string[];
}

/** The specification's four; a fifth is one more row. */
export const DEFAULT_REGIONS: readonly RegionRow[] = [
  { region: "us-east", hint: "enam", leaderWeight: 33, continents: ["NA", "SA"] },
  { region: "us-west", hint: "wnam", leaderWeight: 17, continents: [] },
  { region: "eu-west", hint: "weur", leaderWeight: 25, continents: ["EU", "AF"] },
  { region: "apac", hint: "apac", leaderWeight: 0, continents: ["AS", "OC"] },
];

/** United States and Canada west of this longitude are nearer to us-west. */
const WEST_OF_LONGITUDE = -100;

/** Where the platform saw the client; every field may be missing. */
export interface Geo {
  readonly continent?: string | undefined;
  readonly longitude?: number | undefined;
}

/** The nearest region that exists in `rows`; the first row when nothing is known. */
export function regionFor(rows: readonly RegionRow[], geo: Geo): Region {
  const has = (region: Region) => rows.some((row) => row.region === region);
  if (geo.continent === "NA" && (geo.longitude ?? 0) < WEST_OF_LONGITUDE && has("us-west")) {
    return "us-west";
  }
  const row = rows.find((candidate) => candidate.continents.includes(geo.continent ?? ""));
  return row?.region ?? rows[0]?.region ?? "us-east";
}
