import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import type { Breaker } from "../resilience/breaker.ts";
import type { RegionBreakers, Transition } from "../resilience/breaker-service.ts";
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
  readonly #hedges = { sent: 0, won: 0, refused: 0 };
  #transitions: ProxyStats["transitions"] = [];

  answered({ mode, reason }: Pick<RankAnswer, "mode" | "reason">): void {
    this.#modes[mode] = (this.#modes[mode] ?? 0) + 1;
    more(this.#reasons, `${mode} ${reason satisfies RankReason}`);
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

  read(): Pick<ProxyStats, "counts" | "transitions"> {
    return {
      counts: {
        modes: { ...this.#modes },
        reasons: { ...this.#reasons },
        calls: { ...this.#calls },
        hedges: { ...this.#hedges },
      },
      transitions: this.#transitions,
    };
  }
}

const more = (counts: Counts, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};
