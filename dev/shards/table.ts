import type { Shard, ShardList } from "../../core/regions/shard-admin.ts";

const HEADINGS = ["shard", "leader", "epoch", "lease", "head", ""] as const;

/** One line for each shard: who leads it, for how long yet, and where its log ends. */
export function tableOf({ revision, coordinator, shards }: ShardList, nowMs: number): string {
  const rows = shards.map((shard) => [
    String(shard.shard),
    shard.leader,
    String(shard.epoch),
    leaseOf(shard, nowMs),
    shard.head ?? "-",
    shard.failure ?? "",
  ]);
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const by = coordinator === null ? "nobody coordinates" : `${coordinator.region} coordinates`;
  return [`map ${revision}, ${by}`, ...lines].join("\n");
}

/** What has come of a hand-over. */
export function movedLine(shard: Shard, nowMs: number): string {
  const led = `shard ${shard.shard} is led from ${shard.leader} in epoch ${shard.epoch}`;
  const waitMs = shard.notBeforeMs - nowMs;
  return waitMs <= 0
    ? `${led} from now on`
    : `${led}, in ${secondsOf(waitMs)}: its old leader did not let go, so its lease runs out first`;
}

function leaseOf({ leaseUntilMs, notBeforeMs }: Shard, nowMs: number): string {
  if (notBeforeMs > nowMs) return `begins in ${secondsOf(notBeforeMs - nowMs)}`;
  if (leaseUntilMs > nowMs) return secondsOf(leaseUntilMs - nowMs);
  return leaseUntilMs === 0 ? "never" : "over";
}

const secondsOf = (ms: number): string => `${Math.ceil(ms / 1_000)} s`;
