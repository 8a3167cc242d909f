import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { LruMap, LruShelf } from "../lru.ts";
import { assocKey, listKey } from "./keys.ts";
import type { LogEntry, Mutation } from "./log.ts";
import type { FillRequest, FillResponse, ListPrefix } from "./service.ts";
import { type Assoc, compareListOrder, type TaoObject } from "./types.ts";
import { compareVersions, type Version, ZERO } from "./version.ts";

/** `value` null is a negative: the key does not exist. */
interface Cached<T> {
  readonly value: T;
  /** The entry reflects every log entry up to here. */
  readonly asOf: Version;
}

/** The newest edges of one list; all of it when `assocs.length === count`. */
export interface CachedList extends ListPrefix {
  readonly asOf: Version;
}

/** One entry of a union, rendered. */
interface CachedLine {
  /** Rendered from this very edge. */
  readonly edge: Assoc;
  /** The lists whose lengths it tells. */
  readonly counts: string;
  readonly text: string;
}

/** Estimates, in bytes, of what an entry costs beside its payload. */
const OBJECT_OVERHEAD = 160;
const LIST_OVERHEAD = 200;
const EDGE_OVERHEAD = 120;
const LINE_OVERHEAD = 200;

/**
 * What a follower holds of its shard, and the rules by which log entries change it.
 * All rules go by version: a late or repeated entry is a no-op; a list takes an entry
 * only on top of the version that the entry names, and goes otherwise.
 */
export class FollowerCache {
  /** Objects, by bigints, and lists and edges, by texts of two and three parts. */
  readonly #memory: LruMap<unknown, unknown>;
  readonly #objects: LruShelf<Id, Cached<TaoObject | null>>;
  readonly #lists: LruShelf<string, CachedList>;
  readonly #points: LruShelf<string, Cached<Assoc | null>>;
  /** By id2. Gone as soon as anything that the line tells may have changed. */
  readonly #lines: LruMap<Id, CachedLine>;
  /** When each key last changed, so that a fill that was read before is not kept. */
  readonly #touched = new Map<string, Version>();
  /** Changes up to here may be missing from `#touched`: an older fill is not kept. */
  #touchedSince: Version = ZERO;

  constructor(bytesMax: number) {
    this.#memory = new LruMap((bytesMax * 7) / 8);
    this.#objects = new LruShelf(this.#memory);
    this.#lists = new LruShelf(this.#memory);
    this.#points = new LruShelf(this.#memory);
    this.#lines = new LruMap(bytesMax / 8);
  }

  object = (id: Id) => this.#objects.get(id)?.value;
  list = (key: string): CachedList | undefined => this.#lists.get(key);
  point = (key: string) => this.#points.get(key)?.value;

  /** The line of `edge` with these counts, if it was rendered and still holds. */
  line(edge: Assoc, counts: string): string | undefined {
    const line = this.#lines.get(edge.id2);
    return line?.edge === edge && line.counts === counts ? line.text : undefined;
  }

  /** Only for lines made from this cache alone, in the same turn. */
  keepLine(edge: Assoc, counts: string, text: string): void {
    this.#lines.set(edge.id2, { edge, counts, text }, LINE_OVERHEAD + text.length);
  }

  get entries(): number {
    return this.#memory.size + this.#lines.size;
  }

  get bytes(): number {
    return this.#memory.bytes + this.#lines.bytes;
  }

  clear(): void {
    this.#memory.clear();
    this.#lines.clear();
    this.#touched.clear();
  }

  /** The log is followed from `version` on: what changed before is not known here. */
  startAt(version: Version): void {
    this.#touchedSince = version;
  }

