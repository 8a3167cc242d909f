import type { RegionLevel } from "../../core/degradation/controller-service.ts";
import type { Level } from "../../core/degradation/levels.ts";
import { planSchema } from "../../core/rollout/plan.ts";
import type { RolloutList, RolloutView } from "../../core/rollout/rollout.ts";
import type { AlertList, RegionAlerts } from "../../core/slo/alert-service.ts";
import { WINDOW_NAMES } from "../../core/slo/burn.ts";
import type { HistorySeries } from "../../core/telemetry/history-series.ts";

export const REGIONS = ["us-east", "us-west", "eu-west", "apac"];

const REASONS: Record<Level, string> = {
  0: "all signals are well",
  1: "the ranker's p95 is 131 ms, over 100 ms",
  2: "41 % of active readers' pages come from the feed cache, under 50 %",
  3: "2.4 % of reads fail, over 1 %",
  4: "pinned",
};

export function regionAt(
  region: string,
  level: Level,
  revision = 1,
  before?: RegionLevel,
): RegionLevel {
  const nowMs = Date.now();
  const isRanking = level === 1;
  const isGraph = level === 3;
  const timing = (p50Ms: number) => ({
    count: 812,
    p50Ms,
    p95Ms: p50Ms * 3,
    p99Ms: p50Ms * 5,
    maxMs: p50Ms * 9,
  });
  return {
    region,
    published: {
      revision,
      level,
      sinceMs: nowMs - (level === 0 ? 7_300_000 : 95_000),
      reason: REASONS[level],
      pin: null,
    },
    automatic: level,
    triggers: [
      {
        trigger: "ranking",
        verdict: isRanking ? "bad" : "good",
        isOn: isRanking,
        endsInMs: null,
        signal: isRanking ? "p95 131 ms of 412 answers" : "p95 38 ms of 420 answers",
      },
      {
        trigger: "feed_cache",
        verdict: "unclear",
        isOn: level === 2,
        endsInMs: level === 2 ? 21_000 : null,
        signal: "57 % of 230 pages",
      },
      {
        trigger: "tao_reads",
        verdict: isGraph ? "bad" : "good",
        isOn: isGraph,
        endsInMs: null,
        signal: isGraph ? "2.4 % of 5,120 attempts" : "0.1 % of 5,120 attempts",
      },
      {
        trigger: "tao_writes",
        verdict: "unknown",
        isOn: false,
        endsInMs: null,
        signal: "12 attempts",
      },
    ],
    windowMs: 10_000,
    counters: { http_answers: 1_240, http_errors: isGraph ? 31 : 1, tao_reads: 5_120 },
    timings: { http_read_ms: timing(14), rank_ms: timing(isRanking ? 44 : 12) },
    changes:
      before === undefined
        ? []
        : [
            {
              atMs: nowMs - 95_000,
              revision,
              from: before.published.level,
              to: level,
              reason: REASONS[level],
              by: "controller",
              pin: null,
            },
            ...before.changes,
          ],
  };
}

const rolloutAt = (
  id: string,
  phase: RolloutView["phase"],
  outcome: RolloutView["verdicts"][number]["outcome"],
): RolloutView => ({
  id,
  flag: "ranking.weights",
  kind: "weights",
  revision: 7,
  phase,
  share: phase.at === "rolled_back" ? 0 : 500,
  regions: null,
  control: { like: 1, comment: 4 },
  treatment: { like: 1, comment: 6 },
  plan: planSchema.parse({}),
  seen: { control: { viewers: 18_400, pages: 61_020 }, treatment: { viewers: 964, pages: 3_204 } },
  verdicts: [
    {
      guard: "error_rate",
      outcome: "pass",
      control: 0.0011,
      treatment: 0.0013,
      harm: { estimate: -0.0048, low: -0.0071, high: -0.0021 },
    },
    {
      guard: "empty_feed_rate",
      outcome: "not_enough_data",
      control: 0,
      treatment: 0,
      harm: { estimate: -0.02, low: null, high: null },
    },
    {
      guard: "p99",
      outcome,
      control: 182,
      treatment: outcome === "worse" ? 610 : 190,
      harm: { estimate: outcome === "worse" ? 0.04 : -0.006, low: 0.013, high: 0.071 },
    },
    {
      guard: "engagement",
      outcome: "pass",
      control: 0.37,
      treatment: 0.41,
      harm: { estimate: -0.077, low: -0.11, high: -0.04 },
    },
  ],
  createdMs: Date.now() - 5_400_000,
  startedMs: Date.now() - 5_000_000,
});

