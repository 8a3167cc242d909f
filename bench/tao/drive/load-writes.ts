import { shardOf } from "../../../core/ids.ts";
import { writeOf } from "../workload/op.ts";
import type { DriverPorts } from "./execute.ts";
import type { DriveRequest } from "./wire.ts";

/** When everything that is loaded happened: long before any time range that a workload reads. */
export const LOADED_MS = Date.UTC(2025, 9, 1);

/**
 * Each request is one batch for one shard, committed as a whole.
 * @returns the id of each write, in order: of an object its own, of an edge its end.
 * @throws Error when a batch is refused.
 */
export async function loadAll(
  requests: readonly DriveRequest[],
  ports: DriverPorts,
): Promise<readonly bigint[]> {
  const answers = await Promise.all(
    requests.map(async ({ ops }) => {
      const [first] = ops;
      if (first === undefined) return [];
      const writes = ops
        .map((op, n) => writeOf(op, LOADED_MS - n))
        .filter((write) => write !== null);
      const answer = await ports.tao(0).write(shardOf(first.id1), writes, null);
      if (!answer.ok) throw new Error(`A batch was refused: ${JSON.stringify(answer.error)}`);
      return answer.value.results.map((result): bigint => result.id);
    }),
  );
  return answers.flat();
}
