import { z } from "zod";

import type { FeedService } from "../../core/feed/service.ts";
import { LIMITS } from "../../core/limits.ts";
import { DEFAULT_REGIONS, type RegionRow } from "../../core/regions/regions.ts";
import type { ControllerBindings } from "../../platform/controller-stubs.ts";
import type { DrillVars } from "../../platform/drilled-env.ts";
import type { CacheTallyBindings } from "../../platform/cache-stats-stubs.ts";
import {
  type SocketBindings,
  SOCKET_BUCKETS_DEFAULT,
  socketBuckets,
  type SocketVars,
} from "../../platform/socket-stubs.ts";
import { regionsVar } from "../../platform/topology.ts";

/** What the runtime gives: bindings, and strings nobody has checked. */
export interface GatewayEnv
  extends SocketBindings, SocketVars, CacheTallyBindings, ControllerBindings, DrillVars {
  readonly FEED: FeedService;
  readonly MEDIA: R2Bucket;
  /** Segments of what ranking is trained on, for operators. */
  readonly RANK_LOG: R2Bucket;
  readonly ASSETS: Fetcher;
  /** Makes smaller images; without it they are served as they are. */
  readonly IMAGES?: ImagesBinding;
  readonly ENVIRONMENT?: string;
  readonly AUTH_SECRET?: string;
  /** Signs tickets of sockets; a secret outside development. */
  readonly SIGNING_SECRET?: string;
  readonly AUTH_JWKS_URL?: string;
  readonly AUTH_ISSUER?: string;
  readonly AUTH_AUDIENCE?: string;
  readonly AUTH_SUBJECT_CLAIM?: string;
  readonly DEMO_SIGN_IN?: string;
  readonly CORS_ORIGINS?: string;
  readonly REQUEST_BUDGET_MS?: string;
  /** Multiplies what every caller may ask, for load tests; refused anywhere but in development. */
  readonly RATE_FACTOR?: string;
  /** The zone that the gateway answers for, and a secret that may purge its cache: both, or neither. */
  readonly CACHE_ZONE_ID?: string;
  readonly CACHE_PURGE_TOKEN?: string;
  /** See `platform/topology.ts`; must equal the feed Worker's. */
  readonly REGIONS?: string;
}

/** Signs tokens on a developer's machine; everyone can read it, so it is refused anywhere else. */
export const DEVELOPMENT_SECRET = "edgewise development only, not a secret";
const DEFAULT_ISSUER = "edgewise";

/** Empty variables count as missing: a dashboard cannot always remove one. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

const origin = z
  .string()
  .refine(
    (text) => text === "*" || URL.parse(text)?.origin === text,
    "an origin such as https://app.example.com",
  );

const varsSchema = z.object({
  ENVIRONMENT: z.enum(["development", "staging", "production"]),
  AUTH_SECRET: optional(z.string().min(32, "at least 32 characters, as HS256 needs")),
  SIGNING_SECRET: optional(z.string().min(32, "at least 32 characters")),
  SOCKET_BUCKETS: optional(socketBuckets),
  AUTH_JWKS_URL: optional(z.url({ protocol: /^https?$/ })),
  AUTH_ISSUER: optional(z.string()),
  AUTH_AUDIENCE: optional(z.string()),
  AUTH_SUBJECT_CLAIM: optional(z.string()),
  DEMO_SIGN_IN: optional(z.enum(["on", "off"])),
  DRILLS: optional(z.enum(["on", "off"])),
  CORS_ORIGINS: optional(
    z
      .string()
      .transform((text) => text.split(",").map((part) => part.trim()))
      .pipe(z.array(origin)),
  ),
  REQUEST_BUDGET_MS: optional(z.coerce.number().int().min(50).max(60_000)),
  RATE_FACTOR: optional(z.coerce.number().int().min(1).max(1_000)),
  CACHE_ZONE_ID: optional(z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits")),
  CACHE_PURGE_TOKEN: optional(z.string()),
  REGIONS: optional(regionsVar),
});
type Vars = z.infer<typeof varsSchema>;

/** Who signs the tokens that this gateway accepts. */
export type TokenTrust =
  | { readonly kind: "secret"; readonly secret: string }
  | { readonly kind: "jwks"; readonly url: string };

/** What the Worker uses: checked, with units. */
export interface GatewayConfig {
  readonly environment: Vars["ENVIRONMENT"];
  readonly trust: TokenTrust;
  readonly issuer: string;
  /** null: any audience, which only tokens of our own secret may have. */
  readonly audience: string | null;
  readonly subjectClaim: string;
  readonly demoSignIn: boolean;
  /** Origins of other sites whose pages may call the API; "*" is any. */
  readonly corsOrigins: readonly string[];
  readonly requestBudgetMs: number;
  /** What every rate limit is multiplied by: 1, except under a load test. */
  readonly rateFactor: number;
  /** null: only this data centre's cache is purged. */
  readonly purge: { readonly zoneId: string; readonly token: string } | null;
  readonly regions: readonly RegionRow[];
  readonly socketBuckets: number;
  readonly signingSecret: string;
}

