import type { Coordinates, Geo, Region, RegionRow } from "./regions.ts";

/**
 * About where objects with each location hint are: a large city of theirs. The platform promises no
 * place, only the part of the world (developers.cloudflare.com/durable-objects/reference/data-location).
 */
const HINTED: Readonly<Record<string, Coordinates>> = {
  wnam: { latitude: 37.3, longitude: -121.9 },
  enam: { latitude: 39, longitude: -77.5 },
  sam: { latitude: -23.5, longitude: -46.6 },
  weur: { latitude: 50.1, longitude: 8.7 },
  eeur: { latitude: 52.2, longitude: 21 },
  apac: { latitude: 1.3, longitude: 103.8 },
  "apac-ne": { latitude: 35.7, longitude: 139.7 },
  "apac-se": { latitude: 1.3, longitude: 103.8 },
  oc: { latitude: -33.9, longitude: 151.2 },
  afr: { latitude: -26.2, longitude: 28 },
  me: { latitude: 25.2, longitude: 55.3 },
};

/** A point on the unit sphere: the nearer two are, the larger their product. */
type Point = readonly [x: number, y: number, z: number];

function pointOf({ latitude, longitude }: Coordinates): Point {
  const [north, east] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  const level = Math.cos(north);
  return [level * Math.cos(east), level * Math.sin(east), Math.sin(north)];
}

/** -1, the other side of the world, to 1, the same place. 0 where either is not known. */
const nearness = (a: Point | null, b: Point | null): number =>
  a === null || b === null ? 0 : a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

interface Placed {
  readonly region: Region;
  readonly continents: ReadonlySet<string>;
  readonly point: Point | null;
}

/** At least one, the best first. */
export type RegionOrder = readonly [Region, ...Region[]];

/**
 * The regions of a deployment on the globe. A continent's own regions come first, since cables do not
 * follow great circles: Africa is nearer to Europe than its distances say. Among them, and among the
 * others, the nearest is first.
 */
export class Globe {
  readonly #rows: readonly Placed[];
  readonly #first: Region;
  readonly #backups: ReadonlyMap<Region, RegionOrder>;

  /** @throws RangeError without rows, which is a configuration bug. */
  constructor(rows: readonly RegionRow[]) {
    const [first] = rows;
    if (first === undefined) throw new RangeError("there is no region");
    this.#first = first.region;
    this.#rows = rows.map(({ region, continents, hint, at }) => {
      const place = at ?? HINTED[hint];
      const point = place === undefined ? null : pointOf(place);
      return { region, continents: new Set(continents), point };
    });
    this.#backups = new Map(
      this.#rows.map(({ region, point }) => {
        const others = this.#rows
          .filter((row) => row.region !== region)
          .toSorted((a, b) => nearness(b.point, point) - nearness(a.point, point));
        return [region, [region, ...others.map((row) => row.region)]];
      }),
    );
  }

  /** Nearest to the client first; where its place is not known, to the region that has its continent, or the first. */
  nearestFirst({ continent = "", latitude, longitude }: Geo): RegionOrder {
    if (latitude === undefined || longitude === undefined) {
      const own = this.#rows.find((row) => row.continents.has(continent))?.region ?? this.#first;
      return this.backupsOf(own);
    }
    const client = pointOf({ latitude, longitude });
    const [first = this.#first, ...others] = this.#rows
      .map(({ region, continents, point }) => {
        const isOwn = continents.has(continent);
        return { region, isOwn, near: nearness(point, client) };
      })
      .toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn) || b.near - a.near)
      .map(({ region }) => region);
    return [first, ...others];
  }

  /** The region itself, then those that stand in for it, nearest to it first. */
  backupsOf(region: Region): RegionOrder {
    return this.#backups.get(region) ?? [region];
  }
}
