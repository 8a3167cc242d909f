import type { Level } from "../../core/degradation/levels.ts";
import type { Stage } from "./stage.ts";

export interface Phase {
  readonly name: string;
  /** Of the day, 0 to 24: traffic follows its curve. */
  readonly hour: number;
  /** What the region is expected to come to. null: any, since users need not notice. */
  readonly level: Level | null;
  /** Traffic beside the day's curve: reads by this factor of what the product can take, while the fault lasts. */
  readonly herd: number | null;
  readonly strike: (stage: Stage) => Promise<void>;
  readonly heal: (stage: Stage) => Promise<void>;
}

const nothing = async (): Promise<void> => {};

/** A fault by the product's own switches for drills. */
const drilled = (
  name: string,
  hour: number,
  level: Level | null,
  fault: Parameters<Stage["startDrill"]>[0],
): Phase => ({
  name,
  hour,
  level,
  herd: null,
  strike: (stage) => stage.startDrill(fault),
  heal: (stage) => stage.stopDrills(),
});

/** The day, in its order. */
export const PHASES: readonly Phase[] = [
  { name: "calm", hour: 8, level: 0, herd: null, strike: nothing, heal: nothing },
  {
    name: "ranker slow (200 ms)",
    hour: 10,
    level: 1,
    herd: null,
    strike: async ({ shim }) => void (shim.fault = { kind: "slow", ms: 200 }),
    heal: async ({ shim }) => void (shim.fault = { kind: "none" }),
  },
  {
    name: "ranker dead (kill -9)",
    hour: 12,
    level: 1,
    herd: null,
    strike: (stage) => stage.killRanker(),
    heal: (stage) => stage.startRanker(),
  },
  {
    name: "Redis dead (kill -9)",
    hour: 13,
    level: 2,
    herd: null,
    strike: (stage) => stage.killRedis(),
    heal: (stage) => stage.startRedis(),
  },
  drilled("store fails 2 % of writes", 14, 3, {
    // The truth is one store for all regions: of one region's leaders alone, a quarter of its writes would meet it.
    region: "all",
    dependency: "store",
    kind: "errors",
    operations: "writes",
    share: 0.02,
  }),
  drilled("store fails 2 % of reads", 15, null, {
    region: "all",
    dependency: "store",
    kind: "errors",
    operations: "reads",
    share: 0.02,
  }),
  drilled("followers fail 2 % of reads", 16, 3, {
    dependency: "follower",
    kind: "errors",
    share: 0.02,
  }),
  drilled("leaders hang", 17, 3, { dependency: "leader", kind: "partition" }),
  drilled("region unreachable", 18, 4, { dependency: "region", kind: "partition" }),
  { name: "herd, 5 x capacity", hour: 20, level: null, herd: 5, strike: nothing, heal: nothing },
  { name: "recovered", hour: 22, level: 0, herd: null, strike: nothing, heal: nothing },
];

/** Share of noon's traffic at an hour of the day: low at night, highest in the evening. */
export function dayShare(hour: number): number {
  const highest = 19;
  return 0.65 + 0.35 * Math.cos(((hour - highest) / 24) * 2 * Math.PI);
}
