import type { Id } from "../core/ids.ts";
import { assocKey, listKey } from "../core/tao/keys.ts";
import type { LogEntry, LogRecord, Mutation } from "../core/tao/log.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { AssocKey, ListKey } from "../core/tao/store.ts";
import { compareListOrder } from "../core/tao/types.ts";
import type { EpochEvent, Observation, SeenEdge, ShardEvent } from "./history.ts";
import { type Position, positionOf } from "./position.ts";

/** A value that a key had from one log position until just before another. */
export interface Spell<T> {
  readonly from: Position;
  /** Infinity while nothing has replaced it. */
  readonly until: Position;
  /** When it became durable, Unix ms. */
  readonly sinceMs: number;
  readonly value: T;
}

export interface ObjectState {
  readonly data: string | null;
  /** The entry that wrote it; null before the first. */
  readonly version: Position | null;
}

export interface ListState {
  readonly count: number;
  /** Newest first. */
  readonly edges: readonly SeenEdge[];
  readonly version: Position | null;
}

/** One entry where it became durable. */
export interface Logged {
  readonly shard: PhysicalShard;
  readonly at: Position;
  readonly atMs: number;
  readonly record: LogRecord;
  readonly entry: LogEntry;
}

interface Shard {
  /** The store whose log is the shard's. */
  store: string;
  /** When each commit or epoch became durable and how far the log reached then. */
  readonly heads: { readonly atMs: number; readonly at: Position }[];
  entries: Logged[];
}

const ALWAYS = Number.NEGATIVE_INFINITY;
const NO_OBJECT: ObjectState = { data: null, version: null };
const EMPTY: ListState = { count: 0, edges: [], version: null };

/**
 * Every value that every key ever had, from the logs alone. A promotion that loses a suffix is
 * one more step of a line: at the position where the new epoch begins, what the lost entries
 * changed is as it was before them.
 */
export class Truth {
  readonly #objects = new Map<Id, Spell<ObjectState>[]>();
  readonly #edges = new Map<string, Spell<SeenEdge | null>[]>();
  readonly #lists = new Map<string, Spell<ListState>[]>();
  readonly #shards = new Map<PhysicalShard, Shard>();
  /** Entries that a promotion left behind, and those that the old store took even later. */
  readonly lost: Logged[] = [];

  constructor(events: readonly ShardEvent[]) {
    for (const event of events) {
      const shard = this.#shard(event);
      if (event.kind === "epoch") this.#begin(shard, event);
      else
        for (const record of event.records)
          for (const entry of record.entries) {
            const at = positionOf({ epoch: record.epoch, seq: entry.seq });
            const logged = { shard: event.shard, at, atMs: event.atMs, record, entry };
            if (event.store === shard.store) this.#apply(shard, logged);
            else this.lost.push(logged);
          }
    }
  }

  object = (id: Id) => this.#objects.get(id) ?? [];
  edge = (key: AssocKey) => this.#edges.get(assocKey(key)) ?? [];
  list = (key: ListKey) => this.#lists.get(listKey(key.id1, key.atype)) ?? [];

  /** The entries of a shard's log, without those that were lost. */
  entries = (shard: PhysicalShard): readonly Logged[] => this.#shards.get(shard)?.entries ?? [];

  shards = (): Iterable<PhysicalShard> => this.#shards.keys();

