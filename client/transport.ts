import { LIMITS } from "../core/limits.ts";
import { FULL_BUDGET, withFirst, withRetry } from "../core/resilience/retry-budget.ts";
import type { Consistency } from "../core/tao/service.ts";
import type { TallyDelta } from "../core/telemetry/cache-tally.ts";
import { CACHE_REPORT_HEADER, formatCacheReport } from "../core/telemetry/client-report.ts";
import { expiredBy } from "./l1/expiry.ts";
import { kindOf } from "./l1/kinds.ts";
import type { CacheUse, KeptAnswer, L1Cache } from "./l1/l1-cache.ts";
import { orAborted } from "./or-aborted.ts";
import { ApiProblem, networkProblem, problemFrom, signedOutProblem } from "./problem.ts";
import { joinTickets, Tickets, type TicketStore } from "./ticket.ts";
import { uploadTimeoutMs } from "./upload-time.ts";

/** Of one account: whoever signs in next has a client of their own. */
export interface ClientOptions {
  /** Origin of the product; "" is the page's own. */
  readonly baseUrl: string;
  /** The account's newest, asked before every attempt, and never another's; null calls without signing in. */
  readonly token?: () => string | null;
  /** Default: the global one. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly ticketStore?: TicketStore;
  /** Waits; default a timer. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Uniform in [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** For one attempt, milliseconds; default: `LIMITS.clientTimeoutMs`, and for an upload what its size takes. */
  readonly timeoutMs?: number;
  /** How fresh reads must be unless a call says otherwise; the server's default is `ticket`. */
  readonly consistency?: Consistency;
  /** Rather an answer that may be too old than none, unless a call says otherwise. */
  readonly allowStale?: boolean;
  /** What the client's own cache has answered since it was last asked; null: nothing to say now. */
  readonly cacheReport?: () => TallyDelta | null;
  /** Told of answers that may be too old: how long ago, ms, they were known to be true. */
  readonly onStale?: (staleMs: number) => void;
  /** The account's L1, asked at each call; null or left out keeps nothing. */
  readonly cache?: () => L1Cache | null;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Of a write that was begun before, after a reload say; default: a new one. */
  readonly idempotencyKey?: string;
  /** Of a read; as in `ClientOptions`. */
  readonly consistency?: Consistency;
  readonly allowStale?: boolean;
  /** Of a read that may be kept; default `swr`, or `network` when the call asks the leader. */
  readonly cache?: CacheUse<never>["mode"];
  /** Told when the answer was kept; `newer` is the same read, answered by the server. */
  readonly onKept?: (kept: KeptAnswer<unknown>) => void;
  /** Goes on when the page closes; the browser bounds its body to 64 KB. */
  readonly keepalive?: boolean;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  /** Raw body. */
  readonly bytes?: BodyInit;
  /** Changes the graph: carries an Idempotency-Key and waits for earlier writes. */
  readonly write?: boolean;
}

/** A call that ends when its caller gives it up, or the account leaves. */
type OwnCall = CallOptions & { readonly signal: AbortSignal };

