import type { Clock, Random, Timer } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import { NO_HEDGES, withCall, withHedge } from "../resilience/hedge-budget.ts";
import { orLate } from "../resilience/or-late.ts";
import type { Defer, SharedBreaker } from "../resilience/shared-breaker.ts";
import { mayAsk, refused, taken, type Throttle, UNTHROTTLED } from "../resilience/throttle.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { Pool } from "./balance/pools.ts";
import {
  estimateMs,
  NO_ESTIMATE,
  observed,
  type ServiceEstimate,
} from "./balance/service-estimate.ts";
import { type Picked, Servers, type Wanted } from "./balance/servers.ts";
import type { Rows } from "./features.ts";
import { encodeRequest } from "./infer.ts";
import { Outwaited } from "./outwaited.ts";
import type { ProxyCounters } from "./proxy-stats.ts";
import {
  attempt,
  type Attempt,
  firstScored,
  meaningOf,
  type RankerAsk,
  type RankerQuestion,
  type Tried,
} from "./ranker-call.ts";
import type { RankReason } from "./service.ts";

export interface HeavyPolicy {
  /** Specification: 50 ms. */
  readonly callMs: number;
  readonly hedgeAfterMs: number;
  /** Of calls; 0: none. */
  readonly hedgeShare: number;
}

export interface HeavyPorts {
  readonly pools: readonly Pool[];
  readonly policy: HeavyPolicy;
  readonly ask: (question: RankerQuestion) => RankerAsk;
  /** Null: it did not answer. */
  readonly isReady: (server: string) => Promise<boolean | null>;
  readonly breakerFor: (region: Region, server: string) => SharedBreaker;
  readonly counters: Pick<ProxyCounters, "called" | "hedged" | "scored">;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
}

export interface HeavyQuestion {
  readonly region: Region;
  readonly viewerId: string;
  readonly model?: string;
  readonly schema: string;
  readonly rows: number;
  readonly matrices: Rows;
  /** Unix ms. */
  readonly untilMs: number;
  /** Nobody waits for the page. */
  readonly isAfterwards?: boolean;
  /** Of a sampled request. */
  readonly trace?: TraceContext;
}

export type HeavyAnswer =
  | { readonly ok: true; readonly model: string; readonly probabilities: Float32Array }
  | { readonly ok: false; readonly reason: RankReason };

/** Did its server fail in a way that another need not? */
const isWorthAnother = ({ kind }: Tried): boolean => kind === "error" || kind === "bad_answer";

/** The rankers, as one: balancing, breakers, timeouts and hedges are in here. */
export class HeavyRanker {
  readonly #ports: HeavyPorts;
  readonly servers: Servers;
  readonly #estimates = new Map<Region, ServiceEstimate>();
  readonly #throttles = new Map<Region, Throttle>();
  readonly outwaited: Outwaited;
  #budget = NO_HEDGES;

  constructor(ports: HeavyPorts) {
    this.#ports = ports;
    this.servers = new Servers(ports);
    this.outwaited = new Outwaited(ports);
  }

  /** Expected ms of a call of `rows` rows. */
  estimateMs(region: Region, rows: number): number {
    const estimate = this.#estimates.get(region) ?? NO_ESTIMATE;
    return estimateMs(estimate, rows, this.#ports.clock.nowMs());
  }

  /** One call, with at most one hedge, that ends by `untilMs`. */
  async score(question: HeavyQuestion, defer: Defer): Promise<HeavyAnswer> {
    const { policy } = this.#ports;
    const pools = this.servers.turn(question.region);
    if (pools.length === 0) return { ok: false, reason: "no_ranker" };
    this.#check(pools, defer);
    this.#budget = withCall(this.#budget, policy.hedgeShare);

    const picked = await this.servers.pick(pools, question);
    if (picked === null) {
      if (this.servers.areAway(pools)) return { ok: false, reason: "shed" };
      return { ok: false, reason: this.servers.mayWait(question) ? "breaker_open" : "no_time" };
    }
    if (!this.#mayAsk(question.region)) {
      picked.breaker.settle(picked.admitted, "neutral", defer);
      return { ok: false, reason: "shed" };
    }
    const tried = await this.#hedged(pools, picked, question, defer);
    this.#heard(question.region, tried.kind === "shed" ? refused : taken);
    if (tried.kind === "scored")
      this.#ports.counters.scored(tried.model, this.#ports.clock.nowMs());
    return tried.kind === "scored"
      ? { ok: true, model: tried.model, probabilities: tried.probabilities }
      : { ok: false, reason: meaningOf(tried).reason };
  }

  async #hedged(
    pools: readonly Pool[],
    picked: Picked,
    question: HeavyQuestion,
    defer: Defer,
  ): Promise<Tried> {
    const { clock, counters, policy, timer } = this.#ports;
    const body = encodeRequest(question.matrices);
    const begunMs = clock.nowMs();
    const leftMs = () =>
      Math.min(policy.callMs - (clock.nowMs() - begunMs), question.untilMs - clock.nowMs());
    const first = this.#call(picked, question, body, policy.callMs, defer);
    const early = await orLate(first.done, policy.hedgeAfterMs, timer, null);
    if (early !== null && !isWorthAnother(early)) return early;
    const other =
      leftMs() < LIMITS.rankCallMinMs ? null : this.#hedge(pools, question, picked.server);
    if (other === null) return first.done;

    const second = this.#call(other, question, body, leftMs(), defer);
    const tried = await firstScored([first, second]);
    // A cancelled call ends at once; its breaker and its server hear of it.
    defer(Promise.all([first.done, second.done]));
    // Without an answer, the first says why: the second never had its whole time.
    if (tried.kind !== "scored") return first.done;
    if (tried === (await second.done)) counters.hedged("won");
    return tried;
  }

