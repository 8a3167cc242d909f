import { z } from "zod";

/** The variables that say where feeds are cached. */
export interface FeedCacheVars {
  /** `embedded` (the default): in objects of our own. `off`: nowhere. `upstash`: in the Redis below. */
  readonly FEED_CACHE?: string;
  readonly UPSTASH_REDIS_REST_URL?: string;
  /** Part of every key's name, default `1`. Another one begins with nothing: docs/deploy.md says when. */
  readonly FEED_CACHE_RUN?: string;
  /** A secret. */
  readonly UPSTASH_REDIS_REST_TOKEN?: string;
}

export type FeedCacheConfig =
  | { readonly kind: "off" | "embedded" }
  | {
      readonly kind: "upstash";
      readonly url: string;
      readonly token: string;
      readonly run: string;
    };

const LOCAL = ["127.0.0.1", "localhost"];
const restUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  if (url === null || url.origin !== text.replace(/\/$/, "")) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOCAL.includes(url.hostname));
}, "must be https://host; http only reaches a Redis on this machine");

/** No message says what a secret holds. */
export const feedCacheSchema = z
  .object({
    FEED_CACHE: z.enum(["off", "embedded", "upstash"]).default("embedded"),
    UPSTASH_REDIS_REST_URL: restUrl.optional(),
    FEED_CACHE_RUN: z
      .string()
      .regex(/^[\w.-]{1,32}$/, "must be up to 32 letters, digits, dots, dashes and underscores")
      .default("1"),
    // A line break that came along would be refused by every request instead.
    UPSTASH_REDIS_REST_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be the token alone, without spaces or line breaks")
      .optional(),
  })
  .transform((vars, context): FeedCacheConfig => {
    const { FEED_CACHE, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = vars;
    const run = vars.FEED_CACHE_RUN;
    if (FEED_CACHE !== "upstash") return { kind: FEED_CACHE };
    if (url !== undefined && token !== undefined) return { kind: "upstash", url, token, run };
    const missing = url === undefined ? "UPSTASH_REDIS_REST_URL" : "UPSTASH_REDIS_REST_TOKEN";
    const message = "FEED_CACHE is upstash, which needs it";
    context.addIssue({ code: "custom", path: [missing], message });
    return z.NEVER;
  });
