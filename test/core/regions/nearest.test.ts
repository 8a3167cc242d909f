import { describe, it } from "vitest";

import { Globe } from "../../../core/regions/nearest.ts";
import { DEFAULT_REGIONS, type Geo, type RegionRow } from "../../../core/regions/regions.ts";

const CITIES = {
  newYork: { continent: "NA", latitude: 40.7, longitude: -74 },
  seattle: { continent: "NA", latitude: 47.6, longitude: -122.3 },
  saoPaulo: { continent: "SA", latitude: -23.5, longitude: -46.6 },
  warsaw: { continent: "EU", latitude: 52.2, longitude: 21 },
  nairobi: { continent: "AF", latitude: -1.3, longitude: 36.8 },
  tokyo: { continent: "AS", latitude: 35.7, longitude: 139.7 },
  suva: { continent: "OC", latitude: -18.1, longitude: 178.4 },
} satisfies Record<string, Geo>;

const orderOf = (geo: Geo, rows: readonly RegionRow[] = DEFAULT_REGIONS) =>
  new Globe(rows).nearestFirst(geo).join(" ");

describe("a client's regions", () => {
  it.for([
    ["newYork", "us-east us-west eu-west apac"],
    ["seattle", "us-west us-east eu-west apac"],
    ["saoPaulo", "us-east eu-west us-west apac"],
    ["warsaw", "eu-west us-east apac us-west"],
    // Over the pole, as the globe has it.
    ["tokyo", "apac us-west eu-west us-east"],
    ["suva", "apac us-west us-east eu-west"],
  ] as const)("of %s are %s", ([city, order], { expect }) => {
    expect(orderOf(CITIES[city])).toBe(order);
  });

  it("begin with the one that has its continent, though another is nearer", ({ expect }) => {
    const rows = DEFAULT_REGIONS.map((row) =>
      row.region === "apac" ? { ...row, at: { latitude: 19, longitude: 72.8 } } : row,
    );
    expect(orderOf(CITIES.nairobi, rows)).toMatch(/^eu-west apac/);
  });

  it("are those of its continent's region, or of the first, when its place is not known", ({
    expect,
  }) => {
    expect(orderOf({ continent: "EU" })).toBe("eu-west us-east us-west apac");
    expect(orderOf({ continent: "OC" })).toBe("apac eu-west us-west us-east");
    expect(orderOf({ continent: "AN" })).toMatch(/^us-east us-west/);
    expect(orderOf({})).toMatch(/^us-east/);
    // A latitude alone is no place.
    expect(orderOf({ continent: "EU", latitude: 0 })).toMatch(/^eu-west/);
  });

  it("have one more with one more row, first for those who are nearest to it", ({ expect }) => {
    const rows = [
      ...DEFAULT_REGIONS,
      { region: "af-south", hint: "afr", leaderWeight: 0, continents: ["AF"] },
    ];
    expect(orderOf(CITIES.nairobi, rows)).toMatch(/^(af-south eu-west|eu-west af-south)/);
    expect(orderOf({ continent: "AF", latitude: -33.9, longitude: 18.4 }, rows)).toMatch(
      /^af-south/,
    );
    expect(orderOf(CITIES.warsaw, rows)).toMatch(/^eu-west/);
  });
});

it("names who stands in for a region, and itself alone for one that does not exist", ({
  expect,
}) => {
  const globe = new Globe(DEFAULT_REGIONS);
  expect(globe.backupsOf("eu-west")).toEqual(["eu-west", "us-east", "us-west", "apac"]);
  expect(globe.backupsOf("mars")).toEqual(["mars"]);
  expect(() => new Globe([])).toThrow(RangeError);
});