  #hedge(pools: readonly Pool[], call: Wanted, first: string): Picked | null {
    if (this.#ports.policy.hedgeShare === 0) return null;
    const other = this.servers.pickHedge(pools, call, first);
    if (other === null) return null;
    const budget = withHedge(this.#budget);
    this.#ports.counters.hedged(budget === null ? "refused" : "sent");
    if (budget === null) return null;
    this.#budget = budget;
    return other;
  }

  /** @param callMs of its own time; the caller may have less, and then its end says nothing about the server. */
  #call(
    { server, breaker, admitted }: Picked,
    { region, viewerId, model, schema, rows, untilMs, trace, isAfterwards = false }: HeavyQuestion,
    body: RankerQuestion["body"],
    callMs: number,
    defer: Defer,
  ): Attempt {
    const { ask, clock, counters, policy, timer } = this.#ports;
    const begunMs = clock.nowMs();
    const limitMs = Math.max(0, Math.min(callMs, untilMs - begunMs));
    const late: Tried = { kind: limitMs >= policy.callMs ? "timeout" : "no_time" };
    this.servers.began(server, rows);
    const wish = {
      ...(model !== undefined && { model }),
      ...(trace !== undefined && { trace }),
    };
    const budget = { rows, budgetMs: limitMs };
    const asked = ask({ region, server, body, ...budget, viewerId, schema, ...wish });
    const onLate = () => {
      const isTimed = late.kind === "timeout" && !isAfterwards;
      const waiting = isTimed ? this.outwaited.wait(region, asked, begunMs) : null;
      if (waiting === null) asked.cancel();
      else defer(waiting);
    };
    const { done, cancel } = attempt(asked, limitMs, late, timer, onLate);
    const settled = done.then((tried) => {
      const { outcome, news } = meaningOf(tried);
      breaker.settle(admitted, outcome, defer);
      this.servers.ended(server, rows, news);
      counters.called(tried.kind);
      if (tried.kind === "scored" || tried.kind === "timeout")
        this.#observe(region, rows, clock.nowMs() - begunMs);
      return tried;
    });
    return { done: settled, cancel };
  }

  /** Rankers that refuse are spared a part of what they would refuse. */
  #mayAsk(region: Region): boolean {
    const { clock, counters, random } = this.#ports;
    const isAllowed = mayAsk(this.#throttles.get(region) ?? UNTHROTTLED, clock.nowMs(), random);
    if (isAllowed) return true;
    this.#heard(region, refused);
    counters.called("throttled");
    return false;
  }

  #heard(region: Region, how: typeof taken): void {
    const before = this.#throttles.get(region) ?? UNTHROTTLED;
    this.#throttles.set(region, how(before, this.#ports.clock.nowMs()));
  }

  #observe(region: Region, rows: number, tookMs: number): void {
    const before = this.#estimates.get(region) ?? NO_ESTIMATE;
    this.#estimates.set(region, observed(before, rows, tookMs, this.#ports.clock.nowMs()));
  }

  /** Whoever is not asked anyway is asked whether it is ready, beside a request: nothing runs here without one. */
  #check(pools: readonly Pool[], defer: Defer): void {
    const server = this.servers.toCheck(pools);
    if (server === null) return;
    const { isReady, timer } = this.#ports;
    const tell = async () => {
      const ready = await orLate(isReady(server), LIMITS.healthTimeoutMs, timer, null);
      const kind = ready === null ? "silent" : ready ? "ready" : "draining";
      this.servers.ended(server, 0, { kind });
    };
    defer(tell());
  }
}