/** A variable is missing or wrong; the message names it and says what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** @throws ConfigError */
export function configFrom(
  env: Omit<
    GatewayEnv,
    | "FEED"
    | "MEDIA"
    | "RANK_LOG"
    | "ASSETS"
    | "IMAGES"
    | "SOCKETS"
    | "CACHE_TALLY"
    | "CONTROLLER"
    | "DRILL_BOARD"
  >,
): GatewayConfig {
  const parsed = varsSchema.safeParse(env);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`Gateway configuration: ${issues.join("; ")}`);
  }
  const vars = parsed.data;
  const demoSignIn = vars.DEMO_SIGN_IN === "on";
  if (demoSignIn && vars.ENVIRONMENT === "production") {
    throw new ConfigError(
      "DEMO_SIGN_IN: anyone could sign in as anyone; set it to off in production",
    );
  }
  if (vars.DRILLS === "on" && vars.ENVIRONMENT === "production") {
    throw new ConfigError("DRILLS: faults are never injected in production; set it to off");
  }
  if (vars.RATE_FACTOR !== undefined && vars.ENVIRONMENT !== "development") {
    throw new ConfigError(
      "RATE_FACTOR: it is for load tests of a development instance; unset it anywhere else",
    );
  }
  const trust = trustFrom(vars);
  if (demoSignIn && trust.kind === "jwks") {
    throw new ConfigError(
      "DEMO_SIGN_IN: needs AUTH_SECRET to sign with; turn it off or unset AUTH_JWKS_URL",
    );
  }
  return {
    environment: vars.ENVIRONMENT,
    trust,
    issuer: vars.AUTH_ISSUER ?? DEFAULT_ISSUER,
    audience: vars.AUTH_AUDIENCE ?? null,
    subjectClaim: vars.AUTH_SUBJECT_CLAIM ?? "sub",
    demoSignIn,
    corsOrigins: vars.CORS_ORIGINS ?? [],
    requestBudgetMs: vars.REQUEST_BUDGET_MS ?? LIMITS.requestBudgetMs,
    rateFactor: vars.RATE_FACTOR ?? 1,
    purge: purgeFrom(vars),
    regions: vars.REGIONS ?? DEFAULT_REGIONS,
    socketBuckets: vars.SOCKET_BUCKETS ?? SOCKET_BUCKETS_DEFAULT,
    signingSecret: signingSecretFrom(vars),
  };
}

function signingSecretFrom({ SIGNING_SECRET, ENVIRONMENT }: Vars): string {
  const secret = SIGNING_SECRET ?? DEVELOPMENT_SECRET;
  if (secret !== DEVELOPMENT_SECRET || ENVIRONMENT === "development") return secret;
  throw new ConfigError(
    `SIGNING_SECRET: set one of your own for ${ENVIRONMENT} (wrangler secret put SIGNING_SECRET)`,
  );
}

function trustFrom(vars: Vars): TokenTrust {
  if (vars.AUTH_JWKS_URL !== undefined) {
    // Such an issuer serves other applications too: their tokens must not work here.
    if (vars.AUTH_ISSUER === undefined || vars.AUTH_AUDIENCE === undefined) {
      throw new ConfigError("AUTH_JWKS_URL: set AUTH_ISSUER and AUTH_AUDIENCE with it");
    }
    if (vars.ENVIRONMENT === "production" && !vars.AUTH_JWKS_URL.startsWith("https:")) {
      throw new ConfigError("AUTH_JWKS_URL: must be https in production");
    }
    return { kind: "jwks", url: vars.AUTH_JWKS_URL };
  }
  const secret = vars.AUTH_SECRET ?? DEVELOPMENT_SECRET;
  if (secret === DEVELOPMENT_SECRET && vars.ENVIRONMENT !== "development") {
    throw new ConfigError(
      `AUTH_SECRET: set one of your own for ${vars.ENVIRONMENT} (wrangler secret put AUTH_SECRET), or AUTH_JWKS_URL`,
    );
  }
  return { kind: "secret", secret };
}

function purgeFrom({ CACHE_ZONE_ID, CACHE_PURGE_TOKEN }: Vars): GatewayConfig["purge"] {
  if (CACHE_ZONE_ID !== undefined && CACHE_PURGE_TOKEN !== undefined) {
    return { zoneId: CACHE_ZONE_ID, token: CACHE_PURGE_TOKEN };
  }
  if (CACHE_ZONE_ID === undefined && CACHE_PURGE_TOKEN === undefined) return null;
  throw new ConfigError("CACHE_ZONE_ID: set it together with the secret CACHE_PURGE_TOKEN");
}
