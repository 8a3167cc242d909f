import type { AgeClass } from "./cache-counts.ts";
import { type CacheLayer, type CacheReport, sharesOf } from "./cache-layers.ts";

/**
 * What was counted between two reports of the same product; what is held is the later one's. An object
 * that lost its memory in between starts again at zero, so that its part is missing.
 */
export function cachesBetween(before: CacheReport, after: CacheReport): CacheReport {
  const earlier = new Map(before.regions.map(({ region, layers }) => [region, layers]));
  return {
    ...after,
    layers: rowsBetween(before.layers, after.layers),
    regions: after.regions.map(({ region, layers }) => ({
      region,
      layers: rowsBetween(earlier.get(region) ?? [], layers),
    })),
  };
}

const rowsBetween = (before: readonly CacheLayer[], after: readonly CacheLayer[]): CacheLayer[] =>
  after.map((row) => {
    const first = before.find(({ name }) => name === row.name);
    return first === undefined ? row : rowBetween(first, row);
  });

function rowBetween(before: CacheLayer, after: CacheLayer): CacheLayer {
  const asked = grown(before.asked, after.asked);
  const hits = grown(before.hits, after.hits);
  const stale = grown(before.stale, after.stale);
  const shares = sharesOf(after.name, { asked, hits, stale });
  return {
    ...after,
    asked,
    hits,
    misses: grown(before.misses, after.misses),
    stale,
    ...shares,
    met: after.target === null ? null : shares.met,
    bytesServed:
      after.bytesServed === null ? null : grown(before.bytesServed ?? 0, after.bytesServed),
    meanAgeMs: meanBetween(before, after),
    ages: agesBetween(before.ages, after.ages),
    details: Object.fromEntries(
      Object.entries(after.details).map(([name, value]) => [
        name,
        grown(before.details[name] ?? 0, value),
      ]),
    ),
  };
}

const grown = (before: number, after: number): number => Math.max(0, after - before);

/** Of answers, a mean over those in between; followers say how old they are now. */
function meanBetween(before: CacheLayer, after: CacheLayer): number | null {
  if (after.name === "follower" || after.meanAgeMs === null) return after.meanAgeMs;
  const answers = ({ hits, stale }: CacheLayer) => hits + stale;
  const aged = answers(after) - answers(before);
  const sumMs = after.meanAgeMs * answers(after) - (before.meanAgeMs ?? 0) * answers(before);
  return aged <= 0 ? null : Math.max(0, sumMs / aged);
}

const agesBetween = (before: readonly AgeClass[], after: readonly AgeClass[]): AgeClass[] =>
  after.map(({ upToMs, answers }) => ({
    upToMs,
    answers: grown(before.find((one) => one.upToMs === upToMs)?.answers ?? 0, answers),
  }));
