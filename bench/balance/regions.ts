import { Globe, type RegionOrder } from "../../core/regions/nearest.ts";
import {
  DEFAULT_REGIONS,
  type Geo,
  type Region,
  type RegionRow,
} from "../../core/regions/regions.ts";
import { returnedShare, servedBy } from "../../core/regions/traffic.ts";
import { evenShardMap } from "../../core/tao/shard-map.ts";
import { stream } from "../../dev/world/random.ts";
import { chiSquare, countBy, deviationMax, movedBetween } from "./compare.ts";
import type { Finding } from "./finding.ts";
import { viewers } from "./viewers.ts";

const LEVEL = "1 regions";

/** Where people are: a city, and how many of 100. Made up, about as the world's users are spread. */
const CITIES: readonly (Geo & { readonly of100: number })[] = [
  { continent: "NA", latitude: 40.7, longitude: -74, of100: 14 },
  { continent: "NA", latitude: 41.9, longitude: -87.6, of100: 6 },
  { continent: "NA", latitude: 37.8, longitude: -122.4, of100: 10 },
  { continent: "SA", latitude: -23.5, longitude: -46.6, of100: 8 },
  { continent: "EU", latitude: 51.5, longitude: -0.1, of100: 12 },
  { continent: "EU", latitude: 52.2, longitude: 21, of100: 10 },
  { continent: "AF", latitude: -1.3, longitude: 36.8, of100: 6 },
  { continent: "AS", latitude: 19, longitude: 72.8, of100: 16 },
  { continent: "AS", latitude: 35.7, longitude: 139.7, of100: 12 },
  { continent: "OC", latitude: -33.9, longitude: 151.2, of100: 6 },
];

interface Person {
  readonly id: string;
  readonly geo: Geo;
}

function people(count: number, seed: number): readonly Person[] {
  const random = stream(seed, "cities");
  const drawn = CITIES.flatMap((city) => Array.from({ length: city.of100 }, () => city));
  return viewers(count, seed).map((id) => ({
    id: String(id),
    geo: drawn[Math.floor(random.next() * drawn.length)] ?? {},
  }));
}

type Shares = Readonly<Record<Region, number>>;

/** Where everybody is served, with what each region takes. */
function served(crowd: readonly Person[], rows: readonly RegionRow[], shares: Shares): Region[] {
  const globe = new Globe(rows);
  return crowd.map(({ id, geo }) => {
    const order: RegionOrder = globe.nearestFirst(geo);
    return servedBy(order, (region) => shares[region] ?? 1, id);
  });
}

const shareOf = (places: readonly Region[], region: Region): number =>
  (countBy(places).get(region) ?? 0) / places.length;

const AFRICA: RegionRow = { region: "af-south", hint: "afr", leaderWeight: 0, continents: ["AF"] };

export function regionFindings(count: number, seed: number): Finding[] {
  const crowd = people(count, seed);
  const at = (shares: Shares, rows = DEFAULT_REGIONS) => served(crowd, rows, shares);
  const before = at({});
  const home = shareOf(before, "us-east");
  const moving = (change: string, shares: Shares, least: number): Finding => ({
    level: LEVEL,
    change,
    ...movedBetween(before, at(shares), least),
  });
  const weighted = at({ "us-east": 0.7 });
  const kept = before.filter((region) => region === "us-east").length;
  const split = new Map([
    ["us-east", 0.7],
    ["elsewhere", 0.3],
  ]);
  const ofHome = before.flatMap((region, n) =>
    region === "us-east" ? [weighted[n] === "us-east" ? "us-east" : "elsewhere"] : [],
  );
  const withAfrica = at({}, [...DEFAULT_REGIONS, AFRICA]);
  return [
    {
      level: LEVEL,
      change: `weight 0.7, of ${kept} people`,
      deviation: deviationMax(ofHome, split),
      chiSquare: chiSquare(ofHome, split),
      ...movedBetween(before, weighted, 0.3 * home),
    },
    moving("us-east drained to 0.5", { "us-east": 0.5 }, 0.5 * home),
    moving("us-east unreachable", { "us-east": 0 }, home),
    {
      level: LEVEL,
      change: "a region added (af-south)",
      ...movedBetween(before, withAfrica, shareOf(withAfrica, "af-south")),
    },
    {
      level: LEVEL,
      change: "us-east comes back",
      balancedAfterMs: untilAllBack(crowd),
      note: `at most ${(100 * largestStep(crowd)).toFixed(1)} % of its people in one second`,
    },
  ];
}

/** People of us-east who are served there, at each second since it answers again. */
const returning = (crowd: readonly Person[]): number[] => {
  const own = crowd.filter((_, n) => n % 7 === 0);
  return Array.from({ length: 121 }, (_, second) => {
    const share = returnedShare(0, 1_000 * second);
    return shareOf(served(own, DEFAULT_REGIONS, { "us-east": share }), "us-east");
  });
};

function untilAllBack(crowd: readonly Person[]): number {
  const shares = returning(crowd);
  return 1_000 * shares.findIndex((share) => share === shares.at(-1));
}

/** Of those who come back, the most in one second. */
function largestStep(crowd: readonly Person[]): number {
  const shares = returning(crowd);
  const steps = shares.slice(1).map((share, n) => share - (shares[n] ?? 0));
  return Math.max(...steps) / (shares.at(-1) ?? 1);
}

/** Leaders of shards, which regions get by weight when a deployment begins. */
export function leaderFindings(): Finding[] {
  const map = (weights: readonly (readonly [Region, number])[]) =>
    evenShardMap(4_096, new Map(weights)).entries.map(({ leader }) => leader);
  const rows = DEFAULT_REGIONS.map(({ region, leaderWeight }) => [region, leaderWeight] as const);
  const total = rows.reduce((sum, [, weight]) => sum + weight, 0);
  const expected = new Map(rows.map(([region, weight]) => [region, weight / total]));
  const before = map(rows);
  const after = map([...rows, ["af-south", 25]]);
  return [
    {
      level: "4 leaders of shards",
      change: "a region added (weight 25)",
      deviation: deviationMax(before, expected),
      chiSquare: chiSquare(before, expected),
      ...movedBetween(before, after, 25 / (total + 25)),
      note: "only of a map that begins: one that runs is moved shard by shard, by its operator",
    },
  ];
}
