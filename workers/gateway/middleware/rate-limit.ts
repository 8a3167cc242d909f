import { FailureError } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { LruMap } from "../../../core/lru.ts";
import { type RatePolicy, type RateState, take } from "../../../core/resilience/rate-limit.ts";
import type { GatewayContext } from "../context.ts";
import type { GatewayConfig } from "../env.ts";
import { may } from "../tokens.ts";
import { UNKNOWN_ADDRESS } from "./request-context.ts";

/** @param factor what all of them are multiplied by. */
function policiesTimes(factor: number) {
  const policy = (name: string, perSecond: number, burst: number): RatePolicy => ({
    name,
    perSecond: perSecond * factor,
    burst: burst * factor,
  });
  return {
    read: policy("reads", LIMITS.readsPerSecond, LIMITS.readsBurst),
    write: policy("writes", LIMITS.writesPerSecond, LIMITS.writesBurst),
    address: policy("address", LIMITS.addressPerSecond, LIMITS.addressBurst),
    anonymous: policy("anonymous", LIMITS.anonymousPerSecond, LIMITS.anonymousBurst),
    "sign-in": policy("sign-in", LIMITS.signInsPerSecond, LIMITS.signInsBurst),
    "bad-token": policy("bad-token", LIMITS.badTokensPerSecond, LIMITS.badTokensBurst),
    media: policy("media", LIMITS.mediaPerSecond, LIMITS.mediaBurst),
    socket: policy("sockets", LIMITS.socketsPerSecond, LIMITS.socketsBurst),
  };
}

/** Roughly what an entry of a map takes beside its text. */
const ENTRY_BYTES = 64;

/**
 * What a route costs. Signed-in callers pay for reads and writes themselves, and their
 * address a little too: many accounts behind one address have a bound together.
 */
export type RateClass = "read" | "write" | "sign-in" | "media" | "socket";

/**
 * Buckets of this isolate only: a check costs one map access, and a caller who is spread
 * over many isolates gets more, never less. When the map is full the caller who was away
 * longest is forgotten, which fails open.
 */
export class RateLimits {
  readonly #buckets = new LruMap<string, RateState>(LIMITS.rateBucketsBytesMax);
  readonly #policies: ReturnType<typeof policiesTimes>;

  constructor({ rateFactor }: Pick<GatewayConfig, "rateFactor">) {
    this.#policies = policiesTimes(rateFactor);
  }

  /** @throws FailureError `rate_limited` when the caller's bucket is empty. */
  charge(c: GatewayContext, rate: RateClass): void {
    const [caller, address] = [c.get("caller"), c.get("address")];
    if (caller !== null && may(caller, "load")) return;
    const personal = caller !== null && (rate === "read" || rate === "write");
    if (personal) {
      // Only a socket past the platform's edge has no address, and no strangers behind it.
      if (address !== UNKNOWN_ADDRESS) this.#take(c, this.#policies.address, address);
      this.#take(c, this.#policies[rate], caller.subject);
    } else
      this.#take(
        c,
        rate === "read" || rate === "write" ? this.#policies.anonymous : this.#policies[rate],
        address,
      );
  }

  /** Verifying a token costs CPU, so an address that keeps sending bad ones has to wait. */
  chargeBadToken(c: GatewayContext): void {
    this.#take(c, this.#policies["bad-token"], c.get("address"));
  }

  /** @throws FailureError while the address has sent too many bad tokens; costs nothing. */
  refuseBadTokens(c: GatewayContext): void {
    const state = this.#buckets.get(`bad-token ${c.get("address")}`) ?? null;
    const { allow, retryAfterMs } = take(state, c.get("nowMs"), this.#policies["bad-token"]);
    if (!allow) throw new FailureError({ code: "rate_limited", retryAfterMs });
  }

  #take(c: GatewayContext, rate: RatePolicy, who: string): void {
    const key = `${rate.name} ${who}`;
    const decision = take(this.#buckets.get(key) ?? null, c.get("nowMs"), rate);
    this.#buckets.set(key, decision.next, ENTRY_BYTES + 2 * key.length);
    // draft-ietf-httpapi-ratelimit-headers: quota and window, then what remains and until when.
    const windowSeconds = Math.ceil(rate.burst / rate.perSecond);
    const headers = c.get("headers");
    headers["ratelimit-policy"] = `"${rate.name}";q=${rate.burst};w=${windowSeconds}`;
    const resetSeconds = Math.ceil(decision.resetMs / 1_000);
    headers["ratelimit"] = `"${rate.name}";r=${decision.remaining};t=${resetSeconds}`;
    if (!decision.allow) {
      throw new FailureError({ code: "rate_limited", retryAfterMs: decision.retryAfterMs });
    }
  }
}
