import { type Priority, SHARE } from "./priority.ts";

/** Calls of one isolate to one dependency under way. There is no queue: what waits here would only grow old. */
export interface Concurrency {
  readonly underWay: number;
}

export const IDLE: Concurrency = { underWay: 0 };

/** @returns null: there is no room for a call of this priority. */
export function entered(
  { underWay }: Concurrency,
  priority: Priority,
  max: number,
): Concurrency | null {
  return underWay < Math.floor(max * SHARE[priority]) ? { underWay: underWay + 1 } : null;
}

export const left = ({ underWay }: Concurrency): Concurrency => ({
  underWay: Math.max(0, underWay - 1),
});
