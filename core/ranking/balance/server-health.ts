import { LIMITS } from "../../limits.ts";

/** What this isolate knows of one server. Times are Unix ms. */
export interface ServerHealth {
  /** Rows of calls that have not come back. */
  readonly outstandingRows: number;
  /** Rows queued and running as the server last said, and when it did. */
  readonly load: number;
  readonly heardMs: number;
  /** Calls in a row that it failed, and how often in a row it was passed over for that. */
  readonly failures: number;
  readonly ejections: number;
  readonly ejectedUntilMs: number;
  /** It said that it drains. */
  readonly awayUntilMs: number;
}

export const UNKNOWN_SERVER: ServerHealth = {
  outstandingRows: 0,
  load: 0,
  heardMs: 0,
  failures: 0,
  ejections: 0,
  ejectedUntilMs: 0,
  awayUntilMs: 0,
};

/** How a call ended, for the server's health. `quiet`: the caller stopped listening first. */
export type ServerNews =
  | { readonly kind: "answered"; readonly load: number }
  | { readonly kind: "failed" }
  | { readonly kind: "ready" }
  | { readonly kind: "draining" }
  | { readonly kind: "quiet" };

export const begun = (health: ServerHealth, rows: number): ServerHealth => ({
  ...health,
  outstandingRows: health.outstandingRows + rows,
});

/** A call of `rows` rows ended with `news`; 0 rows: a health check did. */
export function ended(
  before: ServerHealth,
  rows: number,
  news: ServerNews,
  nowMs: number,
): ServerHealth {
  const health = { ...before, outstandingRows: Math.max(0, before.outstandingRows - rows) };
  const well = { ...health, heardMs: nowMs, failures: 0, ejections: 0, ejectedUntilMs: 0 };
  switch (news.kind) {
    case "answered":
      // One that drains still answers what it had taken before: that does not bring it back.
      return { ...well, load: news.load };
    case "draining":
      return { ...well, awayUntilMs: nowMs + LIMITS.drainingMs };
    case "ready":
      return { ...well, awayUntilMs: 0 };
    case "failed":
      return failed(health, nowMs);
    case "quiet":
      return health;
  }
}

/** Passive outlier detection as Envoy has it: consecutive failures, longer each time. */
function failed(health: ServerHealth, nowMs: number): ServerHealth {
  const failures = health.failures + 1;
  const heard = { ...health, heardMs: nowMs, failures };
  // Calls that were under way when it was passed over say nothing new.
  if (failures < LIMITS.ejectAfter || nowMs < health.ejectedUntilMs) return heard;
  const ejections = Math.min(LIMITS.ejectTimesMax, health.ejections + 1);
  return { ...heard, ejections, ejectedUntilMs: nowMs + ejections * LIMITS.ejectMs };
}

export const isAway = ({ awayUntilMs }: ServerHealth, nowMs: number): boolean =>
  nowMs < awayUntilMs;

export const isEjected = ({ ejectedUntilMs }: ServerHealth, nowMs: number): boolean =>
  nowMs < ejectedUntilMs;

/** Rows before a new one: what the server said, fading, and what this isolate sent. */
export const loadOf = ({ load, heardMs, outstandingRows }: ServerHealth, nowMs: number): number =>
  load * 2 ** (-Math.max(0, nowMs - heardMs) / LIMITS.loadHalfLifeMs) + outstandingRows;
