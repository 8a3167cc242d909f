import type { Verdict } from "../degradation/signals.ts";
import { SLO_LIMITS } from "./limits.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The trailing windows that are looked at, ms. The last is the period of the error budget. */
export const WINDOWS = {
  "5m": 5 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
  "2h": 2 * HOUR_MS,
  "6h": 6 * HOUR_MS,
  "1d": 24 * HOUR_MS,
  "3d": 72 * HOUR_MS,
  "30d": SLO_LIMITS.sloPeriodMs,
} as const;
export type Window = keyof typeof WINDOWS;
export const WINDOW_NAMES = Object.keys(WINDOWS) as readonly Window[];

export const SEVERITIES = ["page", "ticket"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface BurnRule {
  readonly severity: Severity;
  /** Says that it is still so. */
  readonly short: Window;
  /** Says that it matters. */
  readonly long: Window;
  /** Times the rate at which the budget lasts exactly its period. */
  readonly factor: number;
}

/**
 * Multi-window, multi-burn-rate: 2 % of a month's budget in an hour, 5 % in six, 10 % in a day or in three.
 * https://sre.google/workbook/alerting-on-slos/, with the day's window that it names beside.
 */
export const BURN_RULES: readonly BurnRule[] = [
  { severity: "page", short: "5m", long: "1h", factor: 14.4 },
  { severity: "page", short: "30m", long: "6h", factor: 6 },
  { severity: "ticket", short: "2h", long: "1d", factor: 3 },
  { severity: "ticket", short: "6h", long: "3d", factor: 1 },
];

/** Events of one objective in one window. */
export interface Counted {
  readonly total: number;
  readonly bad: number;
}
export const NOTHING: Counted = { total: 0, bad: 0 };
export type Windows = Readonly<Record<Window, Counted>>;

/**
 * How many times faster than planned the budget goes: 1 spends it in exactly its period. Rounded to a
 * millionth, so that what is shown is what is compared. null without events.
 *
 * @param budget share of events that may be bad, above 0.
 */
export const burnRate = ({ total, bad }: Counted, budget: number): number | null =>
  total === 0 ? null : Math.round((bad / total / budget) * 1e6) / 1e6;

/** Share of the period's budget that is left; below 0 it is overspent; null without events. */
export function budgetLeft(period: Counted, budget: number): number | null {
  const rate = burnRate(period, budget);
  return rate === null ? null : 1 - rate;
}

/** Both windows must burn; both must have the sample for it. */
export function verdictOfRule(windows: Windows, budget: number, rule: BurnRule): Verdict {
  const { sloSampleMin, sloExitShare } = SLO_LIMITS;
  const badMin = rule.severity === "page" ? SLO_LIMITS.pageBadMin : SLO_LIMITS.ticketBadMin;
  const both = [windows[rule.short], windows[rule.long]];
  if (both.some(({ total }) => total < sloSampleMin)) return "unknown";
  const burns = (factor: number) =>
    both.every((one) => one.bad >= badMin && (burnRate(one, budget) ?? 0) >= factor);
  if (burns(rule.factor)) return "bad";
  return burns(rule.factor * sloExitShare) ? "unclear" : "good";
}

/** Rules of one severity together: the worst of them; good only when all are. */
export function verdictOf(windows: Windows, budget: number, severity: Severity): Verdict {
  const verdicts = BURN_RULES.filter((rule) => rule.severity === severity).map((rule) =>
    verdictOfRule(windows, budget, rule),
  );
  const order = ["bad", "unclear", "unknown"] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? "good";
}

/** What burns, for people: `14.4 times: 2.1 % of 1h, 3 % of 5m`; empty when nothing does. */
export function describeBurn(windows: Windows, budget: number, severity: Severity): string {
  const percent = ({ total, bad }: Counted) => `${Number(((100 * bad) / total).toFixed(3))} %`;
  return BURN_RULES.filter(
    (rule) => rule.severity === severity && verdictOfRule(windows, budget, rule) === "bad",
  )
    .map(({ short, long, factor }) => {
      const [ofShort, ofLong] = [windows[short], windows[long]];
      return (
        `over ${factor} times the budget's rate: ${percent(ofShort)} bad of ${ofShort.total} in ${short}, ` +
        `${percent(ofLong)} of ${ofLong.total} in ${long}`
      );
    })
    .join("; ");
}
