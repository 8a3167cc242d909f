import { type Condition, look, OFF, type Patience } from "../degradation/condition.ts";
import type { Verdict } from "../degradation/signals.ts";
import type { Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import type { Severity } from "./burn.ts";
import { SLO_LIMITS } from "./limits.ts";

/** An operator has seen it: no repeats until it fires anew. */
export interface Acknowledgement {
  readonly by: string;
  readonly reason: string;
  /** Unix ms. */
  readonly atMs: number;
}

/** One alert's memory. Plain JSON; times are Unix ms. */
export interface AlertState {
  readonly condition: Condition;
  /** Since when its cause has been there at every look; null: it is not. */
  readonly badSinceMs: number | null;
  /** Grows when it fires, resolves or is acknowledged. */
  readonly revision: number;
  /** Of the last time that it fired; null: it never has. */
  readonly firedMs: number | null;
  readonly why: string;
  readonly acknowledged: Acknowledgement | null;
  /** When the webhook was last given something about this firing. */
  readonly toldMs: number | null;
}

export const QUIET: AlertState = {
  condition: OFF,
  badSinceMs: null,
  revision: 0,
  firedMs: null,
  why: "",
  acknowledged: null,
  toldMs: null,
};

export type AlertStatus = "ok" | "firing" | "resolved";

/** `resolved` until it is forgiven: until then it comes back with a longer wait. */
export function statusOf({ condition }: AlertState): AlertStatus {
  if (condition.at === "on") return "firing";
  return condition.sinceMs === null ? "ok" : "resolved";
}

/** How long each severity waits; a page must not stay on for long, a ticket may. */
const PATIENCE: Readonly<Record<Severity, Patience>> = {
  page: {
    dwellMs: SLO_LIMITS.pageDwellMs,
    dwellMaxMs: SLO_LIMITS.pageDwellMaxMs,
    quietMs: SLO_LIMITS.pageDwellMs * SLO_LIMITS.alertQuietDwells,
    forgiveMs: SLO_LIMITS.pageForgiveMs,
  },
  ticket: {
    dwellMs: SLO_LIMITS.ticketDwellMs,
    dwellMaxMs: SLO_LIMITS.ticketDwellMaxMs,
    quietMs: SLO_LIMITS.ticketDwellMs * SLO_LIMITS.alertQuietDwells,
    forgiveMs: SLO_LIMITS.ticketForgiveMs,
  },
};
export const patienceOf = (severity: Severity): Patience => PATIENCE[severity];

/** What one look found. */
export interface Finding {
  readonly verdict: Verdict;
  /** Why it is bad, for people; of a verdict that is not bad nothing is kept. */
  readonly why: string;
}

export interface AlertRule {
  readonly severity: Severity;
  /** Its cause must have been there for so long, ms, before it fires. */
  readonly afterMs: number;
}

export type AlertEvent = "firing" | "resolved" | "repeat";
export interface AlertStep {
  readonly next: AlertState;
  /** What is to be told of; null: nothing. */
  readonly event: AlertEvent | null;
}

/**
 * The next look. It fires as soon as its cause has lasted, and resolves once the cause was away for a whole
 * dwell, which doubles each time that it comes back too soon.
 */
export function stepAlert(
  state: AlertState,
  { verdict, why }: Finding,
  { severity, afterMs }: AlertRule,
  nowMs: number,
): AlertStep {
  const badSinceMs = verdict === "bad" ? Math.min(state.badSinceMs ?? nowMs, nowMs) : null;
  const hasLasted = badSinceMs !== null && nowMs - badSinceMs >= afterMs;
  const seen = verdict === "bad" && !hasLasted ? "unclear" : verdict;
  const condition = look(state.condition, seen, nowMs, patienceOf(severity));
  const next = { ...state, condition, badSinceMs };
  const [was, is] = [state.condition.at, condition.at];
  if (was === "off" && is === "on")
    return {
      next: { ...told(next, nowMs), firedMs: nowMs, why, acknowledged: null },
      event: "firing",
    };
  if (was === "on" && is === "off") return { next: told(next, nowMs), event: "resolved" };
  return isRepeatDue(next, severity, nowMs)
    ? { next: { ...next, toldMs: nowMs }, event: "repeat" }
    : { next, event: null };
}

const told = (state: AlertState, nowMs: number): AlertState => ({
  ...state,
  revision: state.revision + 1,
  toldMs: nowMs,
});

function isRepeatDue(
  { condition, acknowledged, toldMs }: AlertState,
  severity: Severity,
  nowMs: number,
) {
  if (condition.at === "off" || acknowledged !== null || toldMs === null) return false;
  const everyMs = severity === "page" ? SLO_LIMITS.pageRepeatMs : SLO_LIMITS.ticketRepeatMs;
  return nowMs - toldMs >= everyMs;
}

/**
 * Sent again, as after a lost answer, it changes nothing: the same state comes back.
 *
 * @returns `conflict` when it changed since the operator looked, or does not fire. Lengths are the caller's to check.
 */
export function acknowledge(
  state: AlertState,
  request: { readonly by: string; readonly reason: string; readonly revision: number },
  nowMs: number,
): Result<AlertState, Failure> {
  const { revision, acknowledged } = state;
  const { by, reason: said } = request;
  const isHis = acknowledged?.by === by && acknowledged.reason === said;
  if (isHis && state.condition.at === "on" && request.revision === revision - 1) return ok(state);
  if (request.revision !== revision) {
    const reason = `the alert changed meanwhile: this is revision ${revision}`;
    return err({ code: "conflict", reason, field: "revision", revision });
  }
  if (state.condition.at === "off")
    return err({ code: "conflict", reason: "the alert is not firing", revision });
  return ok({ ...state, revision: revision + 1, acknowledged: { by, reason: said, atMs: nowMs } });
}
