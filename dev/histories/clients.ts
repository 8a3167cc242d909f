import type { Id } from "../../core/ids.ts";
import type { ClientEvent } from "../../sim/history.ts";
import type { Product } from "./product.ts";
import {
  type ClientState,
  decode,
  type DriveLine,
  type DriveRequest,
  type Pending,
} from "./wire.ts";

/** Posts beyond this fall off the far end: requests stay on keys that others touch too. */
const POSTS_MAX = 40;
const PENDING_MAX = 8;

/** What was counted beside the events themselves. */
export const COUNTED = [
  "operations",
  "acknowledged",
  "replayed",
  "unknown",
  "refusedWrites",
  "reads",
  "refusedReads",
  "retried",
  "streamsEnded",
  "streamsStuck",
] as const;
export type Counts = Record<(typeof COUNTED)[number], number>;

/** A fixed set of clients whose requests go through one stream at a time. */
export class Clients {
  readonly #states: Map<string, ClientState>;
  readonly #posts: Id[];
  readonly #users: readonly Id[];
  readonly #counts: Counts;
  readonly #record: (event: ClientEvent, line: string) => void;
  #calls = 0;
  readonly #name: string;

  constructor(
    name: string,
    clients: number,
    population: { readonly users: readonly Id[]; readonly posts: readonly Id[] },
    counts: Counts,
    record: (event: ClientEvent, line: string) => void,
  ) {
    this.#name = name;
    this.#users = population.users;
    this.#posts = population.posts.slice(0, POSTS_MAX);
    this.#counts = counts;
    this.#record = record;
    const names = Array.from({ length: clients }, (_, n) => `${name}${n}`);
    this.#states = new Map(names.map((one) => [one, { name: one, ticket: null, pending: [] }]));
  }

  /** Lets all clients make `steps` requests together. @returns false when the stream was cut. */
  async drive(
    product: Product,
    settings: Pick<DriveRequest, "seed" | "steps" | "writeShare">,
    signal: AbortSignal,
  ): Promise<boolean> {
    const request: DriveRequest = {
      ...settings,
      call: `${this.#name}${++this.#calls}`,
      clients: [...this.#states.values()],
      users: this.#users,
      posts: this.#posts,
    };
    try {
      const { body } = await product.stream("/drive", request, signal);
      for await (const text of linesOf(body)) {
        const line = decode<DriveLine>(text);
        if (line.kind === "end") return true;
        this.#hear(line, text);
      }
    } catch {
      // Cut off by us, or by the end of the runtime: what was heard until then counts.
    }
    const isStuck = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
    this.#counts[isStuck ? "streamsStuck" : "streamsEnded"]++;
    return false;
  }

  #hear(line: Exclude<DriveLine, { kind: "end" }>, text: string): void {
    switch (line.kind) {
      case "refused":
        this.#counts.operations += line.operations;
        this.#counts.refusedReads++;
        return;
      case "sent":
        return this.#update(line.client, ({ pending }) => ({
          pending: [...pending, line.pending].slice(-PENDING_MAX),
        }));
      case "event":
        if (line.post !== null) this.#posts.unshift(line.post);
        this.#posts.splice(POSTS_MAX);
        this.#counts.operations += line.operations;
        if (line.retried) this.#counts.retried++;
        this.#record(line.event, text);
        this.#count(line.event);
        this.#update(line.event.client, ({ pending }) => ({
          ticket: line.ticket,
          pending: stillPending(pending, line.event),
        }));
    }
  }

  #update(name: string, change: (state: ClientState) => Partial<ClientState>): void {
    const state = this.#states.get(name);
    if (state !== undefined) this.#states.set(name, { ...state, ...change(state) });
  }

  #count(event: ClientEvent): void {
    if (event.kind === "read") this.#counts.reads++;
    else if (event.response !== null)
      this.#counts[event.response.replayed ? "replayed" : "acknowledged"]++;
    else if (event.refused) this.#counts.refusedWrites++;
    else this.#counts.unknown++;
  }
}

/** An answered write is settled; a refused one is no longer sent; one of unknown outcome stays. */
const stillPending = (pending: readonly Pending[], event: ClientEvent): readonly Pending[] =>
  event.kind === "write" && (event.response !== null || event.refused)
    ? pending.filter(({ opId }) => opId !== event.opId)
    : pending;

/** Whole lines only: what a cut leaves of the last one is nothing. */
async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
