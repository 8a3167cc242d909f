import { type Activity, visited } from "../../../core/ranking/warming.ts";

const HOUR_MS = 3_600_000;

/** Somebody was there. */
export interface Visit {
  readonly viewer: string;
  /** Unix ms. */
  readonly timeMs: number;
}

/** A person who has been away for an hour, at a full hour: shall their feed be warmed? */
export interface Idle {
  readonly activity: Activity;
  /** Did they come within the next hour? */
  readonly returned: boolean;
}

/** At each full hour, everybody who was there before but not in the last hour. @param visits oldest first. */
export function* idleByHour(
  visits: readonly Visit[],
): Generator<{ readonly nowMs: number; readonly idle: readonly Idle[] }> {
  const people = new Map<string, Activity>();
  const firstMs = visits[0]?.timeMs ?? 0;
  const lastMs = visits.at(-1)?.timeMs ?? 0;
  let at = 0;
  // The last hour is not over: who comes in it is not known.
  for (
    let nowMs = Math.ceil(firstMs / HOUR_MS) * HOUR_MS;
    nowMs + HOUR_MS <= lastMs;
    nowMs += HOUR_MS
  ) {
    at = read(visits, at, nowMs, ({ viewer, timeMs }) =>
      people.set(viewer, visited(people.get(viewer) ?? null, timeMs)),
    );
    const next = new Set<string>();
    read(visits, at, nowMs + HOUR_MS, ({ viewer }) => next.add(viewer));
    const idle = [...people].flatMap(([viewer, activity]) =>
      nowMs - activity.lastMs > HOUR_MS ? [{ activity, returned: next.has(viewer) }] : [],
    );
    yield { nowMs, idle };
  }
}

/** @returns where the first visit at or after `endMs` is. */
function read(
  visits: readonly Visit[],
  from: number,
  endMs: number,
  each: (visit: Visit) => void,
): number {
  let at = from;
  for (let visit = visits[at]; visit !== undefined && visit.timeMs < endMs; visit = visits[++at])
    each(visit);
  return at;
}
