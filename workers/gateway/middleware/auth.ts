import { FailureError } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { LruMap } from "../../../core/lru.ts";
import type { GatewayContext } from "../context.ts";
import { type Caller, may, type Power, type Tokens } from "../tokens.ts";
import type { RateLimits } from "./rate-limit.ts";

/**
 * Who may call a route. `viewer`: a signed-in user. `member`: a user, or whoever may load.
 * Otherwise a power that the token's roles must give.
 */
export type Access = "anyone" | "viewer" | "member" | Power;

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
  if (isAllowed(access, caller)) return;
  throw new FailureError({ code: "forbidden", reason: NEEDS[access] });
}

function isAllowed(access: Exclude<Access, "anyone">, caller: Caller): boolean {
  if (access === "viewer") return caller.viewer !== null;
  if (access === "member") return caller.viewer !== null || may(caller, "load");
  return may(caller, access);
}

const NEEDS: Readonly<Record<Exclude<Access, "anyone">, string>> = {
  viewer: "this needs a user's token",
  member: "this needs a user's token",
  observe: "this needs the role observer or operator",
  operate: "this needs the role operator",
  load: "this needs the role loader or operator",
};
