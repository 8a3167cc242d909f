import { z } from "zod";

import type { Region } from "../regions/regions.ts";
import { LAYERS, type LayerCounts, type LayerName, NO_COUNTS, sumCounts } from "./cache-counts.ts";

interface Target {
  readonly share: number;
  readonly bound: "at least" | "at most";
}
interface LayerFacts {
  readonly layer: number;
  /** What `asked` counts. */
  readonly of: string;
  /** The specification's; null: it names none. */
  readonly target: Target | null;
}

const atLeast = (share: number): Target => ({ share, bound: "at least" });

export const LAYER_FACTS: Record<LayerName, LayerFacts> = {
  client: {
    layer: 1,
    of: "reads of what clients may keep, as signed-in clients report them; stale ones were shown at once and read again",
    target: atLeast(0.3),
  },
  edge_pages: {
    layer: 2,
    of: "visitors' reads of public pages; stale ones were shown while a new page was made",
    target: null,
  },
  edge_media: {
    layer: 2,
    of: "requests of images and videos that reached the edge; parts and videos are misses",
    target: atLeast(0.95),
  },
  feed: {
    layer: 3,
    of: "pages of home feeds, asked for by readers who had read theirs in the last half hour",
    target: atLeast(0.7),
  },
  follower: {
    layer: 4,
    of: "objects, lists and edges that readers looked up; stale are answers marked as such",
    target: atLeast(0.85),
  },
  leader: {
    layer: 5,
    of: "objects, lists and edges that leaders were asked for; joining another's query is a hit",
    target: atLeast(0.95),
  },
  store: {
    layer: 6,
    of: "objects, lists and edges that readers looked up anywhere; hits are those that the store had to answer",
    target: { share: 0.05, bound: "at most" },
  },
};

/** A region's store answers for readers of every region, so there its denominator is another. */
const STORE_OF_REGION =
  "objects, lists and edges that this region's leaders were asked for; hits are those that the store had to answer";

const count = (description: string) => z.number().meta({ description });
const known = (description: string) => z.number().nullable().meta({ description });

export const cacheLayerSchema = z
  .object({
    layer: z.int().meta({ description: "1 to 6, from the reader to the store" }),
    name: z.enum(LAYERS),
    of: z.string().meta({ description: "What is counted: the denominator in words" }),
    asked: count("The denominator"),
    hits: count("Answered by this layer"),
    misses: count("Passed on to the next"),
    stale: count("Answered although too old to be a hit, or marked so"),
    share: known("hits / asked; null: nothing was asked"),
    shareAtOnce: known(
      "(hits + stale) / asked, where stale answers are shown at once, apart from hits",
    ),
    target: z
      .object({ share: z.number(), bound: z.enum(["at least", "at most"]) })
      .nullable()
      .meta({ description: "Of the share, by the specification" }),
    met: z.boolean().nullable().meta({ description: "null: no target, or nothing was asked" }),
    bytesServed: known("Of answers from this layer"),
    bytesHeld: known("In memory now"),
    entries: known("In memory now"),
    meanAgeMs: known("Of answers; of followers: since each knew itself at its leader's head"),
    ages: z
      .array(z.object({ upToMs: z.number(), answers: z.number() }))
      .meta({ description: "Answers by age, where they are told apart" }),
    details: z.record(z.string(), z.number()).meta({ description: "What else it counts" }),
  })
  .meta({ id: "CacheLayer" });

export const cacheReportSchema = z
  .object({
    atMs: z.int().meta({ description: "Unix ms" }),
    layers: z.array(cacheLayerSchema).meta({ description: "All regions together" }),
    regions: z.array(z.object({ region: z.string(), layers: z.array(cacheLayerSchema) })),
    away: z
      .array(z.object({ part: z.string(), region: z.string(), why: z.string() }))
      .meta({ description: "What is not in the sums, and why" }),
  })
  .meta({ id: "CacheReport" });

export type CacheLayer = z.infer<typeof cacheLayerSchema>;
export type CacheReport = z.infer<typeof cacheReportSchema>;

/** What one region's parts counted; `store` is made from what its leaders missed. */
export type RegionCounts = Readonly<Record<Exclude<LayerName, "store">, LayerCounts>>;

/** Keys of a region's leaders that its store had to answer, and its queries. */
export function storeCounts(asked: number, leader: LayerCounts): LayerCounts {
  const { queries = 0, plans = 0, plansFromMemory = 0 } = leader.details;
  const fromStore = leader.misses;
  // Groups of writes ask for the rows that they change; those are no reads.
  const readQueries = Math.max(0, queries - (plans - plansFromMemory));
  return {
    ...NO_COUNTS,
    asked,
    hits: fromStore,
    misses: Math.max(0, asked - fromStore),
    details: { queries, readQueries },
  };
}

/** The rows of every region and of all together. */
export function reportOf(
  regions: ReadonlyMap<Region, RegionCounts>,
  away: CacheReport["away"],
  atMs: number,
): CacheReport {
  const all = [...regions.values()];
  const total = (name: keyof RegionCounts) => sumCounts(all.map((counts) => counts[name]));
  const totals: RegionCounts = {
    client: total("client"),
    edge_pages: total("edge_pages"),
    edge_media: total("edge_media"),
    feed: total("feed"),
    follower: total("follower"),
    leader: total("leader"),
  };
  return {
    atMs,
    layers: rowsOf({ ...totals, store: storeCounts(totals.follower.asked, totals.leader) }),
    regions: [...regions].map(([region, counts]) => ({
      region,
      layers: rowsOf({ ...counts, store: storeCounts(counts.leader.asked, counts.leader) }).map(
        (row) =>
          row.name === "store" ? { ...row, of: STORE_OF_REGION, target: null, met: null } : row,
      ),
    })),
    away: [...away],
  };
}

const rowsOf = (counts: Readonly<Record<LayerName, LayerCounts>>): CacheLayer[] =>
  LAYERS.map((name) => rowOf(name, counts[name]));

function rowOf(name: LayerName, counts: LayerCounts): CacheLayer {
  const { layer, of, target } = LAYER_FACTS[name];
  const { asked, hits, misses, stale, bytesServed, bytesHeld, entries, details } = counts;
  return {
    layer,
    name,
    of,
    asked,
    hits,
    misses,
    stale,
    ...sharesOf(name, counts),
    target: target && { ...target },
    bytesServed,
    bytesHeld,
    entries,
    meanAgeMs: counts.aged === 0 ? null : counts.ageMsSum / counts.aged,
    ages: counts.ages.map((one) => ({ ...one })),
    details: { ...details },
  };
}

/** Layers that show what is stale at once, and count it apart from hits. */
const SHOWS_STALE: ReadonlySet<LayerName> = new Set(["client", "edge_pages"]);

/** What follows from the counts of a row. */
export function sharesOf(
  name: LayerName,
  { asked, hits, stale }: Pick<LayerCounts, "asked" | "hits" | "stale">,
): Pick<CacheLayer, "share" | "shareAtOnce" | "met"> {
  const { target } = LAYER_FACTS[name];
  const share = asked === 0 ? null : hits / asked;
  const shareAtOnce = asked > 0 && SHOWS_STALE.has(name) ? (hits + stale) / asked : null;
  return { share, shareAtOnce, met: isMet(share, target) };
}

function isMet(share: number | null, target: Target | null): boolean | null {
  if (share === null || target === null) return null;
  return target.bound === "at least" ? share >= target.share : share <= target.share;
}
