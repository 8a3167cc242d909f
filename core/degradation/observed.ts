import { isWaitedFor } from "../resilience/priority.ts";
import type { Attempt } from "../tao/shard-calls.ts";
import type { IsolateLevels } from "./isolate-levels.ts";

/** Counts attempts for the level of their region. What nobody waits for, such as warming, says nothing about it. */
export const observedBy =
  (levels: Pick<IsolateLevels, "count" | "time">) =>
  ({ region, kind, priority, tookMs, failed }: Attempt): void => {
    if (!isWaitedFor(priority)) return;
    levels.count(region, kind === "read" ? "tao_reads" : "tao_writes");
    if (failed) levels.count(region, kind === "read" ? "tao_read_errors" : "tao_write_errors");
    levels.time(region, kind === "read" ? "tao_read_ms" : "tao_write_ms", tookMs);
  };
