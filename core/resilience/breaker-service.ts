import type { Region } from "../regions/regions.ts";
import type { Admitted, Breaker, Ended, Outcome } from "./breaker.ts";

/** The region's word on one call. */
export interface Claim {
  /** Null: not now. */
  readonly admitted: Admitted | null;
  /** When to ask again; 0 with a call let through. */
  readonly retryAfterMs: number;
  readonly breaker: Breaker;
}

/** What happened in one isolate since its last report. */
export interface BreakerReport {
  readonly backend: string;
  /** What the isolate takes the breaker to be: the later of both counts from then on. */
  readonly known: Breaker;
  /** Calls of the closed generation `trips`. */
  readonly ended: Ended & { readonly trips: number };
  readonly probes: readonly { readonly admitted: Admitted; readonly outcome: Outcome }[];
}

/** A breaker changed its state. */
export interface Transition {
  readonly backend: string;
  readonly from: Breaker["at"];
  readonly to: Breaker["at"];
  readonly trips: number;
  /** Unix ms. */
  readonly atMs: number;
}

export interface RegionBreakers {
  readonly breakers: Readonly<Record<string, Breaker>>;
  /** Oldest first, bounded. */
  readonly history: readonly Transition[];
}

/**
 * RPC contract of the object that shares a region's breakers between its isolates. They decide by
 * themselves while nothing is wrong; it adds up their failures, and alone lets probes through.
 */
export interface RankBreakerService {
  /** May one call go to `backend`, which the caller knows as `known`? */
  claim(backend: string, known: Breaker): Promise<Claim>;
  /** @returns what the region knows of the backend. */
  report(report: BreakerReport): Promise<Breaker>;
  read(): Promise<RegionBreakers>;
}

const PREFIX = "rank-breaker:";
export const rankBreakerName = (region: Region): string => `${PREFIX}${region}`;
/** The region of an object with this name; of another name: none that exists. */
export const rankBreakerRegion = (name: string): Region => name.slice(PREFIX.length);
