import { LIMITS } from "../../limits.ts";

/** What this isolate knows of one server. Times are Unix ms. */
export interface ServerHealth {
  /** Rows of calls that have not come back. */
  readonly outstandingRows: number;
  /** Rows queued and running as the server last said, and when it did. */
  readonly load: number;
  readonly heardMs: number;
  /** Calls in a row that it failed, and how often it was passed over for that of late. */
  readonly failures: number;
  readonly ejections: number;
  readonly ejectedUntilMs: number;
  /** Whether it did not even say that it is ready when it was last asked. */
  readonly silent: boolean;
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
  silent: false,
  awayUntilMs: 0,
};

/** How a call ended, for the server's health. `quiet`: the caller stopped listening first. */
export type ServerNews =
  | { readonly kind: "answered"; readonly load: number }
  | { readonly kind: "failed" }
  /** It says that it is ready, or, asked for that, nothing. */
  | { readonly kind: "ready" }
  | { readonly kind: "silent" }
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
  const heard = { ...health, heardMs: nowMs };
  switch (news.kind) {
    case "answered":
      // One that drains still answers what it had taken before: that does not bring it back.
      return { ...backAt(heard, nowMs), load: news.load };
    case "draining":
      return { ...heard, awayUntilMs: nowMs + LIMITS.drainingMs, silent: false };
    case "ready":
      // To say so is no proof that it can: one that was passed over while it said so stays out its time. One
      // that had gone quiet and is there again was started anew.
      return { ...(health.silent ? backAt(heard, nowMs) : heard), awayUntilMs: 0 };
    case "silent":
      return failed({ ...health, silent: true }, nowMs);
    case "failed":
      return failed(health, nowMs);
    case "quiet":
      return health;
  }
}

/** Its ejection, if there is one, ends here; that there was one counts on for a while. */
const backAt = (health: ServerHealth, nowMs: number): ServerHealth => ({
  ...health,
  failures: 0,
  ejectedUntilMs: Math.min(health.ejectedUntilMs, nowMs),
  silent: false,
});

/** Passive outlier detection as Envoy has it: consecutive failures, longer each time. */
function failed(health: ServerHealth, nowMs: number): ServerHealth {
  const failures = health.failures + 1;
  const heard = { ...health, heardMs: nowMs, failures };
  // Calls that were under way when it was passed over say nothing new.
  if (failures < LIMITS.ejectAfter || nowMs < health.ejectedUntilMs) return heard;
  const forgiven = Math.floor((nowMs - health.ejectedUntilMs) / LIMITS.ejectMs);
  const before = Math.max(0, health.ejections - forgiven);
  const ejections = Math.min(LIMITS.ejectTimesMax, before + 1);
  return { ...heard, ejections, ejectedUntilMs: nowMs + ejections * LIMITS.ejectMs };
}

export const isAway = ({ awayUntilMs }: ServerHealth, nowMs: number): boolean =>
  nowMs < awayUntilMs;

export const isEjected = ({ ejectedUntilMs }: ServerHealth, nowMs: number): boolean =>
  nowMs < ejectedUntilMs;

export const isWell = (health: ServerHealth, nowMs: number): boolean =>
  !isAway(health, nowMs) && !isEjected(health, nowMs);

/** Rows before a new one: what the server said, fading, and what this isolate sent. */
export const loadOf = ({ load, heardMs, outstandingRows }: ServerHealth, nowMs: number): number =>
  load * 2 ** (-Math.max(0, nowMs - heardMs) / LIMITS.loadHalfLifeMs) + outstandingRows;
