import { SignJWT } from "jose";
import { z } from "zod";

import type { Random, Sleep } from "../../core/clock.ts";
import { type Id, parseId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { toGraphJson } from "../../core/tao/graph-wire.ts";
import type { Read, Write } from "../../core/tao/types.ts";

export interface OperatorOptions {
  /** Origin of the running product. */
  readonly url: string;
  readonly secret: string;
  readonly issuer: string;
}

export interface OperatorDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly sleep: Sleep;
  readonly random: Random;
  readonly nowMs: () => number;
}

export interface GraphBatch {
  readonly shard: number;
  readonly opId: string;
  readonly writes: readonly Write[];
}

/** Answers of the graph's reads, ids as numbers again. */
export type GraphAnswer =
  | { readonly op: "objGet"; readonly object: { readonly id: Id; readonly data: string } | null }
  | { readonly op: "assocCount"; readonly count: number }
  | {
      readonly op: "assocGet" | "assocRange" | "assocTimeRange";
      readonly assocs: readonly {
        readonly id2: Id;
        readonly timeMs: number;
        readonly data: string;
      }[];
    };

/** The product said no, or nothing, after every retry. `code` is the problem document's. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly status: number;
  readonly code: string;

  constructor(message: string, status: number, code: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

const TRIES_MAX = 8;
const FIRST_TRIES_MAX = 3;
const BACKOFF_BASE_MS = 200;
const BACKOFF_MAX_MS = 10_000;
const RETRY_AFTER_MAX_MS = 30_000;
const CALL_TIMEOUT_MS = 60_000;
const TOKEN_MS = 3_600_000;
const RETRYABLE = new Set([429, 502, 503, 504]);
const RETRYABLE_CODES = new Set(["overloaded", "unavailable", "deadline_exceeded"]);

const idText = z.string().transform((text, ctx): Id => {
  const id = parseId(text);
  if (id === null) ctx.addIssue({ code: "custom", message: "not an id" });
  return id ?? (0n as Id);
});
const assocs = z.array(z.object({ id2: idText, timeMs: z.number(), data: z.string() }));
const readAnswerSchema = z.object({
  results: z.array(
    z.discriminatedUnion("op", [
      z.object({
        op: z.literal("objGet"),
        object: z.object({ id: idText, data: z.string() }).nullable(),
      }),
      z.object({ op: z.literal("assocCount"), count: z.number() }),
      z.object({ op: z.enum(["assocGet", "assocRange", "assocTimeRange"]), assocs }),
    ]),
  ),
});
const writeAnswerSchema = z.object({
  batches: z.array(
    z.discriminatedUnion("ok", [
      z.object({ ok: z.literal(true), results: z.array(z.object({ id: z.string() })) }),
      z.object({ ok: z.literal(false), error: z.looseObject({ code: z.string() }) }),
    ]),
  ),
});
const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });
const mediaAnswerSchema = z.object({ key: z.string() });

export type Role = "observer" | "operator" | "loader";

/**
 * A token as the gateway of this deployment accepts it. `subject` is a user's id, or a name that is
 * none, such as "0": audit logs show it. What only loads asks for no more than the role `loader`.
 */
export function mintToken(
  options: OperatorOptions,
  subject: string,
  nowMs: number,
  role: Role = "operator",
): Promise<string> {
  return new SignJWT({ sub: subject, roles: [role] })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(options.issuer)
    .setIssuedAt(Math.floor(nowMs / 1_000))
    .setExpirationTime(Math.floor((nowMs + TOKEN_MS) / 1_000))
    .sign(new TextEncoder().encode(options.secret));
}

/** The operator's side of the public API: bounded retries with full jitter, every answer checked. */
export class OperatorApi {
  readonly #options: OperatorOptions;
  readonly #deps: OperatorDeps;
  /** A product that never answered is more likely not there than busy. */
  #reached = false;
  #token: { readonly text: string; readonly untilMs: number } | null = null;
  /** Calls that were sent again. */
  retries = 0;

