import type { PhysicalShard } from "../../tao/shard-map.ts";
import { type DeliverPorts, deliver } from "./deliver.ts";
import type { ChunkOutcome, FanoutMessage, FanoutShardService } from "./service.ts";
import { messageSchema } from "./work.ts";

export interface BatchPorts extends DeliverPorts {
  readonly fanout: (shard: PhysicalShard) => Pick<FanoutShardService, "settle">;
}

/**
 * One batch of the queue: does its work and tells each shard what became of it, in one call.
 * Never rejects. What no shard hears of is sent again by itself, so the queue need not repeat it;
 * what is no message is reported, and gone.
 */
export async function takeBatch(bodies: readonly unknown[], ports: BatchPorts): Promise<void> {
  const parsed = bodies.map((body) => messageSchema.safeParse(body));
  const messages = parsed.flatMap((one): FanoutMessage[] => (one.success ? [one.data] : []));
  for (const one of parsed)
    if (!one.success) ports.report("fanout_message_refused", one.error.issues[0]?.message);

  const delivered = await deliver(messages, ports);
  const byShard = Map.groupBy(delivered, ({ shard }) => shard);
  await Promise.all(
    [...byShard].map(([shard, group]) =>
      tell(
        shard,
        group.map(({ outcome }) => outcome),
        ports,
      ),
    ),
  );
}

async function tell(
  shard: PhysicalShard,
  outcomes: readonly ChunkOutcome[],
  { fanout, report }: BatchPorts,
): Promise<void> {
  for (const { error, chunk } of outcomes)
    if (error !== null) report("fanout_chunk_failed", `shard ${shard} chunk ${chunk}: ${error}`);
  try {
    await fanout(shard).settle(outcomes);
  } catch (error) {
    report("fanout_not_settled", error);
  }
}
