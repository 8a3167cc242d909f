import type { Published } from "../degradation/controller.ts";
import { type AlertEvent, type AlertState, type Finding, QUIET, stepAlert } from "./alert-state.ts";
import { describeBurn, type Severity, SEVERITIES, verdictOf, type Windows } from "./burn.ts";
import { SLO_LIMITS } from "./limits.ts";
import { type Objective, type ObjectiveId, OBJECTIVES } from "./objectives.ts";

/** What a region's controller knows when it looks. */
export interface RegionView {
  readonly windows: Readonly<Record<ObjectiveId, Windows>>;
  readonly published: Published;
  /** Requests of the last 5 min that were served here since their own region is failed over. */
  readonly servedForOthers: number;
  /** Of the last hour. Rollouts belong to no region: they are counted at the first one. */
  readonly deadLetters: number;
  readonly rolledBack: number;
}

export interface Alert {
  /** Wire format: label of messages, part of a path, and of an address of operators. */
  readonly id: string;
  readonly severity: Severity;
  readonly summary: string;
  /** From the root of the repository; both alerts of an objective share one. */
  readonly runbook: string;
  /** Its cause must have been there for so long, ms. */
  readonly afterMs: number;
  readonly find: (view: RegionView) => Finding;
}

const runbook = (name: string): string => `docs/runbooks/${name}.md`;

const HOW: Readonly<Record<Severity, string>> = { page: "fast", ticket: "slowly" };

const burnAlert = (
  { id, title, budget }: Objective & { readonly id: ObjectiveId },
  severity: Severity,
): Alert => ({
  id: `${id}-${severity}`,
  severity,
  summary: `"${title}" spends its error budget ${HOW[severity]}`,
  runbook: runbook(id),
  afterMs: 0,
  find: ({ windows }) => ({
    verdict: verdictOf(windows[id], budget, severity),
    why: describeBurn(windows[id], budget, severity),
  }),
});

/** What is over the moment it happens is told of once, and ends when its hour and a dwell have passed. */
const happened = (count: number, what: string): Finding => ({
  verdict: count > 0 ? "bad" : "good",
  why: `${count} ${what}`,
});

const MINUTES = SLO_LIMITS.levelAlertAfterMs / 60_000;
const HOURS = SLO_LIMITS.pinAlertAfterMs / 3_600_000;

/** Everything that somebody is told of. */
export const ALERTS: readonly Alert[] = [
  ...OBJECTIVES.flatMap((objective) => SEVERITIES.map((one) => burnAlert(objective, one))),
  {
    id: "level-degraded",
    severity: "page",
    summary: `The region has been at level 2 or worse for ${MINUTES} minutes`,
    runbook: runbook("level-degraded"),
    afterMs: SLO_LIMITS.levelAlertAfterMs,
    find: ({ published: { level, reason } }) => ({
      verdict: level >= 2 ? "bad" : "good",
      why: `level ${level}: ${reason}`,
    }),
  },
  {
    id: "level-pinned",
    severity: "ticket",
    summary: `A pin has held the region's level for ${HOURS} hours`,
    runbook: runbook("level-pinned"),
    afterMs: SLO_LIMITS.pinAlertAfterMs,
    find: ({ published: { level, pin } }) => ({
      verdict: pin === null ? "good" : "bad",
      why: pin === null ? "" : `level ${level}, pinned by ${pin.by}: ${pin.reason}`,
    }),
  },
  {
    id: "region-unreachable",
    severity: "page",
    summary: "This region serves requests of one that cannot be reached",
    runbook: runbook("region-unreachable"),
    afterMs: 0,
    find: ({ servedForOthers }) => ({
      verdict:
        servedForOthers >= SLO_LIMITS.servedForOthersMin
          ? "bad"
          : servedForOthers === 0
            ? "good"
            : "unclear",
      why: `${servedForOthers} requests of another region were served here within 5m`,
    }),
  },
  {
    id: "fanout-dead-letters",
    severity: "ticket",
    summary: "Fan-out has put work aside that it could not do",
    runbook: runbook("fanout-dead-letters"),
    afterMs: 0,
    find: ({ deadLetters }) => happened(deadLetters, "pieces of work were put aside within 1h"),
  },
  {
    id: "rollout-rolled-back",
    severity: "ticket",
    summary: "A guard has taken a rollout back",
    runbook: runbook("rollout-rolled-back"),
    afterMs: 0,
    find: ({ rolledBack }) => happened(rolledBack, "rollouts were taken back within 1h"),
  },
];

/** Plain JSON. Alerts that are missing have never been anything but quiet. */
export type AlertStates = Readonly<Record<string, AlertState>>;

export interface Transition {
  readonly alert: Alert;
  readonly event: AlertEvent;
  readonly state: AlertState;
}

/** Looks at everything. Alerts that do not exist any more are forgotten. */
export function lookAtAlerts(
  states: AlertStates,
  view: RegionView,
  nowMs: number,
): { readonly next: AlertStates; readonly transitions: readonly Transition[] } {
  const transitions: Transition[] = [];
  const next: Record<string, AlertState> = {};
  for (const alert of ALERTS) {
    const step = stepAlert(states[alert.id] ?? QUIET, alert.find(view), alert, nowMs);
    next[alert.id] = step.next;
    if (step.event !== null) transitions.push({ alert, event: step.event, state: step.next });
  }
  return { next, transitions };
}

/** Whether somebody must look again in a minute though nothing comes: something fires, or waits to. */
export const isRestless = (states: AlertStates): boolean =>
  Object.values(states).some(
    ({ condition, badSinceMs }) => condition.at === "on" || badSinceMs !== null,
  );