  constructor(options: OperatorOptions, deps: OperatorDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Ids of every batch's results, in order. Batches that met an overloaded shard are
   * sent again; their opIds make that harmless.
   * @throws OperatorError
   */
  async write(batches: readonly GraphBatch[]): Promise<readonly (readonly string[])[]> {
    const results = new Map<number, readonly string[]>();
    let waiting = batches.map((_, index) => index);
    for (let attempt = 0; waiting.length > 0; attempt++) {
      const body = toWireJson({ batches: waiting.map((index) => batches[index]) });
      const answer = writeAnswerSchema.parse(await this.#post("/v1/admin/graph/write", body));
      const again: number[] = [];
      answer.batches.forEach((batch, place) => {
        const index = waiting[place] ?? 0;
        if (batch.ok)
          return results.set(
            index,
            batch.results.map((result) => result.id),
          );
        const { code } = batch.error;
        if (!RETRYABLE_CODES.has(code) || attempt >= TRIES_MAX) {
          throw new OperatorError(
            `batch ${batches[index]?.opId}: ${JSON.stringify(batch.error)}`,
            409,
            code,
          );
        }
        return again.push(index);
      });
      if (again.length > 0) await this.#backOff(attempt, null);
      waiting = again;
    }
    return batches.map((_, index) => results.get(index) ?? []);
  }

  /** @throws OperatorError */
  async read(
    reads: readonly Read[],
    consistency: "eventual" | "leader" = "eventual",
  ): Promise<readonly GraphAnswer[]> {
    const answers: GraphAnswer[] = [];
    for (let from = 0; from < reads.length; from += LIMITS.readsPerCallMax) {
      const part = reads.slice(from, from + LIMITS.readsPerCallMax);
      const body = toGraphJson({ consistency, reads: part });
      answers.push(
        ...readAnswerSchema.parse(await this.#post("/v1/admin/graph/read", body)).results,
      );
    }
    return answers;
  }

  /** Stores an image. @returns its key. @throws OperatorError */
  async upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const answer = await this.#call("/v1/media", { method: "POST", body: bytes }, "image/png");
    return mediaAnswerSchema.parse(answer).key;
  }

  /** Any GET of the public API, as the user of `token`. @throws OperatorError */
  get(path: string, token: string): Promise<unknown> {
    return this.#call(path, { method: "GET" }, null, token);
  }

  #post(path: string, body: string): Promise<unknown> {
    return this.#call(path, { method: "POST", body }, "application/json");
  }

  async #call(
    path: string,
    init: RequestInit,
    type: string | null,
    token?: string,
  ): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      const headers = {
        authorization: `Bearer ${token ?? (await this.#ownToken())}`,
        ...(type !== null && { "content-type": type }),
      };
      const sent = await this.#attempt(path, { ...init, headers });
      if (sent.ok) return sent.body;
      const triesMax = this.#reached ? TRIES_MAX : FIRST_TRIES_MAX;
      if (!sent.retryable || attempt >= triesMax) throw sent.error;
      await this.#backOff(attempt, sent.retryAfterMs);
    }
  }

  async #attempt(path: string, init: RequestInit): Promise<Attempt> {
    try {
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      const response = await this.#deps.fetch(`${this.#options.url}${path}`, { ...init, signal });
      const text = await response.text();
      this.#reached = true;
      if (response.ok) return { ok: true, body: JSON.parse(text) };
      return refusal(path, response, text);
    } catch (error) {
      const message = `${this.#options.url}${path}: no answer; is the product running there? (${String(error)})`;
      return {
        ok: false,
        retryable: true,
        retryAfterMs: null,
        error: new OperatorError(message, 0, "unreachable", { cause: error }),
      };
    }
  }

  async #ownToken(): Promise<string> {
    const nowMs = this.#deps.nowMs();
    if (this.#token === null || nowMs > this.#token.untilMs) {
      const text = await mintToken(this.#options, "0", nowMs, "loader");
      this.#token = { text, untilMs: nowMs + TOKEN_MS / 2 };
    }
    return this.#token.text;
  }

  async #backOff(attempt: number, retryAfterMs: number | null): Promise<void> {
    this.retries += 1;
    const ceilingMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** attempt);
    const jitterMs = Math.floor(this.#deps.random.next() * ceilingMs);
    await this.#deps.sleep(Math.min(RETRY_AFTER_MAX_MS, Math.max(retryAfterMs ?? 0, jitterMs)));
  }
}

type Attempt =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly retryable: boolean;
      readonly retryAfterMs: number | null;
      readonly error: OperatorError;
    };

function refusal(path: string, response: Response, text: string): Attempt {
  const problem = problemSchema.safeParse(jsonOrNull(text));
  const code = problem.success ? problem.data.code : "unknown";
  const detail = problem.success ? (problem.data.detail ?? code) : text.slice(0, 200);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    ok: false,
    retryable: RETRYABLE.has(response.status),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null,
    error: new OperatorError(`${path}: ${response.status} ${detail}`, response.status, code),
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Ids as decimal text; the id of an earlier result of the batch as "$n". */
export const toWireJson = (value: unknown): string =>
  JSON.stringify(value, (_key, field: unknown) =>
    typeof field !== "bigint" ? field : field < 0n ? `$${-1n - field}` : field.toString(),
  );
