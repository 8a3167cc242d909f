import { LIMITS } from "../limits.ts";
import {
  admit,
  type Breaker,
  type BreakerPolicy,
  closed,
  counted,
  isLater,
  isSameGeneration,
  settle,
} from "./breaker.ts";
import type { BreakerReport, Claim, RegionBreakers, Transition } from "./breaker-service.ts";

export interface RegionBreakersPorts {
  readonly policy: BreakerPolicy;
  /** Each change of state, as it happens: worth keeping. What is between two is not. */
  readonly changed: (transition: Transition) => void;
}

/** The breakers of one region's backends, for all its isolates. One that is not known is closed. */
export class RegionBreakerTable {
  readonly #ports: RegionBreakersPorts;
  /** Least recently used first. */
  readonly #breakers: Map<string, Breaker>;
  #history: readonly Transition[];

  constructor(ports: RegionBreakersPorts, kept: RegionBreakers = { breakers: {}, history: [] }) {
    this.#ports = ports;
    this.#breakers = new Map(Object.entries(kept.breakers));
    this.#history = kept.history;
  }

  claim(backend: string, known: Breaker, nowMs: number): Claim {
    const admission = admit(this.#merged(backend, known, nowMs), nowMs, this.#ports.policy);
    const breaker = this.#store(backend, admission.next, nowMs);
    return admission.allow
      ? { admitted: admission.admitted, retryAfterMs: 0, breaker }
      : { admitted: null, retryAfterMs: admission.retryAfterMs, breaker };
  }

  report({ backend, known, ended, probes }: BreakerReport, nowMs: number): Breaker {
    const { policy } = this.#ports;
    let breaker = this.#merged(backend, known, nowMs);
    // Calls of an earlier generation say nothing about this one.
    if (breaker.at === "closed" && breaker.trips === ended.trips)
      breaker = this.#store(backend, counted(breaker, ended, nowMs, policy), nowMs);
    for (const { admitted, outcome } of probes)
      breaker = this.#store(backend, settle(breaker, admitted, outcome, nowMs, policy), nowMs);
    return breaker;
  }

  read(): RegionBreakers {
    return { breakers: Object.fromEntries(this.#breakers), history: this.#history };
  }

  #merged(backend: string, known: Breaker, nowMs: number): Breaker {
    const own = this.#breakers.get(backend) ?? closed();
    return this.#store(backend, isLater(known, own) ? known : own, nowMs);
  }

  #store(backend: string, next: Breaker, atMs: number): Breaker {
    const before = this.#breakers.get(backend) ?? closed();
    this.#breakers.delete(backend);
    this.#breakers.set(backend, next);
    for (const oldest of this.#breakers.keys()) {
      if (this.#breakers.size <= LIMITS.breakerBackendsMax) break;
      this.#breakers.delete(oldest);
    }
    if (!isSameGeneration(before, next)) {
      const transition = { backend, from: before.at, to: next.at, trips: next.trips, atMs };
      this.#history = [...this.#history, transition].slice(-LIMITS.breakerHistoryMax);
      this.#ports.changed(transition);
    }
    return next;
  }
}
