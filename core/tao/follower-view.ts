import type { Id } from "../ids.ts";
import type { FollowerCache } from "./follower-cache.ts";
import { assocKey, listKey } from "./keys.ts";
import type { FillRequest, FillResponse, ListPrefix } from "./service.ts";
import type { AssocKey, ListKey } from "./store.ts";
import type { Assoc, TaoObject } from "./types.ts";

/**
 * The cache as one request sees it: fills that came back for this request are part of
 * it even when the cache may not keep them. undefined means unknown, null means absent.
 */
export class View {
  readonly #cache: FollowerCache;
  /** Null until the first fill: most requests need none. */
  #filled: {
    readonly objects: Map<Id, TaoObject | null>;
    readonly lists: Map<string, ListPrefix>;
    readonly points: Map<string, Assoc | null>;
  } | null = null;
  #epoch = 0;

  constructor(cache: FollowerCache) {
    this.#cache = cache;
  }

  object(id: Id): TaoObject | null | undefined {
    const filled = this.#filled?.objects.get(id);
    return filled === undefined ? this.#cache.object(id) : filled;
  }

  list(id1: Id, atype: number): ListPrefix | undefined {
    return this.listAt(listKey(id1, atype));
  }

  /** @param key as `listKey` makes it. */
  listAt(key: string): ListPrefix | undefined {
    return this.#filled?.lists.get(key) ?? this.#cache.list(key);
  }

  point(key: AssocKey): Assoc | null | undefined {
    const text = assocKey(key);
    const filled = this.#filled?.points.get(text);
    return filled === undefined ? this.#cache.point(text) : filled;
  }

  line(edge: Assoc, counts: string): string | undefined {
    return this.#cache.line(edge, counts);
  }

  /** What was filled for this request alone may be newer than what the cache may keep. */
  keepLine(edge: Assoc, counts: string, text: string): void {
    if (this.#filled === null) this.#cache.keepLine(edge, counts, text);
  }

  add(request: FillRequest, fill: FillResponse): void {
    // What an earlier epoch answered may have been lost with it.
    if (fill.at.epoch < this.#epoch) return;
    if (fill.at.epoch > this.#epoch) this.#filled = null;
    this.#epoch = fill.at.epoch;
    this.#filled ??= { objects: new Map(), lists: new Map(), points: new Map() };
    const { objects, lists, points } = this.#filled;
    for (const [index, id] of request.objects.entries()) {
      objects.set(id, fill.objects[index] ?? null);
    }
    for (const [index, { id1, atype }] of request.lists.entries()) {
      const list = fill.lists[index];
      if (list !== undefined) lists.set(listKey(id1, atype), list);
    }
    for (const [index, key] of request.points.entries()) {
      points.set(assocKey(key), fill.points[index] ?? null);
    }
  }
}

export const isWhole = (list: ListPrefix): boolean => list.assocs.length === list.count;

/** Collects what a request lacks, each key once. Most requests lack nothing, and pay nothing. */
export class Needs {
  /** Cache entries the request looks at, missing or not: the denominator of its hit rate. */
  asked = 0;
  #objects: Set<Id> | null = null;
  #lists: Map<string, ListKey & { readonly prefix: number }> | null = null;
  #points: Map<string, AssocKey> | null = null;

  object(id: Id): void {
    this.#objects ??= new Set();
    this.#objects.add(id);
  }

  /** @param prefix newest edges needed; 0 for the count alone. */
  list(id1: Id, atype: number, prefix: number): void {
    this.#lists ??= new Map();
    const key = listKey(id1, atype);
    const known = this.#lists.get(key)?.prefix ?? 0;
    this.#lists.set(key, { id1, atype, prefix: Math.max(known, prefix) });
  }

  point(key: AssocKey): void {
    this.#points ??= new Map();
    this.#points.set(assocKey(key), key);
  }

  /** True: everything that was looked at is known. */
  get isEmpty(): boolean {
    return this.#objects === null && this.#lists === null && this.#points === null;
  }

  get size(): number {
    return (this.#objects?.size ?? 0) + (this.#lists?.size ?? 0) + (this.#points?.size ?? 0);
  }

  request(): FillRequest {
    return {
      objects: [...(this.#objects ?? [])],
      lists: [...(this.#lists?.values() ?? [])],
      points: [...(this.#points?.values() ?? [])],
    };
  }
}
