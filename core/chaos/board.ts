import type { Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import type { Fault, NewFault } from "./fault.ts";
import { DRILL_LIMITS } from "./limits.ts";

/** There is one board for all regions: a drill of one of them must not depend on it. */
export const DRILL_BOARD = "drills";

/** One line of the audit log. */
export interface DrillEntry {
  readonly atMs: number;
  readonly revision: number;
  readonly what: "started" | "stopped" | "expired";
  readonly fault: Fault;
  /** `clock` for one that ended by itself. */
  readonly by: string;
  readonly reason: string;
}

/** Plain JSON. The revision grows with every change of the rest. */
export interface DrillState {
  readonly revision: number;
  readonly active: readonly Fault[];
  /** Newest first. */
  readonly audit: readonly DrillEntry[];
}

export const NO_DRILLS: DrillState = { revision: 0, active: [], audit: [] };

/** Who acts, when and why. */
export interface Act {
  readonly by: string;
  readonly reason: string;
  readonly nowMs: number;
}

/** Takes out what is over. */
export function expired(state: DrillState, nowMs: number): DrillState {
  const over = state.active.filter(({ untilMs }) => untilMs <= nowMs);
  return ended(state, over, "expired", { by: "clock", reason: "its time was over", nowMs });
}

/** @returns `conflict` when something has changed since the operator looked, `limit_reached` for one too many. */
export function started(
  before: DrillState,
  wanted: NewFault,
  { id, by, nowMs }: { readonly id: string; readonly by: string; readonly nowMs: number },
): Result<DrillState, Failure> {
  const state = expired(before, nowMs);
  const { minutes, revision, reason, ...rest } = wanted;
  const stale = staleness(state, revision);
  if (stale !== null) return err(stale);
  if (state.active.length >= DRILL_LIMITS.drillsMax)
    return err({ code: "limit_reached", what: "drills at a time", max: DRILL_LIMITS.drillsMax });
  const untilMs = nowMs + minutes * 60_000;
  const fault: Fault = { ...rest, id, startedMs: nowMs, untilMs, reason, by };
  const next = state.revision + 1;
  const entry = { atMs: nowMs, revision: next, what: "started", fault, by, reason } as const;
  return ok({
    revision: next,
    active: [...state.active, fault],
    audit: logged(state.audit, [entry]),
  });
}

/** Ends one, whatever the revision is: a stop is never wrong. @returns `not_found` for one that is not going on. */
export function stopped(before: DrillState, id: string, act: Act): Result<DrillState, Failure> {
  const state = expired(before, act.nowMs);
  const found = state.active.filter((fault) => fault.id === id);
  if (found.length === 0) return err({ code: "not_found", what: "drill that is going on" });
  return ok(ended(state, found, "stopped", act));
}

export function stoppedAll(before: DrillState, act: Act): DrillState {
  const state = expired(before, act.nowMs);
  return ended(state, state.active, "stopped", act);
}

function ended(
  state: DrillState,
  over: readonly Fault[],
  what: "stopped" | "expired",
  { by, reason, nowMs: atMs }: Act,
): DrillState {
  if (over.length === 0) return state;
  const revision = state.revision + 1;
  const entries = over.map((fault) => ({ atMs, revision, what, fault, by, reason }));
  return {
    revision,
    active: state.active.filter((fault) => !over.includes(fault)),
    audit: logged(state.audit, entries),
  };
}

const logged = (audit: readonly DrillEntry[], entries: readonly DrillEntry[]) =>
  [...entries, ...audit].slice(0, DRILL_LIMITS.drillAuditMax);

function staleness(state: DrillState, revision: number): Failure | null {
  if (state.revision === revision) return null;
  const reason = `the drills changed meanwhile: this is revision ${state.revision}`;
  return { code: "conflict", reason, field: "revision", revision: state.revision };
}
