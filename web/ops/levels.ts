import type { LevelList, RegionLevel } from "../../core/degradation/controller-service.ts";
import type { Level } from "../../core/degradation/levels.ts";
import { LIMITS } from "../../core/limits.ts";
import type { OperatorClient } from "../../client/operator.ts";
import { percent } from "./format.ts";
import type { Action, Seen } from "./ui/action-store.ts";
import type { Tone } from "./ui/badge.tsx";

/** As an operator says it; `core/degradation/levels.ts` has the wire's names. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  0: "Normal",
  1: "Ranking degraded",
  2: "Feed cache degraded",
  3: "Graph degraded, read-only",
  4: "Failed over",
};
const LEVEL_EFFECTS: Readonly<Record<Level, string>> = {
  0: "everything is served in full",
  1: "feeds are ranked by cached scores or lower rungs",
  2: "feeds come in the order of time, and feed cache entries live three times as long",
  3: "the region is read-only: every write is refused, and readers see a banner",
  4: "the region's requests are served by the next region",
};

export const toneOf = (level: Level): Tone => (level === 0 ? "good" : level === 1 ? "warn" : "bad");

/** Those of the picked region; "" is all. */
export const regionsShown = (list: LevelList, region: string): readonly RegionLevel[] =>
  list.regions.filter((row) => region === "" || row.region === region);

const seenOf = ({ published }: RegionLevel): Seen => ({
  revision: published.revision,
  facts: [
    ["Level", `${published.level} ${LEVEL_WORDS[published.level]}`],
    ["Why", published.reason],
    ["Pinned by", published.pin?.by ?? "nobody"],
    ["Viewers kept", keptWords(published)],
    ["Revision", String(published.revision)],
  ],
});

function keptWords({ drain }: Pick<RegionLevel["published"], "drain">): string {
  return drain === undefined || drain.keep === 1 ? "all" : `${percent(drain.keep)}, by ${drain.by}`;
}

async function rowOf(api: OperatorClient, region: string): Promise<RegionLevel> {
  const row = (await api.levels()).regions.find((one) => one.region === region);
  if (row === undefined) throw new Error(`${region} does not answer`);
  return row;
}

/** @param level null takes a pin back. */
export function pinAction(row: RegionLevel, level: Level | null): Action {
  const { region } = row;
  const to =
    level === null
      ? `The pin ends, and ${region} goes to what its signals ask for: level ${row.automatic}.`
      : `${region} goes to level ${level} within two seconds, whatever its signals say: ${LEVEL_EFFECTS[level]}.`;
  return {
    title: level === null ? `Take back the pin of ${region}` : `Pin ${region} at level ${level}`,
    effect: to,
    yes: level === null ? "Take back" : "Pin",
    danger: level !== null && level >= 3,
    reasonCharsMax: LIMITS.pinReasonCharsMax,
    ...(level !== null && { minutes: { usual: 30, max: LIMITS.pinMinutesMax } }),
    seen: seenOf(row),
    lookAgain: async (api) => seenOf(await rowOf(api, region)),
    async send(api, { reason, minutes, revision, idempotencyKey }) {
      const wanted = {
        level,
        reason,
        minutes: level === null ? 1 : minutes,
        revision: revision ?? 0,
      };
      const published = await api.pinLevel(region, wanted, { idempotencyKey });
      const { pin } = published;
      if (pin === null) return `No pin holds: ${region} is at level ${published.level}.`;
      // Said again after a lost answer, another's may have come by now.
      return pin.level === level
        ? `${region} is pinned at level ${pin.level} for ${minutes} min.`
        : `${region} is pinned at level ${pin.level} meanwhile, by ${pin.by}.`;
    },
  };
}

/** Shares of its viewers that a region can be told to keep; what lies between is for the API. */
export const KEEPS = [0.5, 0] as const;

/** @param keep of its viewers, 0 to 1; 1 takes all of them back. */
export function drainAction(row: RegionLevel, keep: number): Action {
  const { region, published } = row;
  const isBack = keep === 1;
  const share = percent(keep);
  return {
    title: isBack ? `Take ${region}'s viewers back` : `Drain ${region} to ${share}`,
    effect: isBack
      ? `Over a minute, all viewers who are nearest to ${region} come back to it.`
      : `Over a minute, ${region} keeps ${share} of its viewers, the same ones each time; the others go to the next nearest region.`,
    yes: isBack ? "Take back" : "Drain",
    danger: !isBack,
    reasonCharsMax: LIMITS.pinReasonCharsMax,
    ...(!isBack && { minutes: { usual: 30, max: LIMITS.pinMinutesMax } }),
    seen: seenOf(row),
    lookAgain: async (api) => seenOf(await rowOf(api, region)),
    async send(api, { reason, minutes, revision, idempotencyKey }) {
      const wanted = {
        keep,
        reason,
        minutes: isBack ? 1 : minutes,
        revision: revision ?? published.revision,
      };
      const { drain } = await api.drainRegion(region, wanted, { idempotencyKey });
      if (drain === undefined || drain.keep === 1) return `${region} takes its viewers back.`;
      return drain.keep === keep
        ? `${region} drains to ${share} for ${minutes} min.`
        : `${region} drains to ${percent(drain.keep)} meanwhile, by ${drain.by}.`;
    },
  };
}
