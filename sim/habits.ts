import type { Consistency } from "../core/tao/service.ts";
import type { SeededRandom } from "./random.ts";

type Pause = "now" | "soon" | "later" | "away";

/** What clients like to do for a while: drawn anew after each lull, so that stretches differ. */
export interface Habits {
  /** How often they wait how long between two requests. */
  readonly pauses: Readonly<Record<Pause, number>>;
  /** How fresh readers want it, how often. */
  readonly freshness: Readonly<Record<Consistency, number>>;
  /** Chance that a reader rather has an old answer, marked, than none. */
  readonly staleAllowed: number;
  /** Chance that a request is about what everybody talks about just then. */
  readonly theme: number;
  /** Chance that an edge is one that was written not long ago. */
  readonly edgeAgain: number;
}

/** Milliseconds. Whoever is away may find entries expired. */
const PAUSE_MS: Readonly<Record<Pause, readonly [from: number, to: number]>> = {
  now: [1, 20],
  soon: [20, 500],
  later: [500, 5_000],
  away: [5_000, 75_000],
};

/** In a hurry; as most; with so much time that bounds on age are reached. */
const PACES: readonly Habits["pauses"][] = [
  { now: 94, soon: 5, later: 1, away: 0 },
  { now: 75, soon: 17, later: 6, away: 2 },
  { now: 45, soon: 15, later: 30, away: 10 },
];

/** As most; and so that hardly anybody's ticket brings a follower up to date. */
const FRESHNESS: readonly Habits["freshness"][] = [
  { eventual: 3, ticket: 6, leader: 1 },
  { eventual: 40, ticket: 1, leader: 1 },
];

export const drawHabits = (random: SeededRandom): Habits => ({
  pauses: random.pick(PACES),
  freshness: random.pick(FRESHNESS),
  staleAllowed: random.pick([0.05, 0.2, 0.7]),
  theme: random.pick([0, 0.2, 0.6, 0.95]),
  edgeAgain: random.pick([0, 0.3, 0.7]),
});

export function drawPauseMs(random: SeededRandom, { pauses }: Habits): number {
  const [from, to] = PAUSE_MS[random.weighted(pauses)];
  return random.logInt(from, to);
}