/** Sends one account's requests with token, tickets, key and bounded retries. */
export class Transport {
  readonly #options: ClientOptions;
  readonly #tickets: Tickets;
  readonly #stopped = new AbortController();
  /** Of all calls together: while nobody is answered, a client asks about as often as without retries. */
  #budget = FULL_BUDGET;
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#tickets = new Tickets(options.ticketStore);
  }

  /** @throws ApiProblem; or the signal's reason when the caller aborted. */
  send<T>(request: ApiRequest, call: CallOptions = {}): Promise<T> {
    const stopped = this.#stopped.signal;
    const signal = call.signal === undefined ? stopped : AbortSignal.any([call.signal, stopped]);
    const own: OwnCall = { ...call, signal };
    if (request.write !== true) return orAborted(this.#read<T>(request, own), signal);
    const key = call.idempotencyKey ?? newKey();
    // In order, so that like and unlike end as the reader clicked.
    const result = this.#lastWrite.then(() => this.#attempts<T>(request, own, key));
    this.#lastWrite = result.catch(() => null);
    const expired = result.then(async (value) => {
      await this.#options.cache?.()?.expire(expiredBy(request));
      return value;
    });
    return orAborted(expired, signal);
  }

  /**
   * The account has left: what is under way fails at once with `signed_out`, and so does all that
   * comes later. Nothing is sent after, and no late answer is given, kept, or changes the ticket.
   */
  stop(): void {
    this.#stopped.abort(signedOutProblem());
  }

  /** All that was seen, as text. */
  get ticket(): string | null {
    return joinTickets(this.#tickets.all);
  }

  /** What others have to see after the last write. */
  get writeTicket(): string | null {
    return this.#tickets.ofLastWrite;
  }

  /** Of what somebody else did for this client. */
  acceptTicket(ticket: string): void {
    if (!this.#stopped.signal.aborted) this.#tickets.hear(ticket);
  }

  #read<T>(request: ApiRequest, call: OwnCall): Promise<T> {
    const ask = (): Promise<T> => this.#attempts<T>(request, call, null);
    const cache = this.#options.cache?.() ?? null;
    const kind = cache === null ? null : kindOf(request);
    if (cache === null || kind === null) return ask();
    const mode = call.cache ?? (call.consistency === "leader" ? "network" : "swr");
    const { onKept } = call;
    // Reading again for somebody who has left may fail by itself, and is nobody's news.
    const tell = (kept: KeptAnswer<T>): void => {
      if (!call.signal.aborted) onKept?.(kept);
    };
    return cache.read<T>(cacheKey(request), kind, { mode, onKept: tell }, ask);
  }

  async #attempts<T>(request: ApiRequest, call: OwnCall, key: string | null): Promise<T> {
    this.#budget = withFirst(this.#budget);
    for (let attempt = 0; ; attempt++) {
      call.signal.throwIfAborted();
      try {
        return await this.#attempt<T>(request, call, key);
      } catch (error) {
        call.signal.throwIfAborted();
        const problem = error instanceof ApiProblem ? error : networkProblem(error);
        const waitMs = this.#retryWaitMs(problem, attempt);
        if (waitMs === null) throw problem;
        await this.#sleep(waitMs);
      }
    }
  }

  async #attempt<T>(request: ApiRequest, call: OwnCall, key: string | null): Promise<T> {
    const turn = this.#tickets.leave(call.keepalive === true);
    if (turn !== null) await this.#inTurn(turn, call.signal);
    const usualMs =
      request.bytes === undefined ? LIMITS.clientTimeoutMs : uploadTimeoutMs(request.bytes);
    const { baseUrl, timeoutMs = usualMs } = this.#options;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]);
    const response = await this.#fetch(
      `${baseUrl}${request.path}${queryText(request.query)}`,
      request,
      { ...call, signal },
      key,
    ).finally(() => this.#tickets.returned());
    call.signal.throwIfAborted();
    if (!response.ok) throw await problemFrom(response);
    const staleMs = response.headers.get("edgewise-stale-ms");
    if (staleMs !== null) this.#options.onStale?.(Number(staleMs));
    const value = response.status === 204 ? null : await orAborted(response.json(), signal);
    call.signal.throwIfAborted();
    return value as T;
  }

  async #inTurn(turn: Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await orAborted(turn, signal);
    } catch (error) {
      // Its turn comes all the same.
      void turn.then(() => this.#tickets.returned());
      throw error;
    }
  }

  async #fetch(
    url: string,
    request: ApiRequest,
    call: OwnCall,
    key: string | null,
  ): Promise<Response> {
    const send = this.#options.fetch ?? ((to: string, init: RequestInit) => fetch(to, init));
    const carried = this.#tickets.all;
    const sent = send(url, {
      method: request.method,
      headers: this.#headers(request, call, key, joinTickets(carried)),
      signal: call.signal,
      ...(call.keepalive === true && { keepalive: true }),
      ...bodyOf(request),
    });
    const response = await orAborted(sent, call.signal);
    const ticket = response.headers.get("edgewise-ticket");
    if (ticket !== null && !this.#stopped.signal.aborted)
      this.#tickets.accept(ticket, carried, request.write === true);
    return response;
  }

  #headers(
    request: ApiRequest,
    call: OwnCall,
    key: string | null,
    ticket: string | null,
  ): Record<string, string> {
    const token = this.#options.token?.() ?? null;
    const report = token === null ? null : (this.#options.cacheReport?.() ?? null);
    return {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(ticket !== null && { "edgewise-ticket": ticket }),
      ...(key !== null && { "idempotency-key": key }),
      ...(report !== null && { [CACHE_REPORT_HEADER]: formatCacheReport(report) }),
      ...(request.method === "GET" && freshnessHeaders({ ...this.#options, ...call })),
      ...(request.json !== undefined && { "content-type": "application/json" }),
    };
  }

  /** @returns null when trying again would not help or was tried enough. */
  #retryWaitMs(problem: ApiProblem, attempt: number): number | null {
    const away = problem.code === "network" || problem.status === 503 || problem.status === 504;
    const askedMs = problem.retryAfterMs ?? 0;
    if (!away || attempt >= LIMITS.clientRetriesMax || askedMs > LIMITS.clientRetryWaitMs)
      return null;
    const budget = withRetry(this.#budget);
    if (budget === null) return null;
    this.#budget = budget;
    const random = this.#options.random ?? Math.random;
    // Everybody was told the same seconds.
    const spreadMs = Math.max(LIMITS.clientRetryBaseMs * 2 ** attempt, askedMs / 2);
    return askedMs + random() * spreadMs;
  }

  #sleep(ms: number): Promise<void> {
    return this.#options.sleep?.(ms) ?? new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** Under what an answer is kept: the address without its origin. */
export const cacheKey = (request: Pick<ApiRequest, "path" | "query">): string =>
  `${request.path}${queryText(request.query)}`;

/** 128 random bits. Not `randomUUID`, which pages without https do not have. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

const freshnessHeaders = ({
  consistency,
  allowStale,
}: Pick<CallOptions, "consistency" | "allowStale">): Record<string, string> => ({
  ...(consistency !== undefined && { "edgewise-consistency": consistency }),
  ...(allowStale === true && { "edgewise-allow-stale": "1" }),
});

function queryText(query: ApiRequest["query"]): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

const bodyOf = ({ json, bytes }: ApiRequest): Pick<RequestInit, "body"> => {
  if (json !== undefined) return { body: JSON.stringify(json) };
  return bytes === undefined ? {} : { body: bytes };
};