  /** How far the log of a shard reached at `atMs`. */
  headAt(shard: PhysicalShard, atMs: number): Position {
    const heads = this.#shards.get(shard)?.heads ?? [];
    let low = 0;
    let high = heads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((heads[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return heads[low - 1]?.at ?? 0;
  }

  /** The spells that agree with what was seen; none means that it was never true. */
  spellsOf(observation: Observation): readonly Spell<unknown>[] {
    switch (observation.of) {
      case "object": {
        const { id, value } = observation;
        return withBefore(this.object(id), NO_OBJECT).filter(({ value: { data, version } }) =>
          value === null
            ? data === null
            : data === value.data && (value.version === null || value.version === version),
        );
      }
      case "edge":
        return withBefore(this.edge(observation.key), null).filter(({ value }) => {
          const { highMs, lowMs } = observation;
          const isAsked = value !== null && value.timeMs <= highMs && value.timeMs >= lowMs;
          return sameEdge(isAsked ? value : null, observation.value);
        });
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

  #shard({ shard, store }: ShardEvent): Shard {
    let known = this.#shards.get(shard);
    if (known === undefined) {
      known = { store, heads: [], entries: [] };
      this.#shards.set(shard, known);
    }
    return known;
  }

  #begin(shard: Shard, { store, atMs, after, epoch }: EpochEvent): void {
    const at = positionOf({ epoch, seq: after.seq });
    if (store !== shard.store) this.#lose(shard, positionOf(after), at, atMs);
    shard.store = store;
    shard.heads.push({ atMs, at });
  }

  #lose(shard: Shard, after: Position, at: Position, atMs: number): void {
    const lost = shard.entries.filter((logged) => logged.at > after);
    shard.entries = shard.entries.filter((logged) => logged.at <= after);
    this.lost.push(...lost);
    for (const { mutation } of lost.map(({ entry }) => entry)) {
      if (mutation.kind === "object") {
        revert(this.#objects, mutation.id, NO_OBJECT, { after, at, atMs });
        continue;
      }
      const list = listKey(mutation.id1, mutation.atype);
      revert(this.#edges, assocKey(mutation), null, { after, at, atMs });
      revert(this.#lists, list, EMPTY, { after, at, atMs });
    }
  }

  #apply(shard: Shard, logged: Logged): void {
    const { at, atMs, entry } = logged;
    shard.entries.push(logged);
    shard.heads.push({ atMs, at });
    const { mutation } = entry;
    if (mutation.kind === "assoc") return this.#applyEdge(mutation, at, atMs);
    const value = { data: mutation.data, version: at };
    extend(this.#objects, mutation.id, { at, atMs, value });
  }

  #applyEdge(mutation: Extract<Mutation, { kind: "assoc" }>, at: Position, atMs: number): void {
    const { id1, atype, id2, timeMs, data, count } = mutation;
    const edge = data === null ? null : { id2, timeMs, data, version: at };
    extend(this.#edges, assocKey({ id1, atype, id2 }), { at, atMs, value: edge });
    const before = this.#lists.get(listKey(id1, atype))?.at(-1)?.value.edges ?? [];
    const edges = before.filter((known) => known.id2 !== id2);
    if (edge !== null) {
      const place = edges.findIndex((known) => compareListOrder(edge, known) < 0);
      edges.splice(place < 0 ? edges.length : place, 0, edge);
    }
    extend(this.#lists, listKey(id1, atype), { at, atMs, value: { count, edges, version: at } });
  }
}

interface Step<T> {
  readonly at: Position;
  readonly atMs: number;
  readonly value: T;
}

function extend<K, V>(map: Map<K, Spell<V>[]>, key: K, { at, atMs, value }: Step<V>): void {
  const spells = map.get(key) ?? [];
  const last = spells.pop();
  if (last !== undefined) spells.push({ ...last, until: at });
  spells.push({ from: at, until: Number.POSITIVE_INFINITY, sinceMs: atMs, value });
  map.set(key, spells);
}

/** At `at`, `key` is again what it was up to `after`. */
function revert<K, V>(
  map: Map<K, Spell<V>[]>,
  key: K,
  absent: V,
  { after, at, atMs }: { readonly after: Position; readonly at: Position; readonly atMs: number },
): void {
  const spells = map.get(key) ?? [];
  // An entry further up in the lost suffix has done it already.
  if (spells.at(-1)?.from === at) return;
  const value = spells.findLast(({ from }) => from <= after)?.value ?? absent;
  extend(map, key, { at, atMs, value });
}

/** Before its first entry a key was absent. */
function withBefore<T>(spells: readonly Spell<T>[], absent: T): readonly Spell<T>[] {
  const until = spells[0]?.from ?? Number.POSITIVE_INFINITY;
  return [{ from: 0, until, sinceMs: ALWAYS, value: absent }, ...spells];
}

function sameEdge(a: SeenEdge | null | undefined, b: SeenEdge | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  const sameVersion = a.version === null || b.version === null || a.version === b.version;
  return a.id2 === b.id2 && a.timeMs === b.timeMs && a.data === b.data && sameVersion;
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
