import { type Id, idRange } from "../../../core/ids.ts";
import type { Progress } from "../../../dev/operator/progress.ts";
import { stream } from "../../../dev/world/random.ts";
import {
  EdgePool,
  type EdgePlan,
  type Faithful,
  logicalOf,
  OBJECT_BYTES,
} from "../workload/faithful.ts";
import type { Op } from "../workload/op.ts";
import type { Loader } from "./loader.ts";
import { idAt } from "./tao-population.ts";

/**
 * Writes what TAOBench's driver loads: per edge two objects and the edge between them.
 * @returns the ids of both ends of each edge, one after the other.
 */
export async function loadFaithful(
  plans: readonly EdgePlan[],
  loader: Loader,
  progress: Progress,
): Promise<BigUint64Array<ArrayBuffer>> {
  const ids = new BigUint64Array(2 * plans.length);
  for (const [n, { primary, remote }] of plans.entries()) {
    for (const [end, shard] of [primary, remote].entries()) {
      const id1 = idRange(logicalOf(shard)).from;
      await loader.add({ ...BLANK, op: "objAdd", id1, bytes: OBJECT_BYTES }, (id) => {
        ids[2 * n + end] = id;
      });
    }
    progress.update(2 * n, 3 * plans.length, `${loader.written} objects`);
  }
  await loader.finish();
  for (const [n, { atype }] of plans.entries()) {
    const [id1, id2] = [idAt(ids, 2 * n), idAt(ids, 2 * n + 1)];
    await loader.add({ ...BLANK, op: "assocAdd", id1, id2, atype });
    progress.update(2 * plans.length + n, 3 * plans.length, `${loader.written} writes`);
  }
  await loader.finish();
  progress.finish(`Loaded ${loader.written} objects and edges`);
  return ids;
}

/** What is to be loaded: the same for the same seed. */
export function planEdges(faithful: Faithful, seed: number, edges: number): readonly EdgePlan[] {
  const random = stream(seed, "edges");
  return Array.from({ length: edges }, () => faithful.planEdge(random));
}

/** The pool that requests draw from. */
export function poolOf(plans: readonly EdgePlan[], ids: BigUint64Array): EdgePool {
  const pool = new EdgePool();
  for (const [n, { primary, atype }] of plans.entries()) {
    pool.add(primary, { id1: idAt(ids, 2 * n), id2: idAt(ids, 2 * n + 1), atype });
  }
  return pool;
}

const BLANK: Omit<Op, "op" | "id1"> = { id2: 0n as Id, atype: 0, limit: 0, bytes: 0 };
