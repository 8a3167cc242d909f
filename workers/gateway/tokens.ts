import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  SignJWT,
} from "jose";

import type { Failure } from "../../core/errors.ts";
import { parseId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { GatewayConfig } from "./env.ts";

/** Who calls, as a verified token says. */
export interface Caller {
  /** Edgewise user id; null for a service whose token has a role but is nobody. */
  readonly viewer: string | null;
  readonly roles: readonly string[];
  /** The token's subject. */
  readonly subject: string;
  /** Unix ms. */
  readonly expiresAtMs: number;
}

/**
 * What a role lets its holder do beside what any user may. `observe`: read what operators look
 * at, none of it about a person. `operate`: act, and read what is about people. `load`: read and
 * write the graph itself, without a rate limit, as loading tools must.
 */
export type Power = "observe" | "operate" | "load";

/** Any other role in a token means nothing here. A map: a role may have any name, `constructor` too. */
const POWERS: ReadonlyMap<string, readonly Power[]> = new Map([
  ["observer", ["observe"]],
  ["loader", ["load"]],
  ["operator", ["observe", "operate", "load"]],
]);
export const may = (caller: Caller, power: Power): boolean =>
  caller.roles.some((role) => POWERS.get(role)?.includes(power) === true);

export interface Tokens {
  /** @returns `unauthenticated`, or `unavailable` while the issuer's keys cannot be fetched. */
  verify(token: string, nowMs: number): Promise<Result<Caller, Failure>>;
  /** Demo sign-in: a token for a user of this deployment, or in development for an operator. */
  sign(
    subject: string,
    nowMs: number,
    roles?: readonly string[],
  ): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
}

type TokenConfig = Pick<GatewayConfig, "trust" | "issuer" | "audience" | "subjectClaim">;
type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Asymmetric only: a public key must never be taken for an HMAC secret. */
const ISSUER_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
/** Clocks of issuers differ by this much. */
const SKEW_SECONDS = 5;

export function createTokens(config: TokenConfig, fetcher: Fetch): Tokens {
  const { trust } = config;
  const secret = trust.kind === "secret" ? new TextEncoder().encode(trust.secret) : null;
  const keys: JWTVerifyGetKey | null =
    trust.kind === "jwks"
      ? createRemoteJWKSet(new URL(trust.url), { [customFetch]: fetcher })
      : null;

  async function payloadOf(token: string, nowMs: number): Promise<JWTPayload> {
    const options = {
      issuer: config.issuer,
      ...(config.audience !== null && { audience: config.audience }),
      requiredClaims: ["exp", config.subjectClaim],
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(nowMs),
    };
    const verified =
      keys === null
        ? await jwtVerify(token, secret ?? new Uint8Array(), { ...options, algorithms: ["HS256"] })
        : await jwtVerify(token, keys, { ...options, algorithms: ISSUER_ALGORITHMS });
    return verified.payload;
  }

  return {
    async verify(token, nowMs) {
      try {
        return callerFrom(await payloadOf(token, nowMs), config.subjectClaim);
      } catch (error) {
        // Our own secret is always at hand: anything but a bad token is a bug.
        if (keys === null && !(error instanceof errors.JOSEError)) throw error;
        return err(failureOf(error));
      }
    },

    async sign(subject, nowMs, roles) {
      const expiresAt = Math.floor((nowMs + LIMITS.demoTokenMs) / 1_000);
      const claims = { [config.subjectClaim]: subject, ...(roles !== undefined && { roles }) };
      const jwt = new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer(config.issuer)
        .setIssuedAt(Math.floor(nowMs / 1_000))
        .setExpirationTime(expiresAt);
      if (config.audience !== null) jwt.setAudience(config.audience);
      return { token: await jwt.sign(secret ?? new Uint8Array()), expiresAtMs: expiresAt * 1_000 };
    },
  };
}

function callerFrom(payload: JWTPayload, subjectClaim: string): Result<Caller, Failure> {
  const subject = payload[subjectClaim];
  const { roles: claimed } = payload;
  const roles = Array.isArray(claimed) ? claimed.filter((role) => typeof role === "string") : [];
  if (typeof subject !== "string") return refused(`the token's "${subjectClaim}" is not text`);
  const viewer = parseId(subject) === null ? null : subject;
  if (viewer === null && roles.length === 0) {
    return refused(`the token's "${subjectClaim}" is not an Edgewise user id`);
  }
  return ok({ viewer, roles, subject, expiresAtMs: (payload.exp ?? 0) * 1_000 });
}

const refused = (reason: string) => err({ code: "unauthenticated", reason } as const);

/** Says which rule a token broke, never what it held. */
function failureOf(error: unknown): Failure {
  if (error instanceof errors.JWTExpired)
    return { code: "unauthenticated", reason: "the token has expired" };
  if (error instanceof errors.JWTClaimValidationFailed) {
    return {
      code: "unauthenticated",
      reason: `the token's "${error.claim}" is missing or not accepted here`,
    };
  }
  const issuerAway = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout;
  // jose reports a bad answer of the key server with its base class.
  if (issuerAway || error.code === "ERR_JOSE_GENERIC") {
    return { code: "unavailable", dependency: "issuer", retryAfterMs: 1_000 };
  }
  return { code: "unauthenticated", reason: "the token is not valid" };
}
