import type { Clock } from "../clock.ts";
import type { FailureName } from "../telemetry/events.ts";
import { SLO_LIMITS } from "./limits.ts";
import type { Message } from "./webhook-message.ts";

/** How deliveries go. Plain JSON; times are Unix ms. */
export interface OutboxState {
  /** Failures of the oldest message so far. */
  readonly tries: number;
  /** When it is tried next. */
  readonly dueMs: number;
  readonly delivered: number;
  /** Tries that failed, and messages that were given up, or went since too many waited. */
  readonly failures: number;
  readonly lost: number;
  readonly lastDeliveredMs: number | null;
  readonly lastFailure: { readonly atMs: number; readonly why: string } | null;
}

const FRESH: OutboxState = {
  tries: 0,
  dueMs: 0,
  delivered: 0,
  failures: 0,
  lost: 0,
  lastDeliveredMs: null,
  lastFailure: null,
};

/** Messages in order, each with a number that grows. */
export interface OutboxRows {
  load(): OutboxState | null;
  save(state: OutboxState): void;
  oldest(): (Message & { readonly seq: number }) | null;
  append(message: Message): void;
  remove(seq: number): void;
  waiting(): number;
}

export interface OutboxPorts {
  readonly clock: Clock;
  readonly rows: OutboxRows;
  /** Ends within a bounded time and never rejects. @returns null, or why it was not taken. */
  readonly send: (message: Message) => Promise<string | null>;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * Messages for the webhook, one after the other: a receiver must not hear that an alert is over before it
 * heard of it. Each is sent at least once, or given up after many tries. A receiver that is away holds back what
 * comes after; since it is the only one, nobody else waits.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  #state: OutboxState;
  #flushing: Promise<void> | null = null;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#state = ports.rows.load() ?? FRESH;
  }

  add(message: Message): void {
    const { rows, report } = this.#ports;
    if (message.body.length > SLO_LIMITS.deliveryCharsMax) {
      report("alert_message_too_large", message.id);
      return this.#save({ lost: this.#state.lost + 1 });
    }
    rows.append(message);
    const oldest = rows.waiting() > SLO_LIMITS.deliveriesMax ? rows.oldest() : null;
    if (oldest !== null) this.#lose(oldest, "too many wait");
  }

  /** When `flush` has something to do; null: nothing waits. */
  get dueMs(): number | null {
    return this.#ports.rows.waiting() === 0 ? null : this.#state.dueMs;
  }

  get state(): OutboxState & { readonly waiting: number } {
    return { ...this.#state, waiting: this.#ports.rows.waiting() };
  }

  /** Sends what is due, a bounded number. Never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const { clock, rows } = this.#ports;
    for (let sent = 0; sent < SLO_LIMITS.deliveriesPerAlarm; sent++) {
      const next = rows.oldest();
      if (next === null || this.#state.dueMs > clock.nowMs()) return;
      const failure = await this.#ports.send(next);
      if (failure === null) this.#delivered(next.seq);
      else this.#failed(next, failure);
    }
  }

  #delivered(seq: number): void {
    this.#ports.rows.remove(seq);
    const delivered = this.#state.delivered + 1;
    this.#save({ tries: 0, dueMs: 0, delivered, lastDeliveredMs: this.#ports.clock.nowMs() });
  }

  #failed(message: Message & { readonly seq: number }, why: string): void {
    const atMs = this.#ports.clock.nowMs();
    const tries = this.#state.tries + 1;
    const failures = this.#state.failures + 1;
    const short = why.slice(0, SLO_LIMITS.deliveryErrorCharsMax);
    this.#save({
      tries,
      failures,
      dueMs: atMs + deliveryWaitMs(tries),
      lastFailure: { atMs, why: short },
    });
    this.#ports.report("alert_not_delivered", `${message.id}, try ${tries}: ${short}`);
    if (tries >= SLO_LIMITS.deliveryTriesMax) this.#lose(message, "too many tries");
  }

  #lose({ seq, id }: Message & { readonly seq: number }, why: string): void {
    this.#ports.rows.remove(seq);
    // The next one keeps the wait: the receiver is the same.
    this.#save({ tries: 0, lost: this.#state.lost + 1 });
    this.#ports.report("alert_message_lost", `${id}: ${why}`);
  }

  #save(change: Partial<OutboxState>): void {
    this.#state = { ...this.#state, ...change };
    this.#ports.rows.save(this.#state);
  }
}

/** Wait after the nth failure, ms. */
export const deliveryWaitMs = (tries: number): number =>
  Math.min(SLO_LIMITS.deliveryRetryMs * 2 ** (tries - 1), SLO_LIMITS.deliveryRetryMaxMs);
