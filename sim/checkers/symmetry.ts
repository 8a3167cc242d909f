import { formatId } from "../../core/ids.ts";
import { assocKey, listKey } from "../../core/tao/keys.ts";
import { assocKind } from "../../core/tao/registry.ts";
import type { Assoc } from "../../core/tao/types.ts";
import type { History, Stored, Violation } from "../history.ts";
import type { Truth } from "../truth.ts";

const GUARANTEE = "G7 inverses and counts";

/**
 * G7: after quiescence every edge has its inverse, equal in time and payload, and every count its
 * list. Where one of the two halves was in a lost suffix, nobody has sent the other again.
 */
export function checkSymmetry(
  { stored, storedInLulls = [] }: History,
  truth: Truth,
): readonly Violation[] {
  const lost = new Set(
    truth.lost.flatMap(({ entry: { mutation } }) =>
      mutation.kind === "assoc" ? [assocKey(mutation)] : [],
    ),
  );
  return [...storedInLulls, stored].flatMap((all) => asymmetries(all, lost));
}

function asymmetries(stored: readonly Stored[], lost: ReadonlySet<string>): readonly Violation[] {
  const violations: Violation[] = [];
  const flag = (what: string) => violations.push({ guarantee: GUARANTEE, what });
  const edges = new Map<string, Assoc>();
  const lengths = new Map<string, number>();
  for (const assoc of stored.flatMap(({ assocs }) => assocs)) {
    edges.set(assocKey(assoc), assoc);
    const list = listKey(assoc.id1, assoc.atype);
    lengths.set(list, (lengths.get(list) ?? 0) + 1);
  }
  for (const { id1, atype, id2, timeMs, data } of edges.values()) {
    const inverse = assocKind(atype)?.inverse ?? null;
    if (inverse === null) continue;
    const otherKey = assocKey({ id1: id2, atype: inverse, id2: id1 });
    const other = edges.get(otherKey);
    if (lost.has(otherKey) || lost.has(assocKey({ id1, atype, id2 }))) continue;
    if (other === undefined || other.timeMs !== timeMs || other.data !== data)
      flag(`${formatId(id1)} ${atype} ${formatId(id2)} has no equal inverse`);
  }
  for (const { id1, atype, count } of stored.flatMap(({ lists }) => lists)) {
    const length = lengths.get(listKey(id1, atype)) ?? 0;
    if (length !== count) flag(`${formatId(id1)} ${atype} counts ${count} of ${length} edges`);
  }
  return violations;
}
