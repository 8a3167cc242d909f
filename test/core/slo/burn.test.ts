import { describe, it } from "vitest";

import {
  budgetLeft,
  BURN_RULES,
  type BurnRule,
  burnRate,
  type Counted,
  describeBurn,
  NOTHING,
  verdictOf,
  verdictOfRule,
  type Window,
  WINDOW_NAMES,
  type Windows,
} from "../../../core/slo/burn.ts";
import { SLO_LIMITS } from "../../../core/slo/limits.ts";

const BUDGET = 0.001;
const FAST = BURN_RULES[0] ?? { severity: "page", short: "5m", long: "1h", factor: 0 };

/** The same everywhere, but where said. */
const windows = (all: Counted, some: Partial<Record<Window, Counted>> = {}): Windows => ({
  ...(Object.fromEntries(WINDOW_NAMES.map((name) => [name, all])) as Record<Window, Counted>),
  ...some,
});
const of = (total: number, bad: number): Counted => ({ total, bad });

it("has the rules of the workbook: what they spend of a month's budget before they fire", ({
  expect,
}) => {
  const spent = BURN_RULES.map(({ short, long, factor, severity }) => {
    const hours = { "1h": 1, "6h": 6, "1d": 24, "3d": 72 }[long as "1h"];
    return [severity, short, long, Math.round((100 * factor * hours) / 720)];
  });
  expect(spent).toEqual([
    ["page", "5m", "1h", 2],
    ["page", "30m", "6h", 5],
    ["ticket", "2h", "1d", 10],
    ["ticket", "6h", "3d", 10],
  ]);
});

it("knows how fast a budget goes and what is left of it", ({ expect }) => {
  expect(burnRate(of(10_000, 144), BUDGET)).toBe(14.4);
  expect(burnRate(NOTHING, BUDGET)).toBeNull();
  expect(budgetLeft(of(1_000_000, 250), BUDGET)).toBe(0.75);
  expect(budgetLeft(of(1_000, 3), BUDGET)).toBe(-2);
  expect(budgetLeft(NOTHING, BUDGET)).toBeNull();
});

describe("a rule", () => {
  it("burns from its factor on, in both windows or not at all", ({ expect }) => {
    const at = of(10_000, 144);
    const below = of(10_000, 143);
    const verdicts = [windows(at), windows(at, { "5m": below }), windows(at, { "1h": below })].map(
      (some) => verdictOfRule(some, BUDGET, FAST),
    );
    expect(verdicts).toEqual(["bad", "unclear", "unclear"]);
  });

  it("is good below 80 % of its factor in either window", ({ expect }) => {
    const at = of(10_000, 144);
    // 14.4 * 0.8 = 11.52 times the budget: 115.2 of 10,000.
    const verdict = (bad: number) =>
      verdictOfRule(windows(at, { "5m": of(10_000, bad) }), BUDGET, FAST);
    expect([verdict(116), verdict(115)]).toEqual(["unclear", "good"]);
  });

  it("says nothing without its sample, however bad", ({ expect }) => {
    const few = of(SLO_LIMITS.sloSampleMin - 1, SLO_LIMITS.sloSampleMin - 1);
    const many = of(10_000, 10_000);
    expect(verdictOfRule(windows(many, { "5m": few }), BUDGET, FAST)).toBe("unknown");
    expect(verdictOfRule(windows(many, { "1h": few }), BUDGET, FAST)).toBe("unknown");
    const enough = of(SLO_LIMITS.sloSampleMin, SLO_LIMITS.sloSampleMin);
    expect(verdictOfRule(windows(many, { "5m": enough }), BUDGET, FAST)).toBe("bad");
  });

  it("takes more than a few unlucky requests, and of hours more than of minutes", ({ expect }) => {
    const verdict = (rule: BurnRule, bad: number) =>
      verdictOfRule(windows(of(100, bad)), BUDGET, rule);
    const { pageBadMin, ticketBadMin } = SLO_LIMITS;
    expect([verdict(FAST, pageBadMin - 1), verdict(FAST, pageBadMin)]).toEqual(["good", "bad"]);
    const slow = BURN_RULES.at(-1) ?? FAST;
    expect([verdict(slow, ticketBadMin - 1), verdict(slow, ticketBadMin)]).toEqual(["good", "bad"]);
  });
});

it("takes the worst rule of a severity, and names those that burn", ({ expect }) => {
  // 7 times: too slow for 14.4 in an hour, fast enough for 6 in six.
  const some = windows(of(10_000, 70));
  expect(verdictOf(some, BUDGET, "page")).toBe("bad");
  expect(describeBurn(some, BUDGET, "page")).toBe(
    "over 6 times the budget's rate: 0.7 % bad of 10000 in 30m, 0.7 % of 10000 in 6h",
  );
  expect(describeBurn(some, BUDGET, "ticket").split("; ")).toHaveLength(2);
  expect(verdictOf(windows(of(10_000, 1)), BUDGET, "page")).toBe("good");
  // What one rule does not know, it does not hold for good.
  expect(verdictOf(windows(of(10_000, 1), { "5m": NOTHING }), BUDGET, "page")).toBe("unknown");
  expect(describeBurn(windows(NOTHING), BUDGET, "page")).toBe("");
});
