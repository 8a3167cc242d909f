/** Keeps the ticket between page loads; without it a reload may miss the last write for a while. */
export interface TicketStore {
  load(): string | null;
  /** null: forgotten. */
  save(ticket: string | null): void;
}

/**
 * The newest ticket. Tickets are opaque, so two of them cannot be merged here: an answer
 * to a request that did not carry the current one replaces it only after a write, whose
 * result the next read must include. Writes go one at a time, so none of theirs is lost.
 */
export class Ticket {
  #current: string | null;
  #generation = 0;
  readonly #store: TicketStore | undefined;

  constructor(store?: TicketStore) {
    this.#store = store;
    this.#current = store?.load() ?? null;
  }

  get current(): string | null {
    return this.#current;
  }

  /** Call when a request is sent; pass the answer to `accept`. */
  get generation(): number {
    return this.#generation;
  }

  accept(ticket: string | null, sentAt: number, write: boolean): void {
    if (ticket === null || ticket === this.#current) return;
    if (sentAt !== this.#generation && !write) return;
    this.#current = ticket;
    this.#generation++;
    this.#store?.save(ticket);
  }
}
