import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import { listKey } from "./keys.ts";
import type { AssocType } from "./types.ts";
import { idsFrom } from "./union.ts";

/** The lists that a union merges, each once. */
export interface UnionLists {
  readonly id1s: readonly Id[];
  /** By place in `id1s`: under what a cache has the list. */
  readonly keys: readonly string[];
}

export function unionLists(ids: readonly Id[], atype: AssocType): UnionLists {
  const id1s = [...new Set(ids)];
  return { id1s, keys: id1s.map((id1) => listKey(id1, atype)) };
}

/** Estimates, in bytes, of what an entry costs beside its text, and for each list. */
const ENTRY_OVERHEAD = 200;
const LIST_BYTES = 100;

/**
 * The same by the text of a request: a reader asks for the same lists page after page, only
 * with another cursor and ticket. Nothing in it can be wrong later.
 */
export class UnionListsMemo {
  readonly #known: LruMap<string, { readonly atype: AssocType; readonly lists: UnionLists }>;

  constructor(bytesMax: number = LIMITS.unionListsBytesMax) {
    this.#known = new LruMap(bytesMax);
  }

  get bytes(): number {
    return this.#known.bytes;
  }

  /** @param ids as a request has them. @throws SyntaxError on what is none. */
  of(ids: string, atype: AssocType): UnionLists {
    const known = this.#known.get(ids);
    if (known?.atype === atype) return known.lists;
    const lists = unionLists(idsFrom(ids), atype);
    const bytes = ENTRY_OVERHEAD + ids.length + LIST_BYTES * lists.id1s.length;
    this.#known.set(ids, { atype, lists }, bytes);
    return lists;
  }
}
