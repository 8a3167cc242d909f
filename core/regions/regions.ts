/** A region is a value: a row of configuration, passed explicitly. */
export type Region = string;

/** Degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

export interface RegionRow {
  readonly region: Region;
  /** Durable Object location hint. */
  readonly hint: string;
  /** Share of leaders, as a ratio; 0 means followers only. */
  readonly leaderWeight: number;
  /** Two-letter continent codes (as in `request.cf.continent`) served from here first. */
  readonly continents: readonly string[];
  /** Of the viewers who come its way, the share that it takes, 0 to 1; the others go to the next nearest. 1 unless set. */
  readonly weight?: number | undefined;
  /** Where it is, unless that is where its hint's objects are. */
  readonly at?: Coordinates | undefined;
}

/** The specification's four; a fifth is one more row. */
export const DEFAULT_REGIONS: readonly RegionRow[] = [
  { region: "us-east", hint: "enam", leaderWeight: 33, continents: ["NA", "SA"] },
  { region: "us-west", hint: "wnam", leaderWeight: 17, continents: ["NA"] },
  { region: "eu-west", hint: "weur", leaderWeight: 25, continents: ["EU", "AF"] },
  { region: "apac", hint: "apac", leaderWeight: 0, continents: ["AS", "OC"] },
];

/** Where the platform saw the client; every field may be missing. */
export interface Geo {
  readonly continent?: string | undefined;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
}
