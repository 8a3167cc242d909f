/** What a call is for, most important first: what comes later is given up first. */
export const PRIORITIES = ["interactive", "write", "realtime", "warming", "batch"] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * Share of a dependency's calls under way that a priority may take up: what is left belongs to those
 * before it, so that a flood of lower ones never shuts a reader out.
 */
export const SHARE: Readonly<Record<Priority, number>> = {
  interactive: 1,
  write: 0.9,
  realtime: 0.6,
  warming: 0.3,
  batch: 0.2,
};

/** Share of an isolate's places that a priority has in any case: a flood of others never shuts it out. */
export const GUARANTEED: Readonly<Record<Priority, number>> = {
  interactive: 0.5,
  write: 0.1,
  realtime: 0.05,
  warming: 0.02,
  batch: 0.02,
};

/** How generous adaptive throttling is, as a part of its factor: lower ones are refused while others still pass. */
export const LENIENCE: Readonly<Record<Priority, number>> = {
  interactive: 1,
  write: 0.95,
  realtime: 0.8,
  warming: 0.65,
  batch: 0.55,
};

/** Somebody waits for the answer: it says how the service is. What is done ahead, or late, does not. */
export const isWaitedFor = (priority: Priority): boolean =>
  priority === "interactive" || priority === "write";
