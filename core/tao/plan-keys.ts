import { uniqueAssocs, uniqueLists } from "./keys.ts";
import { assocKind } from "./registry.ts";
import type { InverseWrite } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { AssocKey, PlanKeys } from "./store.ts";
import { resultIndex, type Write } from "./types.ts";

/** Everything the store must tell before these requests can be planned: one batched read. */
export function planKeys(
  requests: readonly { readonly writes: readonly Write[]; readonly opId: string | null }[],
  inverses: readonly { readonly from: PhysicalShard; readonly inverses: readonly InverseWrite[] }[],
): PlanKeys {
  const writes = requests.flatMap((request) => request.writes);
  const edges = [...writes.flatMap(edgesOf), ...inverses.flatMap((batch) => batch.inverses)].filter(
    // Ids that the batch itself hands out have no rows yet.
    (key) => resultIndex(key.id1) === null && resultIndex(key.id2) === null,
  );
  return {
    objects: [...new Set(writes.flatMap((write) => ("id" in write ? [write.id] : [])))],
    assocs: uniqueAssocs(edges.map(({ id1, atype, id2 }) => ({ id1, atype, id2 }))),
    lists: uniqueLists(listsOf(writes.flatMap(edgesOf), inverses)),
    opIds: [...new Set(requests.flatMap((request) => request.opId ?? []))],
    idShards: [...new Set(writes.flatMap((write) => (write.op === "objAdd" ? [write.shard] : [])))],
    sources: [...new Set(inverses.map((batch) => batch.from))],
  };
}

/** The halves of the edges that a write may touch. */
function edgesOf(write: Write): readonly AssocKey[] {
  if (!("atype" in write)) return [];
  const { id1, id2 } = write;
  const types = write.op === "assocChangeType" ? [write.atype, write.newType] : [write.atype];
  return types.flatMap((atype) => {
    const inverse = assocKind(atype)?.inverse ?? null;
    const forward = { id1, atype, id2 };
    return inverse === null ? [forward] : [forward, { id1: id2, atype: inverse, id2: id1 }];
  });
}

/** A list is known even when its edge goes to an id of this batch: an author's list gains a new post. */
function listsOf(
  edges: readonly AssocKey[],
  inverses: readonly { readonly inverses: readonly InverseWrite[] }[],
) {
  return [...edges, ...inverses.flatMap((batch) => batch.inverses)]
    .filter(({ id1 }) => resultIndex(id1) === null)
    .map(({ id1, atype }) => ({ id1, atype }));
}
