import { put } from "./home-cache.ts";
import type { HomeRecord } from "./home-record.ts";
import type { Call } from "./call.ts";
import { itemsOfRecord } from "./ranked/rank-items.ts";
import {
  AFTERWARDS,
  isWorthAnother,
  type RankBudget,
  type Scored,
  scoreItems,
} from "./ranked/score.ts";

/** Probabilities for all that an entry may show. */
export const scoreHome = (
  call: Call,
  { record }: HomeRecord,
  budget?: RankBudget,
): Promise<Scored> => {
  const { viewer, standing } = record;
  const ask = { viewer, standing, items: itemsOfRecord(record), asOfMs: call.clock.nowMs() };
  return scoreItems(call, ask, budget);
};

export const withScores = (read: HomeRecord, scored: Scored | null): HomeRecord =>
  scored === null ? read : { ...read, record: { ...read.record, scores: scored.scores } };

/**
 * After the answer: the entry into the cache, and its slate into the log. Where the ranker was late, it is
 * asked once more with more time, since the entry is shown for minutes.
 *
 * @param scored null: the page is in the order of time.
 */
export function keepHome(call: Call, read: HomeRecord, scored: Scored | null): void {
  if (scored === null) return keepUnscored(call, read);
  keepSlate(call, scored);
  call.defer(async () => {
    if (!isWorthAnother(scored)) return put(call, withScores(read, scored));
    const again = await scoreHome(call, read, AFTERWARDS);
    await put(call, withScores(read, again));
    await tellSlate(call, again);
  });
}

/**
 * The same for a feed of which nothing was ranked yet, such as one that was read to count what is new: whoever
 * wants theirs ranked finds it so.
 */
export function keepUnscored(call: Call, read: HomeRecord): void {
  call.defer(async () => {
    if (read.record.feedMode === "latest") return put(call, read);
    const scored = await scoreHome(call, read, AFTERWARDS);
    await put(call, withScores(read, scored));
    await tellSlate(call, scored);
  });
}

export const keepSlate = (call: Call, scored: Scored): void =>
  call.defer(() => tellSlate(call, scored));

/** Fails open: the log lacks a slate, and events about it count for nothing. */
async function tellSlate(call: Call, { slate }: Scored): Promise<void> {
  if (slate === null) return;
  const kept = await call.ranking?.keep(call.region, slate);
  if (kept?.ok === false)
    call.report({ event: "ranking_failed", stage: "keep", viewer: String(call.viewer) });
}
