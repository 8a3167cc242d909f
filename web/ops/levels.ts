import type { LevelList, RegionLevel } from "../../core/degradation/controller-service.ts";
import type { Level } from "../../core/degradation/levels.ts";
import { LIMITS } from "../../core/limits.ts";
import type { OperatorClient } from "../../client/operator.ts";
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
    ["Revision", String(published.revision)],
  ],
});

async function lookAgain(api: OperatorClient, region: string): Promise<Seen> {
  const row = (await api.levels()).regions.find((one) => one.region === region);
  if (row === undefined) throw new Error(`${region} does not answer`);
  return seenOf(row);
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
    lookAgain: (api) => lookAgain(api, region),
    async send(api, { reason, minutes, revision, idempotencyKey }) {
      const wanted = {
        level,
        reason,
        minutes: level === null ? 1 : minutes,
        revision: revision ?? 0,
      };
      const published = await api.pinLevel(region, wanted, { idempotencyKey });
      return level === null
        ? `The pin is taken back: ${region} is at level ${published.level}.`
        : `${region} is pinned at level ${published.level} for ${minutes} min.`;
    },
  };
}
