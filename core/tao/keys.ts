import type { Id } from "../ids.ts";
import type { AssocKey, ListKey } from "./store.ts";
import type { AssocType } from "./types.ts";

/** Map keys of lists and edges. Base 32, because a power of two spares the division per digit. */
export const listKey = (id1: Id, atype: AssocType): string => `${id1.toString(32)}:${atype}`;
export const assocKey = (key: AssocKey): string =>
  `${listKey(key.id1, key.atype)}:${key.id2.toString(32)}`;

/** Keeps the first of each, in order. */
export function uniqueLists(keys: readonly ListKey[]): ListKey[] {
  return [...new Map(keys.map((key) => [listKey(key.id1, key.atype), key])).values()];
}

export function uniqueAssocs(keys: readonly AssocKey[]): AssocKey[] {
  return [...new Map(keys.map((key) => [assocKey(key), key])).values()];
}
