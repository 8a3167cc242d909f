import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { SpanPorts } from "../../telemetry/span.ts";
import { newSpanId } from "../../telemetry/trace.ts";
import { type Delivered, type DeliverPorts, deliver } from "./deliver.ts";
import type { ChunkOutcome, FanoutMessage, FanoutShardService } from "./service.ts";
import { messageSchema } from "./work.ts";

export interface BatchPorts extends DeliverPorts {
  readonly fanout: (shard: PhysicalShard) => Pick<FanoutShardService, "settle">;
  /** Of sampled posts; absent: told to nobody. */
  readonly spans?: SpanPorts;
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

  const startMs = ports.spans?.clock.nowMs() ?? 0;
  const delivered = await deliver(messages, ports);
  for (const one of delivered) tellSpan(one, startMs, ports);
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

/** A chunk took as long as its whole batch. */
function tellSpan({ outcome, trace, shard }: Delivered, startMs: number, { spans }: BatchPorts) {
  if (trace === undefined || spans === undefined) return;
  const { chunk, error, named, active, calls } = outcome;
  spans.span({
    event: "span",
    trace: trace.trace,
    span: newSpanId(spans.random),
    parent: trace.span,
    name: "fanout deliver",
    region: null,
    startMs,
    tookMs: spans.clock.nowMs() - startMs,
    outcome: error ?? "ok",
    detail: `shard ${shard} chunk ${chunk}: ${named} named, ${active} active, ${calls} calls`,
  });
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
