/**
 * A map that forgets what has not been used for longest, roughly, beyond a byte budget.
 * Sizes are the caller's estimates. A get only marks its entry ("second chance"): moving
 * entries on every read is what an exact order would cost.
 */
export class LruMap<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly bytes: number; used: boolean }>();
  readonly bytesMax: number;
  readonly #evicted: ((value: V) => void) | undefined;
  #bytes = 0;
  #evictions = 0;

  /** @param evicted told of each value that had to make room, or was too large to be kept. */
  constructor(bytesMax: number, evicted?: (value: V) => void) {
    this.bytesMax = bytesMax;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Entries that had to make room for others so far. */
  get evictions(): number {
    return this.#evictions;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.value;
  }

  /** Does not count as a use. */
  *values(): IterableIterator<V> {
    for (const { value } of this.#entries.values()) yield value;
  }

  /**
   * Keeps nothing that is larger than the whole budget.
   *
   * @param bytes estimated size of key and value together.
   */
  set(key: K, value: V, bytes: number): void {
    this.delete(key);
    if (bytes > this.bytesMax) {
      this.#evicted?.(value);
      return;
    }
    this.#makeRoom(bytes);
    this.#entries.set(key, { value, bytes, used: false });
    this.#bytes += bytes;
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** Oldest first; whoever was used since goes to the end once more instead. */
  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.bytesMax) return;
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key);
      if (entry.used) {
        entry.used = false;
        this.#entries.set(key, entry);
        continue;
      }
      this.#bytes -= entry.bytes;
      this.#evictions++;
      this.#evicted?.(entry.value);
      if (this.#bytes + bytes <= this.bytesMax) return;
    }
  }
}

/**
 * The entries of one kind in a map that several kinds share: room goes to whatever is used, where
 * parts of their own would lie idle for one kind while another lacks it. No two kinds may have
 * keys in common. An entry larger than a quarter of the budget is not kept: it would empty the rest.
 */
export class LruShelf<K, V> {
  readonly #map: LruMap<unknown, unknown>;

  constructor(map: LruMap<unknown, unknown>) {
    this.#map = map;
  }

  // What this kind's keys lead to is what this kind has set.
  get = (key: K): V | undefined => this.#map.get(key) as V | undefined;

  set(key: K, value: V, bytes: number): void {
    if (bytes > this.#map.bytesMax / 4) this.#map.delete(key);
    else this.#map.set(key, value, bytes);
  }

  delete(key: K): void {
    this.#map.delete(key);
  }
}
