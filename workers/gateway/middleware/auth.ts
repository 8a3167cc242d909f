import { FailureError } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { LruMap } from "../../../core/lru.ts";
import type { GatewayContext } from "../context.ts";
import { type Caller, isOperator, type Tokens } from "../tokens.ts";
import type { RateLimits } from "./rate-limit.ts";

/**
 * Who may call a route. `viewer`: a signed-in user. `member`: a user or a service with a
 * role. `operator`: a token with the role `operator` or `loader`.
 */
export type Access = "anyone" | "viewer" | "member" | "operator";

/** Roughly what an entry takes beside the token's text: caller, roles, numbers. */
const ENTRY_BYTES = 250;

interface Verified {
  readonly caller: Caller;
  /** Unix ms. */
  readonly untilMs: number;
}

/** Finds out who calls. A verified token is remembered, so the hot path verifies nothing. */
export class Authenticator {
  readonly #verified = new LruMap<string, Verified>(LIMITS.tokensBytesMax);
  readonly #tokens: Tokens;
  readonly #limits: RateLimits;

  constructor(tokens: Tokens, limits: RateLimits) {
    this.#tokens = tokens;
    this.#limits = limits;
  }

  /** @returns null without an Authorization header. @throws FailureError for a bad one. */
  async callerOf(c: GatewayContext): Promise<Caller | null> {
    const header = c.req.raw.headers.get("authorization");
    if (header === null) return null;
    const nowMs = c.get("nowMs");
    const known = this.#verified.get(header);
    if (known !== undefined && known.untilMs > nowMs) return known.caller;

    this.#limits.refuseBadTokens(c);
    const verified = await this.#tokens.verify(bearerOf(header), nowMs);
    if (!verified.ok) {
      if (verified.error.code === "unauthenticated") this.#limits.chargeBadToken(c);
      throw new FailureError(verified.error);
    }
    const caller = verified.value;
    const untilMs = Math.min(caller.expiresAtMs, nowMs + LIMITS.tokenCacheMs);
    this.#verified.set(header, { caller, untilMs }, ENTRY_BYTES + header.length);
    return caller;
  }
}

function bearerOf(header: string): string {
  const token = /^bearer +([\w.~+/=-]+)$/i.exec(header)?.[1];
  if (token === undefined || token.length > LIMITS.tokenCharsMax) {
    throw new FailureError({
      code: "unauthenticated",
      reason: "send Authorization: Bearer with a token",
    });
  }
  return token;
}

/** @throws FailureError `unauthenticated` or `forbidden`. */
export function requireAccess(access: Access, caller: Caller | null): void {
  if (access === "anyone") return;
  if (caller === null) {
    throw new FailureError({ code: "unauthenticated", reason: "this needs a signed-in user" });
  }
  const allowed =
    (access === "viewer" && caller.viewer !== null) ||
    (access === "member" && (caller.viewer !== null || isOperator(caller))) ||
    (access === "operator" && isOperator(caller));
  if (allowed) return;
  const reason =
    access === "operator" ? "this needs the role operator or loader" : "this needs a user's token";
  throw new FailureError({ code: "forbidden", reason });
}
