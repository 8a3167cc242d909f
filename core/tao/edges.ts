import type { Draft } from "./draft.ts";
import type { PlanContext } from "./plan-context.ts";
import type { AssocKind } from "./registry.ts";
import type { AssocKey } from "./store.ts";
import type { Version } from "./version.ts";

/** What an edge carries. */
interface Edge {
  readonly timeMs: number;
  readonly data: string;
}

/**
 * Writes or removes (`edge` null) one stored half of an edge, its list's count and its
 * log entry. @returns null when nothing changed.
 */
export function setEdge(draft: Draft, key: AssocKey, edge: Edge | null): Version | null {
  const { id1, atype, id2 } = key;
  const old = draft.assoc(key);
  if (edge === null ? old === null : old?.timeMs === edge.timeMs && old.data === edge.data)
    return null;

  const list = draft.list(id1, atype);
  const count = (list?.count ?? 0) + (edge === null ? -1 : old === null ? 1 : 0);
  const timeMs = edge?.timeMs ?? old?.timeMs ?? 0;
  const data = edge?.data ?? null;
  const version = draft.log(list?.version ?? null, {
    kind: "assoc",
    id1,
    atype,
    id2,
    timeMs,
    data,
    count,
  });
  draft.putAssoc(key, edge === null ? null : { id1, atype, id2, ...edge, version });
  draft.putList({ id1, atype, count, version });
  return version;
}

/** The inverse half: in the same commit when it lives here, otherwise an intent to its shard. */
export function mirrorEdge(
  draft: Draft,
  kind: AssocKind,
  key: AssocKey,
  edge: Edge | null,
  source: Version,
  context: PlanContext,
): void {
  if (kind.inverse === null) return;
  const inverse = { id1: key.id2, atype: kind.inverse, id2: key.id1 };
  const target = context.home(key.id2);
  if (target === context.self) setEdge(draft, inverse, edge);
  else draft.addIntent({ target, inverse: { source, ...inverse, edge } });
}