export function rolloutsOf(): RolloutList {
  const nowMs = Date.now();
  return {
    revision: 7,
    rollouts: [
      rolloutAt("weights-7", { at: "running", stage: 1, sinceMs: nowMs - 300_000 }, "pass"),
      rolloutAt("weights-6", { at: "rolled_back", stage: 0, atMs: nowMs, guard: "p99" }, "worse"),
    ],
    audit: [
      {
        seq: 12,
        atMs: nowMs - 300_000,
        who: "guards",
        reason: "every guard passes",
        action: "advance",
        rollout: "weights-7",
        flag: "ranking.weights",
        before: 6,
        after: 7,
        from: "running 1",
        to: "running 2",
      },
    ],
    regions: REGIONS.map((region, index) => ({
      region,
      revision: index === 3 ? 6 : 7,
      agoMs: 400 + index * 100,
    })),
  };
}

const objectivesOf = (isBurning: boolean): RegionAlerts["objectives"] =>
  ["Reads are answered", "Writes are answered", "Reads are fast", "Feeds are ranked"].map(
    (title, index) => {
      const rate = isBurning && index === 0 ? 16.2 : 0.4 + index / 3;
      return {
        id: `objective-${index}`,
        title,
        target: 0.999,
        note: "",
        budgetLeft: isBurning && index === 0 ? -0.12 : 0.74,
        burn: WINDOW_NAMES.map((window) => ({ window, total: 40_000, bad: 20, rate })),
      };
    },
  );

export function alertsOf(regions: readonly string[], burning: string | null = null): AlertList {
  const nowMs = Date.now();
  return {
    regions: regions.map((region) => {
      const isBurning = region === burning;
      const status = isBurning ? "firing" : "ok";
      return {
        region,
        lookedMs: nowMs,
        objectives: objectivesOf(isBurning),
        alerts: [
          {
            id: "read-availability-page",
            severity: "page",
            summary: '"Reads are answered" spends its error budget fast',
            runbook: "docs/runbooks/read-availability.md",
            status,
            revision: 3,
            firedMs: isBurning ? nowMs - 420_000 : null,
            resolvedMs: null,
            why: isBurning ? "16.2 times the planned rate over 1h, 16.4 over 5m" : "",
            acknowledged: null,
          },
        ],
        log: isBurning
          ? [
              {
                seq: 1,
                atMs: nowMs - 420_000,
                alert: "read-availability-page",
                event: "firing",
                by: "controller",
                why: "16.2 times the planned rate over 1h",
              },
            ]
          : [],
        webhook: {
          at: "on",
          why: null,
          waiting: 0,
          delivered: 4,
          failures: 0,
          lost: 0,
          lastDeliveredMs: nowMs - 420_000,
          nextTryMs: null,
          lastFailure: null,
        },
      };
    }),
    away: [],
  };
}

/** A day that has a night, and an incident in its last quarter. */
export function historyOf(minutes: number): HistorySeries {
  const [points, stepMs] = [60, minutes * 1_000];
  const fromMs = Math.floor(Date.now() / 60_000) * 60_000 - points * stepMs;
  return {
    regions: REGIONS,
    away: [],
    fromMs,
    stepMs,
    points,
    steps: Array.from({ length: points }, (_, at) => {
      const isBad = at > 45 && at < 50;
      const answers = Math.round((60 + 40 * Math.sin(at / 8)) * (stepMs / 1_000));
      const [p50Ms, p99Ms] = [12 + 2 * Math.sin(at), isBad ? 340 : 80 + 12 * Math.cos(at * 2)];
      return {
        at,
        level: isBad ? 3 : 0,
        counters: { http_answers: answers, http_errors: isBad ? Math.round(answers / 40) : 0 },
        timings: { http_read_ms: { count: answers, p50Ms, p95Ms: p99Ms / 2, p99Ms } },
      };
    }),
  };
}
