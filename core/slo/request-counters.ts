import type { Counter } from "../telemetry/region-counts.ts";
import { SLOW_READ_MS } from "./objectives.ts";

export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
}

/** What operators ask is as slow as it has to be, and nobody's feed. */
const OPERATORS = "/v1/admin/";
/** Polls wait for something to happen, and streams stay open. */
const WAITS_ON_PURPOSE = "/v1/realtime";
const READS = ["GET", "HEAD"];
const WRITES = ["POST", "PUT", "PATCH", "DELETE"];

/** What an answer of the gateway is counted as for the objectives; nothing where it is not people's own use of the API. */
export function countersOf({ method, path, status, tookMs }: Answered): readonly Counter[] {
  if (!path.startsWith("/v1/") || path.startsWith(OPERATORS)) return [];
  const failed = status >= 500;
  if (WRITES.includes(method)) return failed ? ["api_writes", "api_write_errors"] : ["api_writes"];
  if (!READS.includes(method)) return [];
  if (failed) return ["api_reads", "api_read_errors"];
  if (path.startsWith(WAITS_ON_PURPOSE)) return ["api_reads"];
  return tookMs > SLOW_READ_MS
    ? ["api_reads", "api_reads_timed", "api_reads_slow"]
    : ["api_reads", "api_reads_timed"];
}
