import { z } from "zod";

import type { Failure } from "../errors.ts";
import { inParallel } from "../in-parallel.ts";
import { LIMITS } from "../limits.ts";
import { reasonSchema } from "../ops/actions.ts";
import { err, ok, type Result } from "../result.ts";
import type { LeaderService } from "../tao/service.ts";
import type { PhysicalShard, ShardEntry } from "../tao/shard-map.ts";
import { formatVersion } from "../tao/version.ts";
import type { CoordinatorService } from "./coordinator-service.ts";
import type { Region } from "./regions.ts";

/** One shard as an operator sees it. */
export const shardSchema = z
  .object({
    shard: z.int(),
    logicalShards: z
      .tuple([z.int(), z.int()])
      .meta({ description: "First, and one past the last" }),
    leader: z.string().meta({ description: "Region" }),
    epoch: z.int(),
    leaseUntilMs: z.int().meta({ description: "Unix ms; 0 before its first lease" }),
    notBeforeMs: z.int().meta({ description: "Unix ms until which an earlier lease may run" }),
  })
  .meta({ id: "Shard" });

export const shardListSchema = z
  .object({
    revision: z.int(),
    coordinator: z
      .object({ region: z.string(), untilMs: z.int() })
      .nullable()
      .meta({ description: "The region that may move shards" }),
    shards: z.array(
      shardSchema.extend({
        head: z.string().nullable().meta({ description: "End of its log, epoch.seq" }),
        failure: z.string().nullable().meta({ description: "Why its leader names no head" }),
      }),
    ),
  })
  .meta({ id: "ShardList" });

export const newLeaderSchema = z.strictObject({
  region: z.string().min(1).max(20),
  reason: reasonSchema,
  epoch: z
    .int()
    .min(1)
    .optional()
    .meta({ description: "Of what you saw: with another one it is refused. Absent: any" }),
});
export type NewLeader = z.infer<typeof newLeaderSchema>;

export type Shard = z.infer<typeof shardSchema>;
export type ShardList = z.infer<typeof shardListSchema>;

export interface ShardAdminPorts {
  /** The nearest first: any of them knows the way to the one that coordinates. */
  readonly coordinators: readonly Pick<CoordinatorService, "map" | "handOver">[];
  /** Whoever leads the shard now. */
  readonly leader: (shard: PhysicalShard) => Pick<LeaderService, "read">;
}

/** Where every shard is led, and how far its log is. Asks every leader, so it gets them going. */
export async function listShards(ports: ShardAdminPorts): Promise<Result<ShardList, Failure>> {
  const before = await askOne(ports, (coordinator) => coordinator.map());
  if (!before.ok) return before;
  const { entries } = before.value;
  const heads = await inParallel(entries, LIMITS.statsInFlight, ({ shard }) =>
    headOf(ports, shard),
  );
  // Read again: asking the leaders has given them leases.
  const found = await askOne(ports, (coordinator) => coordinator.map());
  if (!found.ok) return found;
  const { revision, coordinator } = found.value;
  const shards = found.value.entries.map((entry, index) => ({
    ...shardOf(entry),
    ...(heads[index] ?? { head: null, failure: null }),
  }));
  return ok({ revision, coordinator, shards });
}

/** The region that leads each shard, as the register says now. */
export async function leadersNow(
  ports: Pick<ShardAdminPorts, "coordinators">,
): Promise<Result<ReadonlyMap<PhysicalShard, Region>, Failure>> {
  const found = await askOne(ports, (coordinator) => coordinator.map());
  return found.ok
    ? ok(new Map(found.value.entries.map(({ shard, leader }) => [shard, leader])))
    : found;
}

/** Hands a shard over to another region's leader, if it is still in the `epoch` that was seen. */
export async function moveShard(
  ports: Pick<ShardAdminPorts, "coordinators">,
  shard: PhysicalShard,
  to: Region,
  epoch?: number,
): Promise<Result<Shard, Failure>> {
  const moved = await askOne(ports, (coordinator) => coordinator.handOver(shard, to, false, epoch));
  return moved.ok ? ok(shardOf(moved.value)) : moved;
}

/** The next coordinator only when one cannot be reached: whatever else it says, all would. */
async function askOne<T>(
  { coordinators }: Pick<ShardAdminPorts, "coordinators">,
  ask: (coordinator: ShardAdminPorts["coordinators"][number]) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  let last: Result<T, Failure> = err({
    code: "unavailable",
    dependency: "coordinator",
    retryAfterMs: LIMITS.leaseRetryMs,
  });
  for (const coordinator of coordinators) {
    last = await ask(coordinator);
    if (last.ok || last.error.code !== "unavailable") break;
  }
  return last;
}

async function headOf({ leader }: ShardAdminPorts, shard: PhysicalShard) {
  const answer = await leader(shard).read({ reads: [], atLeast: null });
  return {
    head: answer.ok ? formatVersion(answer.value.at) : null,
    failure: answer.ok ? null : answer.error.code,
  };
}

const shardOf = (entry: ShardEntry): Shard => ({
  shard: entry.shard,
  logicalShards: [entry.from, entry.to],
  leader: entry.leader,
  epoch: entry.epoch,
  leaseUntilMs: entry.leaseUntilMs,
  notBeforeMs: entry.notBeforeMs,
});
