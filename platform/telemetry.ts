import { dataPointOf } from "../core/telemetry/data-point.ts";
import { severityOf, type TelemetryEvent } from "../core/telemetry/events.ts";

export interface EventsBinding {
  /** Where events are kept for queries; without it they are in the log alone. */
  readonly EVENTS?: Pick<AnalyticsEngineDataset, "writeDataPoint">;
}

/** Of this isolate, whose environment never changes. */
let dataset: EventsBinding["EVENTS"];

/** Told once by each Worker and object as it starts. */
export function keepEventsIn({ EVENTS }: EventsBinding): void {
  dataset = EVENTS;
}

/** One structured line in the log, and one data point where there is a dataset. Never throws: it is told of failures. */
export function report(event: TelemetryEvent): void {
  console[severityOf(event)](event);
  try {
    const { indexes, blobs, doubles } = dataPointOf(event);
    dataset?.writeDataPoint({ indexes: [...indexes], blobs: [...blobs], doubles: [...doubles] });
  } catch (error) {
    console.warn({ event: "event_not_kept", error: String(error) });
  }
}
