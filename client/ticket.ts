import { LIMITS } from "../core/limits.ts";

/** Keeps the tickets between page loads; without it a reload may miss the last write for a while. */
export interface TicketStore {
  /** As it was saved; one ticket alone is fine too. */
  load(): string | null;
  /** null: forgotten. */
  save(tickets: string | null): void;
}

/**
 * Tickets are opaque, so they cannot be merged here: the server does it. Together these say all that
 * was seen.
 */
export interface Held {
  /** Of answers that came here, and that no later answer covers. */
  readonly own: readonly string[];
  /** Of writes that others sent; newest last. */
  readonly heard: readonly string[];
}

/** An answer covers what its request carried, and replaces exactly that. */
export function afterAnswer(held: Held, carried: readonly string[], ticket: string): Held {
  // One that was carried and came back says no more than it did, to whatever replaced it meanwhile.
  const nothingNew = carried.includes(ticket);
  const left = (tickets: readonly string[]): string[] =>
    tickets.filter((known) => (known === ticket ? nothingNew : !carried.includes(known)));
  const own = left(held.own);
  return { own: nothingNew ? own : [...own, ticket], heard: left(held.heard) };
}

/**
 * Another tab or the service worker has sent a write. Beyond the bound the oldest goes: who sends a
 * write has heard of those before, and its own ticket covers them.
 */
export function afterWord({ own, heard }: Held, ticket: string): Held {
  if (own.includes(ticket) || heard.includes(ticket)) return { own, heard };
  return { own, heard: [...heard, ticket].slice(-LIMITS.ticketsHeardMax) };
}

/** Each answer may leave one ticket more, except to a request that goes alone: it carries them all. */
export const mayLeave = ({ own }: Held, underWay: number): boolean =>
  underWay === 0 || own.length + underWay < LIMITS.ticketsOwnMax;

export const ticketsOf = ({ own, heard }: Held): string[] =>
  [...heard, ...own].slice(-LIMITS.ticketsMax);

export const joinTickets = (tickets: readonly string[]): string | null =>
  tickets.length === 0 ? null : tickets.join(",");

export function heldFrom(text: string | null): Held {
  const tickets = text === null || text === "" ? [] : text.split(",").slice(-LIMITS.ticketsMax);
  const own = tickets.slice(-LIMITS.ticketsOwnMax);
  return { own, heard: tickets.slice(0, tickets.length - own.length) };
}

/** What one client has seen, and which of its requests may go. */
export class Tickets {
  #held: Held;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #store: TicketStore | undefined;
  #ofLastWrite: string | null = null;

  constructor(store?: TicketStore) {
    this.#store = store;
    this.#held = heldFrom(store?.load() ?? null);
  }

  /** For the next request. */
  get all(): readonly string[] {
    return ticketsOf(this.#held);
  }

  /** It covers all that this client had seen when its last write left. */
  get ofLastWrite(): string | null {
    return this.#ofLastWrite;
  }

  /**
   * Before a request, which then calls `returned`. null: it may leave at once; otherwise when this
   * resolves. One that cannot wait, since its page is closing, need not.
   */
  leave(isUrgent: boolean): Promise<void> | null {
    if (isUrgent || mayLeave(this.#held, this.#underWay)) {
      this.#underWay++;
      return null;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** After its answer was accepted, or when there will be none. */
  returned(): void {
    this.#underWay--;
    while (mayLeave(this.#held, this.#underWay)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#underWay++;
      next();
    }
  }

  /** The ticket of an answer, to a request that carried those. */
  accept(ticket: string, carried: readonly string[], isWrite: boolean): void {
    if (isWrite) this.#ofLastWrite = ticket;
    this.#keep(afterAnswer(this.#held, carried, ticket));
  }

  hear(text: string): void {
    this.#keep(ticketsOf(heldFrom(text)).reduce(afterWord, this.#held));
  }

  #keep(held: Held): void {
    const before = joinTickets(this.all);
    this.#held = held;
    const now = joinTickets(this.all);
    if (now !== before) this.#store?.save(now);
  }
}
