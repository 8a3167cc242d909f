import type { Change } from "../degradation/controller.ts";
import type { Level } from "../degradation/levels.ts";
import type { Failure } from "../errors.ts";
import type { FeedEvent } from "../feed/call.ts";
import type { SweepReport } from "../feed/service.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import type { AlertLogLine } from "../slo/alert-service.ts";
import type { Breaker } from "../resilience/breaker.ts";
import type { Transition } from "../resilience/breaker-service.ts";
import type { LeftRegion } from "../tao/route.ts";

export type Severity = "log" | "warn" | "error";

/** What failed while its request or object went on, and how loudly it is said. Names are wire format of logs. */
const FAILURES = {
  action_not_recorded: "error",
  alert_message_lost: "error",
  alert_message_too_large: "error",
  alert_not_delivered: "warn",
  alert_webhook_misconfigured: "error",
  cache_tally_failed: "warn",
  consumer_failed: "warn",
  consumer_starts_over: "warn",
  dead_letters_dropped: "warn",
  delivery_failed: "warn",
  edge_cache_failed: "error",
  fanout_chunk_failed: "warn",
  fanout_failed: "warn",
  fanout_message_refused: "warn",
  fanout_not_planned: "warn",
  fanout_not_settled: "warn",
  fanout_record_unknown: "warn",
  fanout_sink_threw: "warn",
  feed_cache_call_failed: "error",
  gateway_misconfigured: "error",
  group_commit_failed: "warn",
  hand_over_failed: "warn",
  inverse_delivery_failed: "warn",
  leader_not_released: "warn",
  level_exchange_failed: "warn",
  level_not_told: "warn",
  light_model_unusable: "error",
  map_not_refreshed: "warn",
  materialise_failed: "warn",
  object_call_failed: "error",
  ops_record_failed: "warn",
  ops_record_unread: "warn",
  ops_section_failed: "warn",
  page_refresh_failed: "error",
  pull_not_applied: "warn",
  push_failed: "warn",
  push_not_applied: "warn",
  queue_away: "warn",
  rank_log_failed: "error",
  rank_threw: "error",
  register_failed: "warn",
  resize_failed: "error",
  rollout_audit_not_archived: "warn",
  rollout_register_away: "warn",
  rollouts_unknown: "warn",
  socket_flush_failed: "warn",
  socket_lookup_failed: "warn",
  store_failed: "warn",
  store_not_opened: "warn",
  sweep_failed: "error",
} as const satisfies Record<string, Severity>;
export type FailureName = keyof typeof FAILURES;

/** Where something happened. Each has few values, but for `object`, which is in the log alone. */
export interface Where {
  readonly region?: Region;
  readonly shard?: number;
  /** What was asked: a dependency. */
  readonly dependency?: string;
  /** Name of an object. */
  readonly object?: string;
}

/** Everything that Workers and objects report: bounded text, no content, nobody's id. */
export type TelemetryEvent =
  | (Where & { readonly event: FailureName; readonly error: string })
  | {
      readonly event: "level_changed";
      readonly region: Region;
      readonly from: Level;
      readonly to: Level;
      readonly revision: number;
      readonly pinned: boolean;
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly event: "alert_changed";
      readonly region: Region;
      readonly alert: string;
      readonly change: AlertLogLine["event"];
      readonly why: string;
      readonly by: string;
    }
  | {
      readonly event: "breaker_changed";
      readonly region: Region;
      /** Whose view of the server: one isolate's, or the region's. */
      readonly seenBy: "isolate" | "region";
      readonly backend: string;
      readonly from: Breaker["at"];
      readonly to: Breaker["at"];
      readonly trips: number;
    }
  | ({ readonly event: "sweep"; readonly region: Region } & SweepReport)
  | {
      readonly event: "operator_call";
      readonly operation: string;
      readonly who: string;
      readonly path: string;
    }
  | {
      readonly event: "drill_changed";
      readonly region: Region;
      readonly fault: string;
      readonly by: string;
    }
  | { readonly event: "purge_failed"; readonly code: Failure["code"]; readonly tags: number }
  | { readonly event: FeedEvent["event"]; readonly stage: string }
  | LeftRegion
  | {
      readonly event: "gateway_bug";
      readonly traceId: string;
      readonly path: string;
      readonly error: string;
      readonly stack: string;
    };

export type Report = (event: TelemetryEvent) => void;

const bounded = (text: unknown): string => String(text).slice(0, LIMITS.eventTextCharsMax);

export const failed = (event: FailureName, error: unknown, where: Where = {}): TelemetryEvent => ({
  event,
  ...where,
  error: bounded(error),
});

export const levelChanged = (
  region: Region,
  { from, to, revision, pin, reason, by }: Change,
): TelemetryEvent => ({
  event: "level_changed",
  region,
  from,
  to,
  revision,
  pinned: pin !== null,
  reason: bounded(reason),
  by: bounded(by),
});

export const alertChanged = (
  region: Region,
  { alert, event, why, by }: Omit<AlertLogLine, "seq">,
): TelemetryEvent => ({
  event: "alert_changed",
  region,
  alert,
  change: event,
  why: bounded(why),
  by: bounded(by),
});

export const breakerChanged = (
  region: Region,
  seenBy: "isolate" | "region",
  { backend, from, to, trips }: Transition,
): TelemetryEvent => ({
  event: "breaker_changed",
  region,
  seenBy,
  backend: bounded(backend),
  from,
  to,
  trips,
});

export const swept = (region: Region, report: SweepReport): TelemetryEvent => ({
  event: "sweep",
  region,
  ...report,
});

export const purgeFailed = (tags: number, { code }: Failure): TelemetryEvent => ({
  event: "purge_failed",
  code,
  tags,
});

/** Without the viewer: what happens to one person says little about the service, and is theirs. */
export const feedReported = ({ event, stage }: FeedEvent): TelemetryEvent => ({
  event,
  stage: bounded(stage),
});

export const gatewayBug = (traceId: string, path: string, error: Error): TelemetryEvent => ({
  event: "gateway_bug",
  traceId,
  path: bounded(path),
  error: bounded(error),
  stack: bounded(error.stack ?? ""),
});

const SEVERITIES: Readonly<Record<Exclude<TelemetryEvent["event"], FailureName>, Severity>> = {
  level_changed: "log",
  alert_changed: "warn",
  sweep: "log",
  operator_call: "log",
  drill_changed: "warn",
  breaker_changed: "warn",
  stage_failed_open: "warn",
  refills_exhausted: "warn",
  cache_failed: "warn",
  ranking_failed: "warn",
  read_left_region: "warn",
  purge_failed: "error",
  gateway_bug: "error",
};

export const severityOf = ({ event }: TelemetryEvent): Severity =>
  ({ ...FAILURES, ...SEVERITIES })[event];
