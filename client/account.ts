import { cacheReporter } from "./cache-report.ts";
import { type Client, createClient } from "./client.ts";
import { L1Cache } from "./l1/l1-cache.ts";
import type { KeyValueStore } from "./storage/port.ts";
import type { TicketStore } from "./ticket.ts";
import type { ClientOptions } from "./transport.ts";

export interface AccountOptions extends Omit<
  ClientOptions,
  "token" | "cache" | "cacheReport" | "ticketStore"
> {
  readonly userId: string;
  readonly token: string;
  /** Both of this person only. */
  readonly pages: KeyValueStore;
  readonly tickets: TicketStore;
  readonly nowMs: () => number;
}

/**
 * One person on a device, from when they are there until they leave: what speaks for them, and what
 * is kept for them. Whoever holds it goes on as this person, whoever is there meanwhile.
 */
export class Account {
  readonly userId: string;
  readonly client: Client;
  readonly cache: L1Cache;
  readonly #tickets: TicketStore;
  readonly #left = new AbortController();
  #token: string;

  constructor({ userId, token, pages, tickets, nowMs, ...options }: AccountOptions) {
    this.userId = userId;
    this.#token = token;
    this.#tickets = tickets;
    const cache = new L1Cache({ store: pages, nowMs });
    this.cache = cache;
    this.client = createClient({
      ...options,
      token: () => this.#token,
      cache: () => cache,
      cacheReport: cacheReporter(() => cache.totals(), nowMs),
      ticketStore: tickets,
    });
  }

  get token(): string {
    return this.#token;
  }

  /** The same person has signed in again. */
  renew(token: string): void {
    this.#token = token;
  }

  /** Aborted when they leave. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** Ends what is under way, and forgets what they read; what they wrote is the outbox's. */
  async leave(): Promise<void> {
    this.client.transport.stop();
    this.#left.abort();
    this.#tickets.save(null);
    await this.cache.leave();
  }
}
