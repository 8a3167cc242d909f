import type { FailureName } from "../telemetry/events.ts";
import type { Clock, Sleep } from "../clock.ts";
import { LruMap } from "../lru.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import type { Region } from "../regions/regions.ts";
import { Counted, type PageOutcome } from "./counted.ts";
import { Evaluator } from "./evaluator.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import { EMPTY } from "./register.ts";
import type { Exchange, ExchangeAnswer } from "./service.ts";

export interface FollowedPorts {
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Ends within a bounded time; may reject. */
  readonly exchange: (region: Region, exchange: Exchange) => Promise<ExchangeAnswer>;
  readonly report: (event: FailureName, error: unknown) => void;
}

/** Roughly what an entry of a map takes beside its text. */
const ENTRY_BYTES = 64;

/** Where it is counted what became of a request. */
export interface Watch {
  page(outcome: PageOutcome): void;
  /** A reaction, a comment or a repost. */
  engaged(): void;
}
const UNWATCHED: Watch = { page: () => {}, engaged: () => {} };

/**
 * What one isolate knows of all rollouts, and what it has counted for them: both go over one small call a
 * second, after an answer, so that a request in steady traffic never waits for it. After a silence the
 * first request does, for a moment: otherwise it would have what was killed meanwhile. When the
 * register is away, what is known goes on: nobody could have changed it.
 */
export class FollowedRollouts {
  readonly #ports: FollowedPorts;
  readonly #counted = new Counted();
  /** Of those who are in a rollout of a model, which one gave their last page of this isolate its order. */
  readonly #modelOf = new LruMap<string, string | null>(ROLLOUT_LIMITS.rolloutPagesBytesMax);
  #evaluator = new Evaluator(EMPTY);
  #revision: number | null = null;
  /** Unix ms. */
  #triedMs = Number.NEGATIVE_INFINITY;
  readonly #exchanging = new OneAtATime();
  /** Whether the exchange under way is one that requests wait for, since it ends a silence. */
  #isWaking = false;

  constructor(ports: FollowedPorts) {
    this.#ports = ports;
  }

  get evaluator(): Evaluator {
    return this.#evaluator;
  }

  /** Of the document that flags are evaluated by; null: none was had yet. */
  get revision(): number | null {
    return this.#revision;
  }

  /** Counts for what a viewer is in now, whatever becomes of it while the request is under way. */
  watch(viewer: string | null, region: Region): Watch {
    if (viewer === null) return UNWATCHED;
    const exposures = this.#evaluator.exposures(viewer, region);
    if (exposures.length === 0) return UNWATCHED;
    return {
      page: (outcome) => {
        if (exposures.some(({ model }) => model !== undefined)) this.#remember(viewer, outcome);
        this.#counted.page(exposures, viewer, outcome);
      },
      engaged: () => this.#counted.engaged(exposures, viewer, this.#modelOf.get(viewer) ?? null),
    };
  }

  /** A page that failed is none: whoever acts then does so on the one before. */
  #remember(viewer: string, { failed, ranker }: PageOutcome): void {
    if (failed) return;
    const model = ranker.at === "scored" ? ranker.model : null;
    this.#modelOf.set(viewer, model, 2 * (viewer.length + (model?.length ?? 0)) + ENTRY_BYTES);
  }

  /** null: what is known is fresh enough. Otherwise resolves when it is, or after a moment. */
  ready(region: Region): Promise<void> | null {
    if (this.#isBeingWoken) return this.#untilAwake();
    if (this.#sinceMs() < ROLLOUT_LIMITS.rolloutStaleMs) return null;
    return this.#wake(region);
  }

  get #isBeingWoken(): boolean {
    return this.#isWaking && this.#exchanging.isUnderWay(this.#ports.clock.nowMs());
  }

  async #wake(region: Region): Promise<void> {
    this.#isWaking = true;
    const { sleep } = this.#ports;
    await Promise.race([this.exchange(region), sleep(ROLLOUT_LIMITS.rolloutWaitMs)]);
    this.#isWaking = false;
  }

  /** Looks now and then instead of waiting for another request's promise: see `OneAtATime`. */
  async #untilAwake(): Promise<void> {
    const { rolloutAwakeLookMs, rolloutWaitMs } = ROLLOUT_LIMITS;
    for (let ms = 0; ms < rolloutWaitMs && this.#isBeingWoken; ms += rolloutAwakeLookMs)
      await this.#ports.sleep(rolloutAwakeLookMs);
  }

  /** Whether the last exchange was long enough ago for another. */
  get isDue(): boolean {
    const isUnderWay = this.#exchanging.isUnderWay(this.#ports.clock.nowMs());
    return !isUnderWay && this.#sinceMs() >= ROLLOUT_LIMITS.rolloutPollMs;
  }

  /** At once where one is under way. Never rejects. Counts that did not arrive are lost: sent again, they might count twice. */
  exchange(region: Region): Promise<void> {
    return this.#exchanging.run(this.#ports.clock.nowMs(), () => this.#exchange(region));
  }

  async #exchange(region: Region): Promise<void> {
    const { clock, exchange, report } = this.#ports;
    this.#triedMs = clock.nowMs();
    try {
      const deltas = this.#counted.take();
      const { document } = await exchange(region, { revision: this.#revision, deltas });
      // Another region's copy may be behind the one that was asked before.
      if (document === null || document.revision <= (this.#revision ?? -1)) return;
      this.#evaluator = new Evaluator(document);
      this.#revision = document.revision;
    } catch (error) {
      report("rollouts_unknown", error);
    }
  }

  /** A clock that was set back makes an exchange due. */
  #sinceMs(): number {
    const sinceMs = this.#ports.clock.nowMs() - this.#triedMs;
    return sinceMs < 0 ? Number.POSITIVE_INFINITY : sinceMs;
  }
}
