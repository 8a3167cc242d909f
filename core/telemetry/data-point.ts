import { LIMITS } from "../limits.ts";
import { severityOf, type TelemetryEvent } from "./events.ts";

/** For Analytics Engine: 1 index, 20 blobs, 20 doubles and 16 KB at most; columns never change their meaning. */
export interface DataPoint {
  readonly indexes: readonly [event: string];
  readonly blobs: readonly [
    event: string,
    severity: string,
    region: string,
    detail: string,
    text: string,
  ];
  readonly doubles: readonly [one: 1, shard: number, amount: number];
}

/** `detail` has few values; `text` is for reading. -1: of no shard. */
export function dataPointOf(event: TelemetryEvent): DataPoint {
  const { detail, text, amount } = columnsOf(event);
  const region = "region" in event ? (event.region ?? "") : "";
  const shard = "shard" in event ? (event.shard ?? -1) : -1;
  return {
    indexes: [event.event],
    blobs: [
      event.event,
      severityOf(event),
      region,
      detail,
      text.slice(0, LIMITS.eventTextCharsMax),
    ],
    doubles: [1, shard, amount],
  };
}

function columnsOf(event: TelemetryEvent): {
  readonly detail: string;
  readonly text: string;
  readonly amount: number;
} {
  switch (event.event) {
    case "level_changed":
      return {
        detail: `${event.from}>${event.to}${event.pinned ? " pinned" : ""}`,
        text: event.reason,
        amount: event.to,
      };
    case "alert_changed":
      return { detail: `${event.alert} ${event.change}`, text: event.why, amount: 1 };
    case "breaker_changed":
      return {
        detail: `${event.seenBy} ${event.from}>${event.to}`,
        text: event.backend,
        amount: event.trips,
      };
    case "sweep":
      return { detail: "", text: "", amount: event.intents };
    case "operator_call":
      return { detail: event.operation, text: event.path, amount: 1 };
    case "drill_changed":
      return { detail: event.fault, text: event.by, amount: 1 };
    case "purge_failed":
      return { detail: event.code, text: "", amount: event.tags };
    case "read_left_region":
      return { detail: "", text: "", amount: event.calls };
    case "stage_failed_open":
    case "refills_exhausted":
    case "cache_failed":
    case "ranking_failed":
      return { detail: event.stage, text: "", amount: 1 };
    case "gateway_bug":
      return { detail: "", text: event.error, amount: 1 };
    default:
      return { detail: event.dependency ?? "", text: event.error, amount: 1 };
  }
}
