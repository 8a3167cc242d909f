import { fingerprint } from "../hash.ts";
import { type Tally, valuesAt } from "./counters.ts";
import { HEADS } from "./heads.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Whose signals a row has, and how fast they fade. Order is the order of columns. */
export const TALLIES = [
  { name: "viewer", halfLifeMs: 7 * DAY_MS },
  { name: "author", halfLifeMs: 7 * DAY_MS },
  { name: "post", halfLifeMs: DAY_MS },
  { name: "topic", halfLifeMs: 7 * DAY_MS },
  { name: "viewer_author", halfLifeMs: 30 * DAY_MS },
  { name: "viewer_topic", halfLifeMs: 30 * DAY_MS },
] as const;

export type TallyName = (typeof TALLIES)[number]["name"];

export const halfLifeOf = (name: TallyName): number =>
  TALLIES.find((tally) => tally.name === name)?.halfLifeMs ?? DAY_MS;

/** Where a candidate comes from, one column each. */
const SOURCES = ["friend", "followed", "own", "popular"] as const;

/** What is known of one candidate at the moment of a request. Everything is frozen then. */
export interface CandidateFacts {
  /** Decimal text. */
  readonly viewerId: string;
  readonly authorId: string;
  /** What it is about, any text; empty when nothing says. */
  readonly topic: string;
  /** Unix ms. */
  readonly createdAtMs: number;
  readonly source: (typeof SOURCES)[number];
  readonly textChars: number;
  readonly media: number;
  readonly isRepost: boolean;
  readonly isQuote: boolean;
  /** As the graph counts them. */
  readonly reactions: number;
  readonly comments: number;
  readonly reposts: number;
  readonly tallies: Readonly<Record<TallyName, Tally>>;
}

/** Rates are pulled towards these many shows without the action, so that one lucky show is no proof. */
const PRIOR_SHOWS = 10;
/** What a rate is taken to be before anything was shown: roughly what feeds see. */
const PRIOR_RATE = [0.2, 0.05, 0.01, 0.01, 0.005, 0.2, 0.005] as const;

const tallyColumns = TALLIES.flatMap(({ name }) => [
  `${name}.shown`,
  ...HEADS.map((head) => `${name}.${head}`),
]);

/** Columns of the dense matrix. */
export const DENSE_NAMES = [
  ...tallyColumns,
  "age",
  "hour_sin",
  "hour_cos",
  "text",
  "media",
  "repost",
  "quote",
  "reactions",
  "comments",
  "reposts",
  ...SOURCES.map((source) => `source.${source}`),
  // Where it stood when it was shown: known in training only. Zero when serving: everybody at the top.
  "place",
] as const;
export const DENSE_COUNT = DENSE_NAMES.length;
export const PLACE_COLUMN = DENSE_COUNT - 1;

/** Hashed ids, with the rows of their embedding tables; row 0 means none. Order is the order of columns. */
export const ID_SIZES = { viewer: 4096, author: 4096, topic: 256 } as const;
export const ID_NAMES = ["viewer", "author", "topic"] as const;
export const ID_COUNT = ID_NAMES.length;

/** Changes with the names and the meaning of columns; raise the number when only the meaning does. */
const MEANING = 1;
export const SCHEMA = fingerprint(
  JSON.stringify([MEANING, DENSE_NAMES, ID_NAMES.map((name) => [name, ID_SIZES[name]]), TALLIES]),
);

/** Rows of the two matrices, row-major. */
export interface Rows {
  readonly dense: Float32Array;
  readonly ids: Int32Array;
}

/** The rows of `candidates` as of `nowMs`. The one place where features are computed: the feed, the ranker's tests and training all call it. */
export function rowsOf(candidates: readonly CandidateFacts[], nowMs: number): Rows {
  const dense = new Float32Array(candidates.length * DENSE_COUNT);
  const ids = new Int32Array(candidates.length * ID_COUNT);
  for (const [row, facts] of candidates.entries()) {
    dense.set(denseOf(facts, nowMs), row * DENSE_COUNT);
    ids.set(idsOf(facts), row * ID_COUNT);
  }
  return { dense, ids };
}

function denseOf(facts: CandidateFacts, nowMs: number): number[] {
  const columns: number[] = [];
  for (const { name, halfLifeMs } of TALLIES)
    columns.push(...rates(valuesAt(facts.tallies[name], nowMs, halfLifeMs)));
  const ageHours = Math.max(0, nowMs - facts.createdAtMs) / HOUR_MS;
  const angle = (2 * Math.PI * (nowMs % DAY_MS)) / DAY_MS;
  columns.push(
    Math.log1p(ageHours),
    Math.sin(angle),
    Math.cos(angle),
    Math.log1p(facts.textChars),
    Math.log1p(facts.media),
    Number(facts.isRepost),
    Number(facts.isQuote),
    Math.log1p(facts.reactions),
    Math.log1p(facts.comments),
    Math.log1p(facts.reposts),
    ...SOURCES.map((source) => Number(facts.source === source)),
    0,
  );
  return columns;
}

/** Log of shows, then each action's smoothed rate as log-odds. */
function rates([shown = 0, ...actions]: readonly number[]): number[] {
  return [
    Math.log1p(shown),
    ...actions.map((count, head) => {
      const prior = PRIOR_RATE[head] ?? 0.01;
      const rate = (count + prior * PRIOR_SHOWS) / (shown + PRIOR_SHOWS);
      const odds = Math.min(0.999, Math.max(0.0001, rate));
      return Math.log(odds / (1 - odds));
    }),
  ];
}

const idsOf = ({ viewerId, authorId, topic }: CandidateFacts): number[] => [
  hashed(viewerId, ID_SIZES.viewer),
  hashed(authorId, ID_SIZES.author),
  topic === "" ? 0 : hashed(topic, ID_SIZES.topic),
];

/** 1 to `size - 1`, evenly. */
const hashed = (text: string, size: number): number =>
  1 + (Number.parseInt(fingerprint(text).slice(0, 8), 16) % (size - 1));