  /** Keeps the answers of a fill, except those that an applied log entry has overtaken. */
  keep(request: FillRequest, fill: FillResponse): void {
    const { at: asOf } = fill;
    for (const [index, id] of request.objects.entries()) {
      const value = fill.objects[index] ?? null;
      this.#lines.delete(id);
      const isLate = isNewer(this.#objects.get(id), asOf);
      if (!isLate && !this.#isOvertaken(objectTouch(id), asOf)) {
        this.#objects.set(id, { value, asOf }, OBJECT_OVERHEAD + (value?.data.length ?? 0));
      }
    }
    for (const [index, { id1, atype }] of request.lists.entries()) {
      const list = fill.lists[index];
      const key = listKey(id1, atype);
      this.#lines.delete(id1);
      if (list === undefined || this.#isOvertaken(key, asOf)) continue;
      const known = this.#lists.get(key);
      if (isNewer(known, asOf)) continue;
      // A count alone must not throw away a longer prefix of the same version.
      const shorter = known !== undefined && known.assocs.length > list.assocs.length;
      if (shorter && compareVersions(known.version, list.version) === 0) continue;
      this.#putList(key, { ...list, asOf });
    }
    for (const [index, key] of request.points.entries()) {
      const value = fill.points[index] ?? null;
      const text = assocKey(key);
      if (isNewer(this.#points.get(text), asOf)) continue;
      if (this.#isOvertaken(listKey(key.id1, key.atype), asOf)) continue;
      this.#points.set(text, { value, asOf }, EDGE_OVERHEAD + (value?.data.length ?? 0));
    }
  }

  /** Objects are invalidated; lists are refilled by the edge that the entry carries. */
  apply(entry: LogEntry, version: Version): void {
    const { mutation } = entry;
    this.#lines.delete(mutation.kind === "object" ? mutation.id : mutation.id1);
    if (mutation.kind === "object") {
      this.#touch(objectTouch(mutation.id), version);
      const cached = this.#objects.get(mutation.id);
      if (cached !== undefined && compareVersions(cached.asOf, version) < 0) {
        this.#objects.delete(mutation.id);
      }
      return;
    }
    const key = listKey(mutation.id1, mutation.atype);
    this.#touch(key, version);
    const point = this.#points.get(assocKey(mutation));
    if (point !== undefined && compareVersions(point.asOf, version) < 0) {
      this.#points.delete(assocKey(mutation));
    }
    const list = this.#lists.get(key);
    if (list === undefined || compareVersions(list.asOf, version) >= 0) return;
    if (compareVersions(list.version, entry.prev) !== 0) this.#lists.delete(key);
    else this.#putList(key, refill(list, mutation, version));
  }

  #putList(key: string, list: CachedList): void {
    let bytes = LIST_OVERHEAD;
    for (const assoc of list.assocs) bytes += EDGE_OVERHEAD + assoc.data.length;
    this.#lists.set(key, list, bytes);
  }

  #touch(key: string, version: Version): void {
    if (this.#touched.size >= LIMITS.touchedKeysMax) {
      this.#touched.clear();
      this.#touchedSince = version;
    }
    this.#touched.set(key, version);
  }

  #isOvertaken(key: string, asOf: Version): boolean {
    if (compareVersions(asOf, this.#touchedSince) < 0) return true;
    const touched = this.#touched.get(key);
    return touched !== undefined && compareVersions(touched, asOf) > 0;
  }
}

/** Fills may arrive in another order than they were read. */
const isNewer = (known: { readonly asOf: Version } | undefined, asOf: Version): boolean =>
  known !== undefined && compareVersions(known.asOf, asOf) > 0;
const objectTouch = (id: Id): string => `o${id}`;

/** `list` after `mutation`, which comes right after the list's version. */
function refill(
  list: CachedList,
  mutation: Extract<Mutation, { kind: "assoc" }>,
  version: Version,
): CachedList {
  const { id1, atype, id2, timeMs, data, count } = mutation;
  const wasWhole = list.assocs.length === list.count;
  const assocs = list.assocs.filter((assoc) => assoc.id2 !== id2);
  if (data !== null) {
    const added: Assoc = { id1, atype, id2, timeMs, data, version };
    const place = assocs.findIndex((assoc) => compareListOrder(added, assoc) < 0);
    // Below the known prefix of a longer list its place is unknown, and not needed.
    if (place >= 0) assocs.splice(place, 0, added);
    else if (wasWhole) assocs.push(added);
    assocs.splice(LIMITS.listEntriesMax);
  }
  return { count, version, assocs, asOf: version };
}
