import type { DriveAnswer, DriveRequest, Outcome } from "../drive/wire.ts";
import type { Window } from "../schedule.ts";

/** A window reaches the driver this long before its first request is due. */
const LEAD_MS = 300;
/** Windows without an answer at which the runtime counts as unable to keep up. */
const BEHIND_MAX = 100;

export interface OpenLoopPorts {
  readonly open: (requests: readonly DriveRequest[]) => Promise<readonly DriveAnswer[]>;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** What came of the requests of one label. */
export interface Series {
  /** In the order of completion, ms from the scheduled time. */
  readonly latenciesMs: number[];
  readonly outcomes: Partial<Record<Outcome, number>>;
}

export interface Driven {
  readonly byLabel: ReadonlyMap<number, Series>;
  readonly requests: number;
  readonly ops: number;
  /** The latest that a window was handed over after its first request was due; part of the latencies. */
  readonly handOverLateMs: number;
}

/** Hands windows to the driver on time, whatever became of the earlier ones. @throws Error when it falls behind for good. */
export async function driveOpen(windows: Iterable<Window>, ports: OpenLoopPorts): Promise<Driven> {
  const byLabel = new Map<number, Series>();
  const inFlight = new Set<Promise<void>>();
  const total = { requests: 0, ops: 0, handOverLateMs: 0 };
  let failure: unknown = null;
  for (const { fromMs, requests } of windows) {
    const waitMs = fromMs - LEAD_MS - ports.nowMs();
    if (waitMs > 0) await ports.sleep(waitMs);
    if (failure !== null) throw failure;
    if (inFlight.size > BEHIND_MAX) throw new Error("The runtime cannot keep up: lower --rate.");
    if (requests.length === 0) continue;
    total.handOverLateMs = Math.max(total.handOverLateMs, ports.nowMs() - fromMs);
    total.requests += requests.length;
    for (const request of requests) total.ops += request.ops.length;
    const sent = ports
      .open(requests)
      .then((answers) => record(byLabel, answers))
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => inFlight.delete(sent));
    inFlight.add(sent);
  }
  await Promise.all(inFlight);
  if (failure !== null) throw failure;
  return { byLabel, ...total };
}

export function record(byLabel: Map<number, Series>, answers: readonly DriveAnswer[]): void {
  for (const { label, outcome, latencyMs } of answers) {
    const series = byLabel.get(label) ?? { latenciesMs: [], outcomes: {} };
    byLabel.set(label, series);
    series.latenciesMs.push(latencyMs);
    series.outcomes[outcome] = (series.outcomes[outcome] ?? 0) + 1;
  }
}
