import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import type { Breaker } from "../resilience/breaker.ts";
import type { RegionBreakers, Transition } from "../resilience/breaker-service.ts";
import type { Pool } from "./balance/pools.ts";
import type { ServerHealth } from "./balance/server-health.ts";
import type { RankAnswer, RankMode, RankReason } from "./service.ts";

/** Since the isolate began. */
export interface ProxyCounts {
  readonly modes: Readonly<Partial<Record<RankMode, number>>>;
  /** By mode and reason, `light-model timeout`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Requests to rankers, by how they ended. */
  readonly calls: Readonly<Record<string, number>>;
  /** Second requests: sent, of use, and not within the budget. */
  readonly hedges: { readonly sent: number; readonly won: number; readonly refused: number };
}

export interface ServerStats {
  readonly server: string;
  readonly health: ServerHealth;
}

/** What one isolate of the proxy knows, and what its regions' objects do. */
export interface ProxyStats {
  /** Names the isolate: counts begin anew with each. */
  readonly isolate: string;
  readonly counts: ProxyCounts;
  /** Version of the light model; null: none that can be used. */
  readonly lightModel: string | null;
  readonly cachedViewers: number;
  readonly pools: readonly Pool[];
  /** Versions that rankers answered with, the newest heard first. */
  readonly models: readonly {
    readonly model: string;
    readonly answers: number;
    /** Unix ms. */
    readonly lastMs: number;
  }[];
  readonly servers: readonly ServerStats[];
  /** By region and server: what this isolate decides by. */
  readonly breakers: readonly {
    readonly region: Region;
    readonly server: string;
    readonly breaker: Breaker;
  }[];
  /** Of this isolate, oldest first, bounded. */
  readonly transitions: readonly (Transition & { readonly region: Region })[];
  /** Null: the object did not answer. */
  readonly regions: Readonly<Record<Region, RegionBreakers | null>>;
}

/** RPC contract for the operator, beside `RankingService`. */
export interface RankingStatsService {
  stats(): Promise<ProxyStats>;
}

type Counts = Record<string, number>;

/** Counters of one isolate. */
export class ProxyCounters {
  readonly #modes: Partial<Record<RankMode, number>> = {};
  readonly #reasons: Counts = {};
  readonly #calls: Counts = {};
  readonly #models = new Map<string, { answers: number; lastMs: number }>();
  readonly #hedges = { sent: 0, won: 0, refused: 0 };
  #transitions: ProxyStats["transitions"] = [];

  answered({ mode, reason }: Pick<RankAnswer, "mode" | "reason">): void {
    this.#modes[mode] = (this.#modes[mode] ?? 0) + 1;
    more(this.#reasons, `${mode} ${reason satisfies RankReason}`);
  }

  /** A ranker answered with this version. */
  scored(model: string, nowMs: number): void {
    const before = this.#models.get(model)?.answers ?? 0;
    // Last in the map is last heard: the one that was heard longest ago gives way.
    this.#models.delete(model);
    this.#models.set(model, { answers: before + 1, lastMs: nowMs });
    const [oldest] = this.#models.keys();
    if (this.#models.size > LIMITS.rankModelsShown && oldest !== undefined)
      this.#models.delete(oldest);
  }

  called(kind: string): void {
    more(this.#calls, kind);
  }

  hedged(what: "sent" | "won" | "refused"): void {
    this.#hedges[what]++;
  }

  changed(region: Region, transition: Transition): void {
    const all = [...this.#transitions, { ...transition, region }];
    this.#transitions = all.slice(-LIMITS.breakerHistoryMax);
  }

  read(): Pick<ProxyStats, "counts" | "models" | "transitions"> {
    return {
      counts: {
        modes: { ...this.#modes },
        reasons: { ...this.#reasons },
        calls: { ...this.#calls },
        hedges: { ...this.#hedges },
      },
      models: [...this.#models].toReversed().map(([model, heard]) => ({ model, ...heard })),
      transitions: this.#transitions,
    };
  }
}

const more = (counts: Counts, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};
