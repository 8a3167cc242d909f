import { type Id } from "../../../core/ids.ts";
import { physicalShardOf } from "../../../core/tao/shard-map.ts";
import type { Seen } from "../../../sim/history.ts";
import { observe } from "../../../sim/observe.ts";
import type { FinalAnswer, FinalRequest } from "../wire.ts";
import type { DriverGraph } from "./graph.ts";

/** Under the bound of one call, so that a page of lists stays a small message. */
const READS_PER_CALL = 400;

/** What one follower answers to these reads of its shard, without a ticket. */
export async function finalView(
  graph: DriverGraph,
  { shard, region, replica, reads }: FinalRequest,
): Promise<FinalAnswer> {
  const follower = graph.follower(shard, { region, replica });
  const home = (id: Id) => physicalShardOf(graph.map, id);
  const seen: Seen[] = [];
  for (let from = 0; from < reads.length; from += READS_PER_CALL) {
    const part = reads.slice(from, from + READS_PER_CALL);
    const answer = await follower.read({ reads: part, atLeast: null });
    if (!answer.ok) return { failed: answer.error.code };
    if (answer.value.staleMs !== undefined) return { failed: "stale" };
    for (const [index, read] of part.entries()) {
      const result = answer.value.results[index];
      if (result === undefined) return { failed: "an answer is missing" };
      seen.push(...observe(read, result, home));
    }
  }
  return { seen };
}
