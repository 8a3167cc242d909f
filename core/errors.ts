import type { ShardEntry } from "./tao/shard-map.ts";

/** A dependency that can be away; the label of a metric, so keep the set small. */
export type Dependency =
  | "leader"
  | "follower"
  | "store"
  | "coordinator"
  | "feed"
  | "sockets"
  | "media"
  | "feed_cache"
  | "cdn"
  | "ranker"
  | "controller"
  | "features"
  | "rollouts"
  | "drills"
  | "issuer";

/**
 * Everything that can go wrong and that a caller may act on. The codes are wire
 * format: Workers, Durable Objects and clients all see them. A new arm does not
 * compile until `STATUS` and `TITLE` know it.
 */
export type Failure =
  | { readonly code: "invalid_request"; readonly field: string; readonly reason: string }
  | { readonly code: "invalid_cursor"; readonly reason: string }
  | { readonly code: "unauthenticated"; readonly reason: string }
  | { readonly code: "forbidden"; readonly reason: string }
  | { readonly code: "not_found"; readonly what: string }
  /** `field` where one part of the request is to blame; `revision` that is current, where it is out of date. */
  | {
      readonly code: "conflict";
      readonly reason: string;
      readonly field?: string;
      readonly revision?: number;
    }
  /** `ifVersion` did not match; `index` is the write's place in its batch. */
  | { readonly code: "version_mismatch"; readonly index: number; readonly found: string | null }
  /** The idempotency key was used before with another body. */
  | { readonly code: "idempotency_mismatch"; readonly reason: string }
  | { readonly code: "too_large"; readonly field: string; readonly bytesMax: number }
  /** A declared bound of the graph (edges of one list, say) is reached. */
  | { readonly code: "limit_reached"; readonly what: string; readonly max: number }
  /** `what` names the limit where it is not how often one may ask. */
  | { readonly code: "rate_limited"; readonly retryAfterMs: number; readonly what?: string }
  | { readonly code: "overloaded"; readonly retryAfterMs: number }
  | { readonly code: "unavailable"; readonly dependency: Dependency; readonly retryAfterMs: number }
  /** The region takes no writes for now: it could not say that they are kept. */
  | { readonly code: "read_only"; readonly retryAfterMs: number }
  /** Between parts of the graph, never to a client: this object does not lead the shard; who does, if it knows. */
  | { readonly code: "moved"; readonly shard: number; readonly entry: ShardEntry | null }
  | {
      readonly code: "deadline_exceeded";
      readonly dependency: Dependency;
      readonly budgetMs: number;
    }
  | { readonly code: "unsupported_media"; readonly reason: string }
  | { readonly code: "method_not_allowed"; readonly allowed: readonly string[] };

export type FailureCode = Failure["code"];

export const STATUS = {
  invalid_request: 400,
  invalid_cursor: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  version_mismatch: 412,
  idempotency_mismatch: 422,
  too_large: 413,
  limit_reached: 409,
  rate_limited: 429,
  overloaded: 503,
  unavailable: 503,
  read_only: 503,
  moved: 503,
  deadline_exceeded: 504,
  unsupported_media: 415,
  method_not_allowed: 405,
} as const satisfies Record<FailureCode, number>;

/** The `title` of the problem document (RFC 9457): the same for every occurrence of a code. */
export const TITLE: Record<FailureCode, string> = {
  invalid_request: "The request is not valid",
  invalid_cursor: "The cursor is not valid",
  unauthenticated: "Sign in first",
  forbidden: "Not allowed",
  not_found: "Not found",
  conflict: "Conflicts with the current state",
  version_mismatch: "The resource changed meanwhile",
  idempotency_mismatch: "The Idempotency-Key was used for another request",
  too_large: "Too large",
  limit_reached: "A limit is reached",
  rate_limited: "Too many requests",
  overloaded: "Busy, try again",
  unavailable: "Temporarily unavailable",
  read_only: "Only reading for now",
  moved: "Temporarily unavailable",
  deadline_exceeded: "Took too long",
  unsupported_media: "Unsupported media type",
  method_not_allowed: "Method not allowed",
};

/** Carries a `Failure` up one call stack, to the error handler. Never crosses RPC. */
export class FailureError extends Error {
  override readonly name = "FailureError";
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.code, options);
    this.failure = failure;
  }

  get status(): (typeof STATUS)[FailureCode] {
    return STATUS[this.failure.code];
  }
}
