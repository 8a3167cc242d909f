import type { SeededRandom } from "./random.ts";

/**
 * `embedded`: inside the leader's object. `remote`: over a network, one for all regions.
 */
export type StoreKind = "embedded" | "remote";

/** Larger disturbances, and how often each happens beside the others. */
const DISTURBANCES = {
  cut: 3,
  deafen: 4,
  part: 3,
  unleash: 1,
  isolate: 0.5,
  blind: 0.5,
  outage: 2,
  registerOutage: 0.3,
  crash: 2,
  crashCoordinator: 1,
  evict: 2,
  lag: 1,
  handOver: 3,
  failOver: 5,
  usurp: 5,
};
export type Disturbance = keyof typeof DISTURBANCES;

/** Chances of one stretch between two lulls: some are calm and some are storms, each of another kind. */
export interface Faults {
  readonly requestLost: number;
  readonly replyLost: number;
  /** The caller gives up, the request arrives all the same. */
  readonly requestLate: number;
  readonly duplicate: number;
  /** Per message: it takes long, but nobody has given up when it arrives. */
  readonly slow: number;
  /** Per message: whoever takes part dies right then. */
  readonly crash: number;
  /** The same of a follower, whose platform stops it more lightly. */
  readonly evict: number;
  readonly storeFails: number;
  readonly commitReplyLost: number;
  readonly commitLate: number;
  readonly alarmLate: number;
  /** Per answer of a leader: it leaves late, though its lease was looked at in time. */
  readonly answerLate: number;
  readonly trim: number;
  /** Milliseconds between larger disturbances: cut links, store outages. */
  readonly disturbEveryMs: number;
  readonly disturbances: Readonly<Record<Disturbance, number>>;
}

export const CALM: Faults = {
  requestLost: 0,
  replyLost: 0,
  requestLate: 0,
  duplicate: 0,
  slow: 0.04,
  crash: 0,
  evict: 0,
  storeFails: 0,
  commitReplyLost: 0,
  commitLate: 0,
  alarmLate: 0,
  answerLate: 0,
  trim: 0,
  disturbEveryMs: Number.POSITIVE_INFINITY,
  disturbances: DISTURBANCES,
};

/** @param hasRemoteStore a store inside the object neither loses a reply nor acts late. */
export function drawFaults(random: SeededRandom, hasRemoteStore: boolean): Faults {
  const upTo = (max: number) => (random.chance(0.2) ? 0 : random.next() * max);
  const remote = hasRemoteStore ? 1 : 0;
  return {
    requestLost: upTo(random.pick([0.06, 0.06, 0.2])),
    replyLost: upTo(random.pick([0.06, 0.06, 0.2])),
    requestLate: upTo(random.pick([0.04, 0.04, 0.15])),
    duplicate: upTo(random.pick([0.08, 0.08, 0.3])),
    slow: random.pick([0.04, 0.3]),
    crash: upTo(random.pick([0.01, 0.01, 0.03])),
    evict: upTo(random.pick([0.01, 0.01, 0.1])),
    storeFails: upTo(0.02),
    commitReplyLost: remote * upTo(random.pick([0.08, 0.08, 0.3])),
    commitLate: remote * upTo(random.pick([0.04, 0.04, 0.4])),
    alarmLate: upTo(0.3),
    answerLate: upTo(0.4),
    trim: upTo(random.pick([0.03, 0.03, 0.3])),
    disturbEveryMs: random.logInt(3_000, 300_000),
    disturbances: drawDisturbances(random),
  };
}

/** Some kinds not at all and some far more often: together, rare ones meet in some seeds. */
function drawDisturbances(random: SeededRandom): Faults["disturbances"] {
  const drawn = Object.entries(DISTURBANCES).map(([kind, weight]) => [
    kind,
    weight * random.pick([0.05, 1, 1, 5]),
  ]);
  return Object.fromEntries(drawn) as Faults["disturbances"];
}
