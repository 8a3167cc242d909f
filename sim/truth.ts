import type { Id } from "../core/ids.ts";
import { assocKey, listKey } from "../core/tao/keys.ts";
import type { LogEntry } from "../core/tao/log.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { AssocKey, ListKey } from "../core/tao/store.ts";
import { compareListOrder } from "../core/tao/types.ts";
import type { CommitEvent, Observation, SeenEdge, Seq } from "./history.ts";

/** A value that a key had from one log position until just before another. */
export interface Spell<T> {
  readonly from: Seq;
  /** Infinity while nothing has replaced it. */
  readonly until: Seq;
  /** When it became durable, Unix ms. */
  readonly sinceMs: number;
  readonly value: T;
}

export interface ListState {
  readonly count: number;
  /** Newest first. */
  readonly edges: readonly SeenEdge[];
}

const ALWAYS = Number.NEGATIVE_INFINITY;
const EMPTY: ListState = { count: 0, edges: [] };

/** Every value that every key ever had, from the logs alone. */
export class Truth {
  readonly #objects = new Map<Id, Spell<string | null>[]>();
  readonly #edges = new Map<string, Spell<SeenEdge | null>[]>();
  readonly #lists = new Map<string, Spell<ListState>[]>();
  /** Per shard, when each commit became durable and how far the log reached then. */
  readonly #heads = new Map<PhysicalShard, { readonly atMs: number; readonly seq: Seq }[]>();

  constructor(commits: readonly CommitEvent[]) {
    for (const { shard, atMs, records } of commits) {
      for (const entry of records.flatMap((record) => record.entries)) {
        this.#apply(entry, atMs);
        const heads = this.#heads.get(shard) ?? [];
        heads.push({ atMs, seq: entry.seq });
        this.#heads.set(shard, heads);
      }
    }
  }

  object = (id: Id) => this.#objects.get(id) ?? [];
  edge = (key: AssocKey) => this.#edges.get(assocKey(key)) ?? [];
  list = (key: ListKey) => this.#lists.get(listKey(key.id1, key.atype)) ?? [];

  /** How far the log of a shard reached at `atMs`. */
  headAt(shard: PhysicalShard, atMs: number): Seq {
    const heads = this.#heads.get(shard) ?? [];
    let low = 0;
    let high = heads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((heads[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return heads[low - 1]?.seq ?? 0;
  }

  /** The spells that agree with what was seen; none means that it was never true. */
  spellsOf(observation: Observation): readonly Spell<unknown>[] {
    switch (observation.of) {
      case "object": {
        const { id, value } = observation;
        return withBefore(this.object(id), null).filter(({ value: data, from }) =>
          value === null ? data === null : data === value.data && isAt(value.seq, from),
        );
      }
      case "edge":
        return withBefore(this.edge(observation.key), null).filter(({ value }) =>
          sameEdge(value, observation.value),
        );
      case "count":
        return withBefore(this.list(observation.key), EMPTY).filter(
          ({ value }) => value.count === observation.count,
        );
      case "newest":
        return withBefore(this.list(observation.key), EMPTY).filter(({ value }) =>
          showsNewest(value.edges, observation),
        );
    }
  }

  #apply({ seq, mutation }: LogEntry, atMs: number): void {
    if (mutation.kind === "object") {
      return extend(this.#objects, mutation.id, { seq, atMs, value: mutation.data });
    }
    const { id1, atype, id2, timeMs, data, count } = mutation;
    const edge = data === null ? null : { id2, timeMs, data, seq };
    extend(this.#edges, assocKey({ id1, atype, id2 }), { seq, atMs, value: edge });
    const before = this.#lists.get(listKey(id1, atype))?.at(-1)?.value.edges ?? [];
    const edges = before.filter((known) => known.id2 !== id2);
    if (edge !== null) {
      const place = edges.findIndex((known) => compareListOrder(edge, known) < 0);
      edges.splice(place < 0 ? edges.length : place, 0, edge);
    }
    extend(this.#lists, listKey(id1, atype), { seq, atMs, value: { count, edges } });
  }
}

function extend<K, V>(
  map: Map<K, Spell<V>[]>,
  key: K,
  { seq, atMs, value }: { readonly seq: Seq; readonly atMs: number; readonly value: V },
): void {
  const spells = map.get(key) ?? [];
  const last = spells.pop();
  if (last !== undefined) spells.push({ ...last, until: seq });
  spells.push({ from: seq, until: Number.POSITIVE_INFINITY, sinceMs: atMs, value });
  map.set(key, spells);
}

/** Before its first entry a key was absent. */
function withBefore<T>(spells: readonly Spell<T>[], absent: T): readonly Spell<T>[] {
  const until = spells[0]?.from ?? Number.POSITIVE_INFINITY;
  return [{ from: 0, until, sinceMs: ALWAYS, value: absent }, ...spells];
}

const isAt = (seen: Seq | null, from: Seq): boolean => seen === null || seen === from;

function sameEdge(a: SeenEdge | null | undefined, b: SeenEdge | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  const sameSeq = a.seq === null || b.seq === null || a.seq === b.seq;
  return a.id2 === b.id2 && a.timeMs === b.timeMs && a.data === b.data && sameSeq;
}

function showsNewest(
  all: readonly SeenEdge[],
  { edges: seen, after, downTo }: Extract<Observation, { of: "newest" }>,
): boolean {
  const edges = after === null ? all : all.filter((edge) => compareListOrder(after, edge) < 0);
  if (seen.some((edge, place) => !sameEdge(edge, edges[place]))) return false;
  const next = edges[seen.length];
  // What comes next must lie below the place down to which the answer is complete.
  return next === undefined || (downTo !== null && compareListOrder(downTo, next) < 0);
}
