import { AUDIENCES } from "../../tao/registry.ts";
import type { FanoutStrategy } from "./service.ts";

/** What the parts of spreading a post cost, ms of CPU: measured by `npm run bench -- fan-out`. */
export interface FanoutCosts {
  /** One chunk: planned, kept, sent, received, acknowledged. */
  readonly chunkMs: number;
  /** One call to one bucket. */
  readonly callMs: number;
  /** One reader, read from the graph and named to one bucket. */
  readonly readerMs: number;
  /** What an announced post costs buckets beyond their calls, and one entry that they look at for it. */
  readonly announceMs: number;
  readonly entryMs: number;
}

/** What is known when a post is planned. */
export interface FanoutSituation {
  readonly followers: number;
  readonly friends: number;
  /** Index into AUDIENCES. */
  readonly audience: number;
  /** Of the readers that were named lately, the share with an entry, over all regions: 0 to 1. */
  readonly activeShare: number;
  /** Entries that buckets looked at for the last announced posts, over all buckets and regions. */
  readonly entries: number;
  readonly buckets: number;
  readonly regions: number;
  readonly readersPerChunk: number;
}

/** Readers to name beside the author. What is public is in the feeds of followers and of friends. */
export type Readers = "followers" | "friends" | "both" | "none";

export interface FanoutDecision {
  readonly strategy: FanoutStrategy;
  readonly readers: Readers;
  readonly reason: string;
  /** What the choice is expected to cost, ms of CPU. */
  readonly costMs: number;
}

const [PUBLIC, , FRIENDS, ONLY_ME] = AUDIENCES.map((_, rank) => rank);

/** Whom a push names of what buckets could be asked for as well. */
export const openReaders = (audience: number): Readers =>
  audience === PUBLIC ? "both" : "followers";

/**
 * Push names every reader, announce asks every bucket: the cheaper one. A post for friends
 * alone is always pushed, because buckets know whom an entry follows, not who is whose friend.
 */
export function decide(situation: FanoutSituation, costs: FanoutCosts): FanoutDecision {
  const { followers, friends, audience } = situation;
  const push = (readers: number) => pushCost(readers, situation, costs);
  const author = { strategy: "push", readers: "none", costMs: push(1) } as const;
  if (audience === ONLY_ME) return { ...author, reason: "for the author alone" };
  if (audience === FRIENDS) {
    return friends === 0
      ? { ...author, reason: "for friends, and the author has none" }
      : {
          strategy: "push",
          readers: "friends",
          reason: `for ${number(friends)} friends, whom no bucket knows`,
          costMs: push(friends + 1),
        };
  }
  // Who is both counts twice: an upper bound.
  const friendly = audience === PUBLIC ? friends : 0;
  if (followers + friendly === 0) return { ...author, reason: "nobody follows the author" };

  const pushMs = push(followers + friendly + 1);
  const announceMs = announceCost(situation, costs);
  const beside = friendly === 0 ? "" : ` and ${number(friendly)} friends`;
  const readers = `${number(followers)} followers${beside}, of whom ${percent(situation.activeShare)} are active`;
  const places = `${situation.buckets} buckets in ${situation.regions} regions`;
  const compared = `about ${milliseconds(pushMs)} to push, ${milliseconds(announceMs)} to announce`;
  return pushMs <= announceMs
    ? {
        strategy: "push",
        readers: openReaders(audience),
        reason: `${readers}: cheaper than ${places} (${compared})`,
        costMs: pushMs,
      }
    : {
        strategy: "announce",
        readers: "none",
        reason: `${readers}: dearer than ${places} (${compared})`,
        costMs: announceMs,
      };
}

/** Readers, with the author, from which on a post is announced. */
export function threshold(situation: FanoutSituation, costs: FanoutCosts): number {
  const announceMs = announceCost(situation, costs);
  let low = 0;
  let high = 1;
  while (pushCost(high, situation, costs) <= announceMs && high < 1e9) high *= 2;
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (pushCost(middle, situation, costs) <= announceMs) low = middle;
    else high = middle;
  }
  return high;
}

/** Readers fall into buckets at random: a few of them do not reach every one. */
function pushCost(readers: number, situation: FanoutSituation, costs: FanoutCosts): number {
  const { buckets, regions, readersPerChunk } = situation;
  const chunks = Math.ceil(readers / readersPerChunk);
  // Chunks are cut along buckets: each but the first begins within one that was called already.
  const reached = buckets * (1 - (1 - 1 / buckets) ** readers) + chunks - 1;
  return (
    chunks * costs.chunkMs + reached * regions * costs.callMs + readers * regions * costs.readerMs
  );
}

const announceCost = (
  { buckets, regions, entries }: FanoutSituation,
  { chunkMs, callMs, announceMs, entryMs }: FanoutCosts,
): number => chunkMs + buckets * regions * callMs + announceMs + entries * entryMs;

/** `12345` as `12,345`. */
const number = (n: number): string => `${n}`.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;
const milliseconds = (ms: number): string => `${Math.round(ms * 10) / 10} ms`;
