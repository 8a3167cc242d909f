import type { Id } from "../../../core/ids.ts";
import { physicalShardOf } from "../../../core/tao/shard-map.ts";
import type { DriverGraph } from "./graph.ts";
import type { StampedeReport } from "./protocol.ts";

/** All readers ask at once for one object, spread evenly over every follower of its shard. */
export async function stampede(
  graph: DriverGraph,
  id: Id,
  readers: number,
): Promise<StampedeReport> {
  const shard = physicalShardOf(graph.map, id);
  const followers = graph.followers.filter((follower) => follower.shard === shard);
  const startMs = graph.ports.nowMs();
  const outcomes = await Promise.all(
    Array.from({ length: readers }, async (_, reader) => {
      const follower = followers[reader % followers.length];
      if (follower === undefined) return "failed";
      const { region, replica } = follower;
      const answer = await graph.readFollower(shard, region, replica, { op: "objGet", id });
      if (!answer.ok) return "failed";
      const [result] = answer.value.results;
      return result?.op === "objGet" && result.object?.id === id ? "right" : "wrong";
    }),
  );
  return {
    readers,
    followers: followers.length,
    failed: outcomes.filter((outcome) => outcome === "failed").length,
    wrong: outcomes.filter((outcome) => outcome === "wrong").length,
    elapsedMs: graph.ports.nowMs() - startMs,
  };
}
