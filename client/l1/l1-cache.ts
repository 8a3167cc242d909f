import { LIMITS } from "../../core/limits.ts";
import type { TallyDelta } from "../../core/telemetry/cache-tally.ts";
import { ApiProblem } from "../problem.ts";
import type { KeyValueStore } from "../storage/port.ts";
import { type Kept, type Kind, type Marks, isFresh, surplus, withMarks } from "./kinds.ts";
import { type Withdrawal, withoutIt } from "./withdrawal.ts";

/** How one read uses what is kept. */
export interface CacheUse<T> {
  /**
   * `swr`: what is kept at once, and read again when it is not fresh. `kept`: the same, but whoever
   * asks decides about reading again. `network`: only when nobody answers.
   */
  readonly mode: "swr" | "kept" | "network";
  readonly onKept?: (kept: KeptAnswer<T>) => void;
}

/** Told when the answer was a kept one. */
export interface KeptAnswer<T> {
  readonly atMs: number;
  readonly fresh: boolean;
  /** What will replace it, already asked for. */
  readonly newer: Promise<T> | null;
}

/** Reads of what may be kept: hits + stale + misses are all of them. */
export interface CacheCounts {
  readonly hits: number;
  /** Answered at once from an entry that was not fresh; `offline` of these because nobody answered. */
  readonly stale: number;
  readonly offline: number;
  readonly misses: number;
}
export interface CacheStats extends CacheCounts {
  readonly byKind: Readonly<Record<Kind, CacheCounts>>;
  readonly entries: number;
  readonly bytes: number;
}

interface Deps {
  readonly store: KeyValueStore;
  readonly nowMs: () => number;
}

type Facts = Omit<Kept, "value">;
const factsOf = ({ atMs, usedAtMs, bytes }: Kept): Facts => ({ atMs, usedAtMs, bytes });

/** Beside the answers, whose keys begin with a slash. */
const MARKS = "marks";

type Counter = { -readonly [Name in keyof CacheCounts]: number };
const noCounts = (): Counter => ({ hits: 0, stale: 0, offline: 0, misses: 0 });

