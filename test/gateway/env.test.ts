import { describe, it } from "vitest";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { configFrom, ConfigError, DEVELOPMENT_SECRET } from "../../workers/gateway/env.ts";

const SECRET = "a secret of at least thirty-two characters";

it("needs only ENVIRONMENT in development", ({ expect }) => {
  expect(configFrom({ ENVIRONMENT: "development" })).toEqual({
    environment: "development",
    purge: null,
    trust: { kind: "secret", secret: DEVELOPMENT_SECRET },
    issuer: "edgewise",
    audience: null,
    subjectClaim: "sub",
    demoSignIn: false,
    corsOrigins: [],
    requestBudgetMs: 5_000,
    rateFactor: 1,
    regions: DEFAULT_REGIONS,
    socketBuckets: 4,
    signingSecret: DEVELOPMENT_SECRET,
  });
});

it("takes empty variables as missing, and converts the rest", ({ expect }) => {
  const config = configFrom({
    ENVIRONMENT: "staging",
    AUTH_SECRET: SECRET,
    SIGNING_SECRET: SECRET,
    SOCKET_BUCKETS: "64",
    AUTH_ISSUER: "",
    CORS_ORIGINS: "https://a.example, http://localhost:5173",
    REQUEST_BUDGET_MS: "750",
    CACHE_ZONE_ID: "0".repeat(32),
    CACHE_PURGE_TOKEN: "secret",
    REGIONS: '[{"region":"mars","hint":"weur","leaderWeight":1,"continents":["EU"]}]',
  });
  expect(config).toMatchObject({
    issuer: "edgewise",
    corsOrigins: ["https://a.example", "http://localhost:5173"],
    requestBudgetMs: 750,
    socketBuckets: 64,
    signingSecret: SECRET,
    purge: { zoneId: "0".repeat(32), token: "secret" },
    regions: [{ region: "mars" }],
  });
});

describe("refuses, naming the variable", () => {
  const production = { ENVIRONMENT: "production", AUTH_SECRET: SECRET, SIGNING_SECRET: SECRET };
  const jwks = {
    AUTH_JWKS_URL: "https://i.example/keys",
    AUTH_ISSUER: "https://i.example",
    AUTH_AUDIENCE: "x",
  };
  it.for([
    ["ENVIRONMENT", {}],
    ["ENVIRONMENT", { ENVIRONMENT: "prod" }],
    ["DEMO_SIGN_IN", { ...production, DEMO_SIGN_IN: "on" }],
    ["DEMO_SIGN_IN", { ...production, DEMO_SIGN_IN: "yes" }],
    ["DRILLS", { ...production, DRILLS: "on" }],
    ["DRILLS", { ...production, DRILLS: "maybe" }],
    ["RATE_FACTOR", { ...production, RATE_FACTOR: "100" }],
    ["RATE_FACTOR", { ENVIRONMENT: "staging", ...jwks, RATE_FACTOR: "1" }],
    ["RATE_FACTOR", { ENVIRONMENT: "development", RATE_FACTOR: "0" }],
    ["DEMO_SIGN_IN", { ENVIRONMENT: "staging", ...jwks, DEMO_SIGN_IN: "on" }],
    ["AUTH_SECRET", { ENVIRONMENT: "production" }],
    ["AUTH_SECRET", { ENVIRONMENT: "staging" }],
    ["SIGNING_SECRET", { ENVIRONMENT: "staging", AUTH_SECRET: SECRET }],
    ["SIGNING_SECRET", { ...production, SIGNING_SECRET: DEVELOPMENT_SECRET }],
    ["SIGNING_SECRET", { ENVIRONMENT: "development", SIGNING_SECRET: "short" }],
    ["SOCKET_BUCKETS", { ENVIRONMENT: "development", SOCKET_BUCKETS: "0" }],
    ["AUTH_SECRET", { ENVIRONMENT: "production", AUTH_SECRET: DEVELOPMENT_SECRET }],
    ["AUTH_SECRET", { ENVIRONMENT: "development", AUTH_SECRET: "short" }],
    ["AUTH_JWKS_URL", { ENVIRONMENT: "production", AUTH_JWKS_URL: "https://i.example/keys" }],
    [
      "AUTH_JWKS_URL",
      { ENVIRONMENT: "production", ...jwks, AUTH_JWKS_URL: "http://i.example/keys" },
    ],
    ["AUTH_JWKS_URL", { ENVIRONMENT: "production", ...jwks, AUTH_JWKS_URL: "keys" }],
    ["CORS_ORIGINS", { ...production, CORS_ORIGINS: "https://a.example/path" }],
    ["CORS_ORIGINS", { ...production, CORS_ORIGINS: "a.example" }],
    ["REQUEST_BUDGET_MS", { ...production, REQUEST_BUDGET_MS: "soon" }],
    ["REQUEST_BUDGET_MS", { ...production, REQUEST_BUDGET_MS: "0" }],
    ["CACHE_ZONE_ID", { ...production, CACHE_ZONE_ID: "0".repeat(32) }],
    ["CACHE_ZONE_ID", { ...production, CACHE_PURGE_TOKEN: "secret" }],
    ["CACHE_ZONE_ID", { ...production, CACHE_ZONE_ID: "a/b", CACHE_PURGE_TOKEN: "secret" }],
    ["REGIONS", { ...production, REGIONS: "{" }],
    ["REGIONS", { ...production, REGIONS: "[]" }],
  ] as const)("%s %o", ([name, vars], { expect }) => {
    expect(() => configFrom(vars)).toThrow(ConfigError);
    expect(() => configFrom(vars)).toThrow(name);
  });
});
