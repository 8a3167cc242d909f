import {
  type CandidateFacts,
  DENSE_COUNT,
  ID_COUNT,
  ID_NAMES,
  rowsOf,
  SCHEMA,
} from "../../../core/ranking/features.ts";
import { actionBits, type LogRecord } from "../../../core/ranking/log-record.ts";
import type { Counted } from "../../../core/ranking/tallies.ts";
import { examplesOf } from "../examples.ts";
import { MemoryTallies } from "../memory-tallies.ts";
import { type Exposure, readExposures } from "./kuairand-rows.ts";
import type { Source } from "./source.ts";

/** Days at the start that only fill counters. */
const WARM_DAYS = 2;
/** Of the days after that, those at the end which are held out. */
const TEST_SHARE = 0.3;

/** A folder of KuaiRand-Pure as a log of the product: the same features from the same counters. */
export const kuairand = async (folder: string): Promise<Source> =>
  logOf(await readExposures(folder));

/**
 * A slate is what one person saw on one day; all its features are as of its first moment, since the
 * log does not say what was asked for when. Training, validation and test are whole days.
 *
 * @param exposures oldest first. @throws RangeError when there are too few days to split.
 */
export function logOf(exposures: readonly Exposure[]): Source {
  const slates = Map.groupBy(exposures, ({ user, date }) => `${user}-${date}`);
  const days = [...new Set(exposures.map(({ date }) => date))].toSorted((a, b) => a - b);
  const used = days.slice(WARM_DAYS);
  const testDays = Math.max(1, Math.round(TEST_SHARE * used.length));
  const validDay = used.at(-testDays - 1);
  const testDay = used.at(-testDays);
  if (used.length < 3 || validDay === undefined || testDay === undefined)
    throw new RangeError(
      `${days.length} days are too few: ${WARM_DAYS} fill counters, 3 more are needed`,
    );

  const tallies = new MemoryTallies();
  const totals = new Map<string, Totals>();
  const records: LogRecord[] = [];
  for (const exposure of exposures) {
    const slate = `${exposure.user}-${exposure.date}`;
    const shown = slates.get(slate) ?? [];
    const isFirst = shown[0] === exposure;
    if (isFirst && used.includes(exposure.date)) {
      const facts = shown.map((one) => factsOf(one, tallies, totals.get(one.video) ?? NONE));
      const { dense, ids } = rowsOf(facts, exposure.timeMs);
      for (const [row, one] of shown.entries())
        records.push({
          schema: SCHEMA,
          slate,
          timeMs: exposure.timeMs,
          viewer: one.user,
          post: one.video,
          // The log does not say where it stood.
          place: 0,
          actions: actionBits(one.actions),
          dense: dense.slice(row * DENSE_COUNT, (row + 1) * DENSE_COUNT),
          ids: ids.slice(row * ID_COUNT, (row + 1) * ID_COUNT),
        });
    }
    tallies.bump(keysOf(exposure), ["shown", ...exposure.actions], exposure.timeMs);
    totals.set(exposure.video, plus(totals.get(exposure.video) ?? NONE, exposure));
  }
  const startOf = (day: number) => exposures.find(({ date }) => date === day)?.timeMs ?? Infinity;
  return {
    name: "kuairand",
    examples: examplesOf(records).examples,
    visits: exposures.map(({ user, timeMs }) => ({ viewer: user, timeMs })),
    unknownIds: ID_NAMES.map(() => false),
    splitMs: { validFromMs: startOf(validDay), testFromMs: startOf(testDay) },
    truth: null,
  };
}

/** What the log itself has counted of a video so far. */
interface Totals {
  readonly likes: number;
  readonly comments: number;
  readonly shares: number;
}
const NONE: Totals = { likes: 0, comments: 0, shares: 0 };

const plus = ({ likes, comments, shares }: Totals, { actions }: Exposure): Totals => ({
  likes: likes + Number(actions.includes("like")),
  comments: comments + Number(actions.includes("comment")),
  shares: shares + Number(actions.includes("share")),
});

const keysOf = ({ user, author, video, tag }: Exposure): Counted => ({
  viewer: user,
  author,
  content: video,
  topic: tag,
});

function factsOf(
  exposure: Exposure,
  tallies: MemoryTallies,
  { likes, comments, shares }: Totals,
): CandidateFacts {
  return {
    viewerId: exposure.user,
    authorId: exposure.author,
    topic: exposure.tag,
    createdAtMs: exposure.uploadedMs,
    source: "popular",
    // How long it is, in seconds: the nearest to a text's length that a video has.
    textChars: Math.round(exposure.durationMs / 1_000),
    media: 1,
    isRepost: false,
    isQuote: false,
    reactions: likes,
    comments,
    reposts: shares,
    tallies: tallies.of(keysOf(exposure)),
  };
}
