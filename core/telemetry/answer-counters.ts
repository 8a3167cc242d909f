import type { Failure } from "../errors.ts";
import type { Result } from "../result.ts";
import type { Counter } from "./region-counts.ts";

const CLASSES: Readonly<Record<number, Counter>> = {
  2: "http_2xx",
  3: "http_3xx",
  4: "http_4xx",
  5: "http_5xx",
};

/** What one answer of the gateway counts as. */
export function answerCounters(status: number, isRead: boolean): readonly Counter[] {
  if (status === 101) return ["sockets_opened"];
  const counters: Counter[] = ["http_answers"];
  const isRefusal = status === 429 || status === 503;
  const own = status === 429 ? "http_429" : status === 503 ? "http_503" : classOf(status);
  if (own !== undefined) counters.push(own);
  if (status >= 500) counters.push("http_errors");
  if (!isRead && status < 400) counters.push("writes_accepted");
  if (!isRead && isRefusal) counters.push("writes_refused");
  return counters;
}

const classOf = (status: number): Counter | undefined => CLASSES[Math.floor(status / 100)];

/** What one answer of the feed Worker counts as, beside what its use-case counts. */
export function replyCounters(
  reply: Result<unknown, Failure>,
  staleMs: number | null,
): readonly Counter[] {
  if (!reply.ok) return reply.error.code === "deadline_exceeded" ? ["deadline_misses"] : [];
  return staleMs === null ? [] : ["stale_answers"];
}