/** L1: one person's answers, kept on their device. A store that fails only makes misses. */
export class L1Cache {
  readonly #deps: Deps;
  readonly #startedAtMs: number;
  /** Of what is stored, all but the values. */
  #index: Promise<Map<string, Facts>> | null = null;
  /** One after the other, or two of them would lose one's marks. */
  #marking: Promise<unknown> = Promise.resolve();
  readonly #counts: Record<Kind, Counter> = {
    feed: noCounts(),
    profile: noCounts(),
    settings: noCounts(),
    page: noCounts(),
  };
  #left = false;
  /** Of what was answered from here. */
  readonly #served = { bytes: 0, ageMsSum: 0 };

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#startedAtMs = deps.nowMs();
  }

  /** @throws what `ask` throws, when nothing is kept or the failure is not a missing connection. */
  async read<T>(key: string, kind: Kind, use: CacheUse<T>, ask: () => Promise<T>): Promise<T> {
    const counts = this.#counts[kind];
    if (use.mode === "network") {
      counts.misses++;
      return this.#askOrKept(key, use, ask, counts);
    }
    const kept = await this.#load(key);
    if (kept === undefined) {
      counts.misses++;
      return this.#askAndKeep(key, ask);
    }
    const startedAtMs = this.#startedAtMs;
    const now = { startedAtMs, nowMs: this.#deps.nowMs(), marks: await this.#marks() };
    const fresh = isFresh(kind, key, kept, now);
    if (fresh) counts.hits++;
    else counts.stale++;
    this.#wasServed(kept);
    const newer = fresh || use.mode === "kept" ? null : this.#askAndKeep(key, ask);
    newer?.catch(() => null);
    use.onKept?.({ atMs: kept.atMs, fresh, newer });
    return kept.value as T;
  }

  async #askOrKept<T>(
    key: string,
    use: CacheUse<T>,
    ask: () => Promise<T>,
    counts: Counter,
  ): Promise<T> {
    try {
      return await this.#askAndKeep(key, ask);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== "network") throw error;
      const kept = await this.#load(key);
      if (kept === undefined) throw error;
      counts.misses--;
      counts.stale++;
      counts.offline++;
      this.#wasServed(kept);
      use.onKept?.({ atMs: kept.atMs, fresh: false, newer: null });
      return kept.value as T;
    }
  }

  async #askAndKeep<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const askedAtMs = this.#deps.nowMs();
    try {
      const value = await ask();
      await this.#keep(key, value, askedAtMs);
      return value;
    } catch (error) {
      const gone = error instanceof ApiProblem && (error.status === 404 || error.status === 403);
      if (gone) await this.#drop([key]);
      throw error;
    }
  }

  /** What is kept, without a count: to build a screen again as it was. */
  async peek<T>(key: string): Promise<{ readonly value: T; readonly atMs: number } | null> {
    const kept = await this.#load(key);
    return kept === undefined ? null : { value: kept.value as T, atMs: kept.atMs };
  }

  /** Replaces the value of a kept answer by what has become of it since; its age stays. */
  async amend(key: string, value: unknown): Promise<void> {
    const kept = await this.#load(key);
    if (kept !== undefined) await this.#put(key, { ...kept, value, bytes: sizeOf(value) });
  }

  /** Takes it out of every kept answer, of screens that are not open too; their ages stay. */
  async withdraw(gone: Withdrawal): Promise<void> {
    const kept = await this.#deps.store.entries<Kept>().catch(() => []);
    for (const [key, { value }] of kept) {
      if (key === MARKS || withoutIt(key, value, gone) === value) continue;
      // What is kept by now may be newer than what was looked through.
      const last = await this.#load(key);
      const left = last === undefined ? null : withoutIt(key, last.value, gone);
      if (left === null) await this.#drop([key]);
      else await this.amend(key, left);
    }
  }

  /** Makes every answer whose key starts so doubtful: shown, and read again. */
  async expire(prefixes: readonly string[]): Promise<void> {
    if (prefixes.length === 0) return;
    const mark = async (): Promise<void> => {
      const marks = withMarks(await this.#marks(), prefixes, this.#deps.nowMs());
      if (this.#left) return;
      await this.#deps.store.set(MARKS, marks).catch(() => undefined);
    };
    this.#marking = this.#marking.then(mark);
    await this.#marking;
  }

  /** Read each time: another tab may have written. */
  async #marks(): Promise<Marks> {
    return (await this.#deps.store.get<Marks>(MARKS).catch(() => undefined)) ?? {};
  }

  /** The account has left: what was kept goes, and nothing is kept from here any more. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#index = Promise.resolve(new Map());
    await this.#deps.store.clear().catch(() => undefined);
  }

  get byKind(): Readonly<Record<Kind, CacheCounts>> {
    return structuredClone(this.#counts);
  }

  /** As `ClientOptions.cacheReport` tells them; those that nobody answered are among the stale. */
  totals(): TallyDelta {
    const { hits, stale, misses } = this.#sums();
    return { hits, stale, misses, ...this.#served };
  }

  async stats(): Promise<CacheStats> {
    const kept = [...(await this.#entries()).values()];
    return {
      ...this.#sums(),
      byKind: this.byKind,
      entries: kept.length,
      bytes: kept.reduce((n, entry) => n + entry.bytes, 0),
    };
  }

  #sums(): CacheCounts {
    const all = Object.values(this.#counts);
    const sum = (name: keyof CacheCounts): number => all.reduce((n, counts) => n + counts[name], 0);
    return {
      hits: sum("hits"),
      stale: sum("stale"),
      offline: sum("offline"),
      misses: sum("misses"),
    };
  }

  #wasServed({ bytes, atMs }: Kept): void {
    this.#served.bytes += bytes;
    this.#served.ageMsSum += this.#deps.nowMs() - atMs;
  }

  #keep(key: string, value: unknown, atMs: number): Promise<void> {
    return this.#put(key, { value, atMs, usedAtMs: this.#deps.nowMs(), bytes: sizeOf(value) });
  }

  async #put(key: string, kept: Kept): Promise<void> {
    const index = await this.#entries();
    if (this.#left) return;
    index.set(key, factsOf(kept));
    await this.#deps.store.set(key, kept).catch(() => undefined);
    const tooMany = surplus(index, this.#deps.nowMs());
    if (tooMany.length > 0) await this.#drop(tooMany);
  }

  /** Another tab may have kept it: the store is asked, whatever the index says. */
  async #load(key: string): Promise<Kept | undefined> {
    const kept = await this.#deps.store.get<Kept>(key).catch(() => undefined);
    const nowMs = this.#deps.nowMs();
    if (kept === undefined || nowMs - kept.atMs >= LIMITS.l1KeepMs) return undefined;
    // A read does not wait for the list of all entries, which only bounds need.
    void this.#index?.then((index) => index.set(key, { ...factsOf(kept), usedAtMs: nowMs }));
    return kept;
  }

  async #drop(keys: readonly string[]): Promise<void> {
    const index = await this.#entries();
    for (const key of keys) index.delete(key);
    await this.#deps.store.delete(keys).catch(() => undefined);
  }

  #entries(): Promise<Map<string, Facts>> {
    this.#index ??= this.#deps.store.entries<Kept>().then(
      (all) =>
        new Map(all.filter(([key]) => key !== MARKS).map(([key, kept]) => [key, factsOf(kept)])),
      () => new Map(),
    );
    return this.#index;
  }
}

/** About what it takes on disk. */
const sizeOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;
