import type { Clock, Timer } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import {
  admit,
  type Admitted,
  type Breaker,
  type BreakerPolicy,
  closed,
  isLater,
  isSameGeneration,
  type Outcome,
  settle,
} from "./breaker.ts";
import type { BreakerReport, RankBreakerService, Transition } from "./breaker-service.ts";
import { orLate } from "./or-late.ts";

export interface SharedBreakerPorts {
  readonly policy: BreakerPolicy;
  readonly clock: Clock;
  readonly timer: Timer;
  /** The region's object; null: nobody shares, and the isolate is by itself. */
  readonly region: RankBreakerService | null;
  readonly changed: (transition: Transition) => void;
}

/** Keeps what a request set going alive beyond its answer, as `waitUntil` does. */
export type Defer = (work: Promise<unknown>) => void;

/**
 * One isolate's breaker of one backend. While it is closed it decides alone, without a hop, and reports
 * failures afterwards. Once it is open the region's object alone lets probes through, so that any number
 * of isolates send three. Where the region does not answer in time, the isolate goes on alone: a lost
 * object costs more probes, never an answer.
 */
export class SharedBreaker {
  readonly #backend: string;
  readonly #ports: SharedBreakerPorts;
  #breaker: Breaker = closed();
  /** Unix ms of the last success or word of the region: since then it may have opened without us. */
  #heardMs = Number.NEGATIVE_INFINITY;
  /** Unix ms before which the region is not asked again. Set before a question, it also keeps others from asking. */
  #askAtMs = 0;
  #ended = { calls: 0, failures: 0 };
  #probes: BreakerReport["probes"] = [];
  /** Unix ms until when a report is taken to be under way; the request that sends it may have died. */
  #reportingUntilMs = 0;

  constructor(backend: string, ports: SharedBreakerPorts) {
    this.#backend = backend;
    this.#ports = ports;
  }

  get breaker(): Breaker {
    return this.#breaker;
  }

  /** Could `admit` let a call through now, as far as this isolate knows? */
  mayAdmit(): boolean {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#breaker.at === "closed") return true;
    if (this.#ports.region !== null && nowMs < this.#askAtMs) return false;
    // Of slots, the region knows: this isolate's copy is as old as its last question.
    if (this.#ports.region !== null && this.#breaker.at === "half-open") return true;
    return admit(this.#breaker, nowMs, this.#ports.policy).allow;
  }

  /** Would `admit` wait for the region now? Only after a silence, or to probe. */
  mustAsk(): boolean {
    const { clock, policy, region } = this.#ports;
    const nowMs = clock.nowMs();
    // All who come after a silence wait for the region; where it is silent itself, nobody for a while.
    if (region === null || nowMs < this.#askAtMs) return false;
    return this.#breaker.at !== "closed" || nowMs - this.#heardMs >= policy.windowMs;
  }

  /** @returns null: not now. Waits for the region for `breakerAskMs` at most. */
  async admit(): Promise<Admitted | null> {
    const { clock, region } = this.#ports;
    if (!this.mayAdmit()) return null;
    if (region === null || !this.mustAsk()) return this.#alone();
    if (this.#breaker.at !== "closed") this.#askAtMs = clock.nowMs() + LIMITS.breakerAskAgainMs;
    return this.#ask(region);
  }

  /** @param defer sends what the region is to know. */
  settle(admitted: Admitted, outcome: Outcome, defer: Defer): void {
    const { clock, policy, region } = this.#ports;
    if (outcome === "success") this.#heardMs = clock.nowMs();
    const isCurrent = admitted.at === this.#breaker.at && admitted.trips === this.#breaker.trips;
    if (isCurrent && admitted.probe === null && outcome !== "neutral") {
      this.#ended.calls++;
      this.#ended.failures += outcome === "failure" ? 1 : 0;
    }
    this.#become(settle(this.#breaker, admitted, outcome, clock.nowMs(), policy));
    if (region === null) return;
    if (admitted.probe !== null)
      this.#probes = [...this.#probes, { admitted, outcome }].slice(-LIMITS.breakerReportMax);
    const isNews = admitted.probe !== null || (isCurrent && outcome === "failure");
    if (isNews && clock.nowMs() >= this.#reportingUntilMs) defer(this.#report(region));
  }

  #alone(): Admitted | null {
    const admission = admit(this.#breaker, this.#ports.clock.nowMs(), this.#ports.policy);
    this.#become(admission.next);
    return admission.allow ? admission.admitted : null;
  }

  async #ask(region: RankBreakerService): Promise<Admitted | null> {
    const { clock, timer } = this.#ports;
    const asked = region.claim(this.#backend, this.#breaker);
    const claim = await orLate(asked, LIMITS.breakerAskMs, timer, null);
    if (claim === null) {
      this.#askAtMs = clock.nowMs() + LIMITS.breakerAskAgainMs;
      return this.#alone();
    }
    this.#heardMs = clock.nowMs();
    this.#adopt(claim.breaker);
    if (claim.admitted !== null) this.#askAtMs = 0;
    return claim.admitted;
  }

  /** What ends meanwhile goes with the next one; a report that is lost is not sent again. */
  async #report(region: RankBreakerService): Promise<void> {
    const { clock, timer } = this.#ports;
    do {
      this.#reportingUntilMs = clock.nowMs() + LIMITS.breakerReportMs;
      const report: BreakerReport = {
        backend: this.#backend,
        known: this.#breaker,
        ended: { ...this.#ended, trips: this.#breaker.trips },
        probes: this.#probes,
      };
      this.#ended = { calls: 0, failures: 0 };
      this.#probes = [];
      const told = region.report(report);
      const breaker = await orLate(told, LIMITS.breakerReportMs, timer, null);
      if (breaker === null) break;
      this.#heardMs = clock.nowMs();
      this.#adopt(breaker);
    } while (this.#hasNews());
    this.#reportingUntilMs = 0;
  }

  #hasNews(): boolean {
    return this.#ended.failures > 0 || this.#probes.length > 0;
  }

  /** In half-open the region alone knows every probe; otherwise what is further along counts. */
  #adopt(regional: Breaker): void {
    const isProbing = regional.at === "half-open" && isSameGeneration(regional, this.#breaker);
    if (isProbing || isLater(regional, this.#breaker)) this.#become(regional);
  }

  #become(next: Breaker): void {
    const before = this.#breaker;
    this.#breaker = next;
    if (isSameGeneration(before, next)) return;
    this.#ended = { calls: 0, failures: 0 };
    const { backend, atMs } = { backend: this.#backend, atMs: this.#ports.clock.nowMs() };
    this.#ports.changed({ backend, from: before.at, to: next.at, trips: next.trips, atMs });
  }
}
