/** As the specification names its parameters. */
const FAILURE_THRESHOLD = 5;
const OPEN_DURATION = 30_000;
const SUCCESS_THRESHOLD = 2;
/** Extension "sliding window": "5 failures in 10 seconds" are those of the last 10 s. */
const WINDOW = 10_000;
/** Extension "probe cap": half_open_requests, which the pseudocode never reads. */
const HALF_OPEN_REQUESTS = 3;
/** Extension "lost probe": a probe that has not come back by then has no slot. */
const PROBE_MS = 1_000;

interface Call {
  readonly startedIn: number;
  readonly startedAt: number;
  readonly isProbe: boolean;
}

/**
 * `call_with_circuit_breaker` of the specification, cut where it waits for the service: `start` is what
 * happens before, `finish` what happens after. Where it leaves something open, an extension says so:
 *
 * - sliding window: `recent_failures` are those of the last 10 s;
 * - probe cap: at most 3 calls are under way in HALF_OPEN, others get the fallback at once;
 * - lost probe: one that does not come back gives up its slot after 1 s, and its result is not looked at;
 * - generation: a result that comes after the state has changed is not recorded;
 * - neutral: a cancellation or a 4xx is neither `record_success` nor `record_failure`;
 * - counting: `record_success` counts `half_open_successes`, which start at 0 in each HALF_OPEN;
 * - reset: `reset_counters` forgets recent failures too, as does opening.
 */
export class SpecifiedBreaker {
  state: "CLOSED" | "OPEN" | "HALF_OPEN" = "CLOSED";
  #openSince = 0;
  #recentFailures: number[] = [];
  #halfOpenSuccesses = 0;
  #inFlight = new Set<Call>();
  /** Grows with each change of `state`. */
  #generation = 0;

  /** @returns null: the fallback answers. */
  start(now: number): Call | null {
    if (this.state === "OPEN") {
      if (this.#openSince + OPEN_DURATION < now) this.#become("HALF_OPEN");
      else return null;
    }
    const isProbe = this.state === "HALF_OPEN";
    if (isProbe && this.probesAt(now) >= HALF_OPEN_REQUESTS) return null;
    const call = { startedIn: this.#generation, startedAt: now, isProbe };
    this.#inFlight.add(call);
    return call;
  }

  finish(call: Call, result: "success" | "failure" | "neutral", now: number): void {
    this.#inFlight.delete(call);
    if (call.startedIn !== this.#generation) return;
    if (call.isProbe && now - call.startedAt >= PROBE_MS) return;
    if (result === "success") {
      if (this.state !== "HALF_OPEN") return;
      this.#halfOpenSuccesses++;
      if (this.#halfOpenSuccesses >= SUCCESS_THRESHOLD) this.#become("CLOSED");
    }
    if (result === "failure") {
      this.#recentFailures.push(now);
      this.#recentFailures = this.#recentFailures.filter((at) => now - at < WINDOW);
      const failedOften = this.#recentFailures.length >= FAILURE_THRESHOLD;
      if (this.state === "HALF_OPEN" || failedOften) {
        this.#become("OPEN");
        this.#openSince = now;
      }
    }
  }

  /** Probes that hold a slot. */
  probesAt(now: number): number {
    return [...this.#inFlight].filter(
      (call) =>
        call.isProbe && call.startedIn === this.#generation && now - call.startedAt < PROBE_MS,
    ).length;
  }

  #become(state: SpecifiedBreaker["state"]): void {
    this.state = state;
    this.#generation++;
    this.#recentFailures = [];
    this.#halfOpenSuccesses = 0;
  }
}
