import type { Source } from "../schedule.ts";
import { isRead } from "../workload/op.ts";

export interface FirstReads {
  /** Reads that were drawn. */
  readonly reads: number;
  /** Those that were the first of their object, or of their list. */
  readonly first: number;
}

/**
 * The same source, counting. Whatever remembers it, somebody has to fetch a key the first
 * time: from a cold start, no cache can answer these reads.
 */
export function countingFirstReads(source: Source): {
  readonly source: Source;
  readonly firstReads: () => FirstReads;
} {
  const objects = new Set<bigint>();
  const lists = new Set<bigint>();
  let reads = 0;
  return {
    firstReads: () => ({ reads, first: objects.size + lists.size }),
    source: {
      ...source,
      draw(random) {
        const request = source.draw(random);
        for (const op of request.ops) {
          if (!isRead(op)) continue;
          reads++;
          (op.op === "objGet" ? objects : lists).add(op.id1);
        }
        return request;
      },
    },
  };
}
