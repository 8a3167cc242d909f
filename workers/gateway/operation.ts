import type { z } from "zod";

import type { Failure, FailureCode } from "../../core/errors.ts";
import type { CallContext } from "../../core/feed/service.ts";
import type { CacheClass } from "../../core/http/cache-policy.ts";
import type { Priority } from "../../core/resilience/priority.ts";
import type { Result } from "../../core/result.ts";
import type { GatewayContext, GatewayDeps } from "./context.ts";
import type { Access } from "./middleware/auth.ts";
import type { RateClass } from "./middleware/rate-limit.ts";

/** How a body arrives. `text` goes to the feed Worker as it is; `stream` is read by the operation. */
export type BodyKind = "json" | "text" | "stream";

/**
 * What its answers are to caches; see `core/http/cache-policy.ts`. Only a read that anyone may
 * call can be `public`, and only its answers to visitors are.
 */
export type OperationCache = Extract<CacheClass, "public" | "revalidate" | "personal">;

export interface Call<P, Q, B> {
  readonly deps: GatewayDeps;
  /** What every call to the feed Worker carries. */
  readonly ctx: CallContext;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly c: GatewayContext;
}

/** An answer of the feed Worker, or of the gateway itself, which has no ticket and no age. */
export interface Answered<T> {
  readonly value: T;
  readonly ticket: string | null;
  readonly staleMs?: number | null;
  /** Where the feed Worker's time went, as Server-Timing has it. */
  readonly timing?: string;
}
export type Outcome<T> = Promise<Result<Answered<T>, Failure>>;

/**
 * One operation of the public API: checked, enforced and described from this one
 * declaration. `A` null is 204. A string answer is JSON text already.
 */
export interface OperationSpec<P, Q, B, A> {
  /** The operation's name in OpenAPI and in the typed client. */
  readonly id: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** OpenAPI syntax: `/v1/posts/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** What else a caller must know, in whole sentences. */
  readonly note?: string;
  readonly access: Access;
  readonly rate: RateClass;
  readonly cache: OperationCache;
  /** What a public answer shows, for purges: every thing whose change must make it go. */
  readonly tags?: (answer: A, params: P) => readonly string[];
  /** What a write has made wrong in public answers, given its own answer. */
  readonly purges?: (call: Call<P, Q, B>, answer: A) => readonly string[];
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** Default "json". */
  readonly bodyKind?: BodyKind;
  readonly bodyBytesMax?: number;
  readonly status: 101 | 200 | 201 | 204;
  /** The answer is a connection that stays open, a `Response` made by `handle`. */
  readonly connects?: "websocket" | "event-stream";
  readonly answer: z.ZodType<A> | null;
  /** Failures beyond those that any operation may give. */
  readonly failures?: readonly FailureCode[];
  /** How soon it is refused when not everything can be done; default: a read somebody waits for, or a write. */
  readonly priority?: Priority;
  /** Its answer may wait for news. */
  readonly waits?: boolean;
  /** Whether it changes the graph, and is refused while a region is read-only; default: whatever is no GET. */
  readonly writes?: boolean;
  readonly handle: (call: Call<P, Q, B>) => Outcome<A | string | null>;
}

/** Users' writes; whoever operates or loads is let through: they are who ends it. */
export const isStoppedByReadOnly = ({ access, method, writes }: Operation): boolean =>
  (writes ?? method !== "get") && ["anyone", "viewer", "member"].includes(access);

/** An operation of unknown shape; `operation` checked that its parts fit together. */
export type Operation = OperationSpec<never, never, never, unknown>;

/** @throws Error for a declaration that would put somebody's own data into a shared cache. */
export const operation = <P = undefined, Q = undefined, B = undefined, A = unknown>(
  spec: OperationSpec<P, Q, B, A>,
): Operation => {
  const { cache, method, access, tags } = spec;
  if (cache === "public" && (method !== "get" || access !== "anyone" || tags === undefined)) {
    throw new Error(`${spec.id}: only a read that anyone may call, with tags, is public`);
  }
  if (cache === "revalidate" && method !== "get") throw new Error(`${spec.id}: is no read`);
  return spec as unknown as Operation;
};
