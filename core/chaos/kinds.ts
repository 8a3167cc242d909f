export const DRILL_DEPENDENCIES = [
  "ranker",
  "feed-cache",
  "store",
  "leader",
  "follower",
  "fanout-queue",
  "region",
  "feature-bucket",
  "media",
] as const;
export type DrillDependency = (typeof DRILL_DEPENDENCIES)[number];

export const FAULT_KINDS = ["latency", "errors", "partition", "kill", "clock-skew"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Which calls, where a dependency has both. */
export const OPERATIONS = ["all", "reads", "writes"] as const;

/** How a call fails that has errors. */
export const FAILURES = ["unavailable", "timeout", "overloaded"] as const;

/** What can be done to what; docs/chaos.md says how each is simulated. */
export const KINDS_OF: Readonly<Record<DrillDependency, readonly FaultKind[]>> = {
  ranker: ["latency", "errors", "partition", "kill"],
  "feed-cache": ["latency", "errors", "partition", "kill"],
  store: ["latency", "errors", "partition"],
  leader: ["latency", "errors", "partition", "kill", "clock-skew"],
  follower: ["latency", "errors", "partition", "kill"],
  "fanout-queue": ["latency", "errors", "partition"],
  region: ["latency", "partition"],
  "feature-bucket": ["latency", "errors", "partition", "kill"],
  media: ["latency", "errors", "partition"],
};
