import { type Id, idRange, LOGICAL_SHARDS, logicalShard } from "../../../core/ids.ts";
import type { Progress } from "../../../dev/operator/progress.ts";
import { hash } from "../../../dev/world/random.ts";
import type { Op } from "../workload/op.ts";
import { LIST, type TaoMode } from "../workload/tao-mode.ts";
import type { Loader } from "./loader.ts";

/**
 * Writes the graph of TAO mode: an object per node, then its list.
 * @returns the id of each node.
 */
export async function loadTaoMode(
  mode: TaoMode,
  seed: number,
  loader: Loader,
  progress: Progress,
): Promise<BigUint64Array<ArrayBuffer>> {
  const ids = new BigUint64Array(mode.nodes);
  for (let node = 0; node < mode.nodes; node++) {
    const home = logicalShard(hash(seed, "home", node) % LOGICAL_SHARDS);
    const op = { ...BLANK, op: "objAdd", id1: idRange(home).from } as const;
    await loader.add({ ...op, bytes: mode.objectBytes(node) }, (id) => {
      ids[node] = id;
    });
    progress.update(node, 3 * mode.nodes, `${loader.written} objects`);
  }
  await loader.finish();
  for (let node = 0; node < mode.nodes; node++) {
    const id1 = idAt(ids, node);
    for (let place = mode.degree(node) - 1; place >= 0; place--) {
      const id2 = idAt(ids, mode.neighbour(node, place));
      await loader.add({ ...BLANK, op: "assocAdd", id1, id2, atype: LIST });
    }
    progress.update(mode.nodes + 2 * node, 3 * mode.nodes, `${loader.written} writes`);
  }
  await loader.finish();
  progress.finish(`Loaded ${loader.written} objects and edges`);
  return ids;
}

export const idAt = (ids: BigUint64Array, node: number): Id => (ids[node] ?? 0n) as Id;

const BLANK: Omit<Op, "op" | "id1"> = { id2: 0n as Id, atype: 0, limit: 0, bytes: 0 };
