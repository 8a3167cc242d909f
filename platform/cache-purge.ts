import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { type RatePolicy, type RateState, take } from "../core/resilience/rate-limit.ts";
import { err, ok, type Result } from "../core/result.ts";
import { inTime } from "./in-time.ts";

/** Makes what shows `tags` go from a cache. It may fail: a page's own age is the bound then. */
export interface CachePurge {
  /** @returns how many tags were purged. */
  purge(tags: readonly string[]): Promise<Result<number, Failure>>;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ZonePurgeOptions {
  readonly zoneId: string;
  /** An API token with the permission "Cache Purge" for the zone, and no other. */
  readonly token: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** What an account may ask for: the Free plan's, since nothing tells which plan it is. */
const POLICY: RatePolicy = {
  name: "purges",
  perSecond: LIMITS.purgesPerMinute / 60,
  burst: LIMITS.purgesBurst,
};

/**
 * Purges every data centre of a zone by tag. Requests of this isolate stay within the API's
 * own limit; tags that must wait are sent with the next purge, at most `purgeTagsMax` at once.
 * Source: developers.cloudflare.com/cache/how-to/purge-cache
 */
export function zonePurge(options: ZonePurgeOptions): CachePurge {
  const { clock } = options;
  const waiting = new Set<string>();
  let rate: RateState | null = null;

  return {
    async purge(tags) {
      for (const tag of tags) waiting.add(tag);
      for (const tag of waiting) {
        if (waiting.size <= LIMITS.purgeWaitingMax) break;
        waiting.delete(tag);
      }
      let purged = 0;
      while (waiting.size > 0) {
        const decision = take(rate, clock.nowMs(), POLICY);
        rate = decision.next;
        if (!decision.allow) {
          return err({ code: "rate_limited", retryAfterMs: decision.retryAfterMs });
        }
        const batch = [...waiting].slice(0, LIMITS.purgeTagsMax);
        // Taken before the answer is known: another purge of this isolate must not send them too.
        for (const tag of batch) waiting.delete(tag);
        const sent = await send(options, batch);
        if (!sent.ok) {
          for (const tag of batch) waiting.add(tag);
          return sent;
        }
        purged += batch.length;
      }
      return ok(purged);
    },
  };
}

async function send(
  { zoneId, token, fetch }: ZonePurgeOptions,
  tags: readonly string[],
): Promise<Result<null, Failure>> {
  try {
    const response = await inTime(LIMITS.purgeTimeoutMs, "the purge API", () =>
      fetch(`https://api.cloudflare.com/client/v4/zones/${zoneId}/purge_cache`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ tags }),
      }),
    );
    const { success } = (await response.json()) as { readonly success?: boolean };
    if (response.ok && success === true) return ok(null);
    if (response.status !== 429)
      return err({ code: "unavailable", dependency: "cdn", retryAfterMs: 1_000 });
    const seconds = Number(response.headers.get("retry-after") ?? 60);
    return err({ code: "rate_limited", retryAfterMs: 1_000 * (seconds > 0 ? seconds : 60) });
  } catch {
    // Not there, too slow, or an answer that is no JSON: for a purge these are one failure.
    return err({ code: "unavailable", dependency: "cdn", retryAfterMs: 1_000 });
  }
}
