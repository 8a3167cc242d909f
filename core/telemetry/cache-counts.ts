/** The caches between a reader and the store, outermost first. L2 is two: what it keeps differs. */
export const LAYERS = [
  "client",
  "edge_pages",
  "edge_media",
  "feed",
  "follower",
  "leader",
  "store",
] as const;
export type LayerName = (typeof LAYERS)[number];

/** What one part of a layer has counted. Sums: those of parts and of regions add up. */
export interface LayerCounts {
  /** The denominator; `LAYER_FACTS` says in words what it is. */
  readonly asked: number;
  readonly hits: number;
  readonly misses: number;
  readonly stale: number;
  /** Of answers from the cache; null: not known. */
  readonly bytesServed: number | null;
  /** In memory now; null: not known. */
  readonly bytesHeld: number | null;
  readonly entries: number | null;
  /** Of how many answers, or things, the ages are known, and their sum, ms. */
  readonly aged: number;
  readonly ageMsSum: number;
  /** Answers by age, each class up to so many ms; empty where they are not told apart. */
  readonly ages: readonly AgeClass[];
  /** What else it counted, by name. */
  readonly details: Readonly<Record<string, number>>;
}

export interface AgeClass {
  readonly upToMs: number;
  readonly answers: number;
}

export const NO_COUNTS: LayerCounts = {
  asked: 0,
  hits: 0,
  misses: 0,
  stale: 0,
  bytesServed: null,
  bytesHeld: null,
  entries: null,
  aged: 0,
  ageMsSum: 0,
  ages: [],
  details: {},
};

export const addCounts = (a: LayerCounts, b: LayerCounts): LayerCounts => ({
  asked: a.asked + b.asked,
  hits: a.hits + b.hits,
  misses: a.misses + b.misses,
  stale: a.stale + b.stale,
  bytesServed: addKnown(a.bytesServed, b.bytesServed),
  bytesHeld: addKnown(a.bytesHeld, b.bytesHeld),
  entries: addKnown(a.entries, b.entries),
  aged: a.aged + b.aged,
  ageMsSum: a.ageMsSum + b.ageMsSum,
  ages: addAges(a.ages, b.ages),
  details: addDetails(a.details, b.details),
});

export const sumCounts = (parts: readonly LayerCounts[]): LayerCounts =>
  parts.reduce(addCounts, NO_COUNTS);

/** What the rest knows is better than nothing: parts that do not know are left out. */
const addKnown = (a: number | null, b: number | null): number | null =>
  a === null ? b : a + (b ?? 0);

function addAges(a: readonly AgeClass[], b: readonly AgeClass[]): readonly AgeClass[] {
  const sums = new Map<number, number>();
  for (const { upToMs, answers } of [...a, ...b])
    sums.set(upToMs, (sums.get(upToMs) ?? 0) + answers);
  return [...sums]
    .map(([upToMs, answers]) => ({ upToMs, answers }))
    .toSorted((x, y) => x.upToMs - y.upToMs);
}

function addDetails(
  a: LayerCounts["details"],
  b: LayerCounts["details"],
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}
