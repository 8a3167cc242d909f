import { describe, it } from "vitest";

import { configFrom, DEVELOPMENT_SECRET, type FeedEnv } from "../../workers/feed/env.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const env = (vars: Partial<Record<string, string>>) =>
  ({ ENVIRONMENT: "development", ...vars }) as unknown as FeedEnv;

describe("configuration of the feed Worker", () => {
  it("works on a developer's machine without a secret", ({ expect }) => {
    expect(configFrom(env({})).signingSecret.length).toBeGreaterThanOrEqual(32);
    expect(configFrom(env({ SHARDS: "4" })).map.entries).toHaveLength(4);
  });

  it.for(["staging", "production"])("needs its own secret in %s", (ENVIRONMENT, { expect }) => {
    expect(() => configFrom(env({ ENVIRONMENT }))).toThrow(/SIGNING_SECRET/);
    const published = env({ ENVIRONMENT, SIGNING_SECRET: DEVELOPMENT_SECRET });
    expect(() => configFrom(published)).toThrow(/SIGNING_SECRET/);
    expect(configFrom(env({ ENVIRONMENT, SIGNING_SECRET: SECRET })).signingSecret).toBe(SECRET);
  });

  it("refuses to inject faults in production, and nowhere else", ({ expect }) => {
    const vars = { SIGNING_SECRET: SECRET, DRILLS: "on" };
    expect(() => configFrom(env({ ...vars, ENVIRONMENT: "production" }))).toThrow(
      "Feed configuration: DRILLS: ",
    );
    expect(() => configFrom(env({ ...vars, ENVIRONMENT: "staging" }))).not.toThrow();
  });

  it.for([
    ["ENVIRONMENT", "test"],
    ["SIGNING_SECRET", "short"],
    ["SHARDS", "0"],
    ["SHARDS", "many"],
  ] as const)("names the variable when %s is %j", ([name, value], { expect }) => {
    expect(() => configFrom(env({ [name]: value }))).toThrow(`Feed configuration: ${name}: `);
  });
});

describe("where feeds are cached", () => {
  const URL = "https://eu1-some-name-12345.upstash.io";
  const TOKEN = "AXyzAAIncDE-a-secret";
  const upstash = { UPSTASH_REDIS_REST_URL: URL, UPSTASH_REDIS_REST_TOKEN: TOKEN };
  const cacheOf = (vars: Partial<Record<string, string>>) => configFrom(env(vars)).feedCache;

  it("is nowhere, or in objects of our own, where the variables say so", ({ expect }) => {
    expect(cacheOf({})).toEqual({ kind: "embedded" });
    expect(cacheOf({ FEED_CACHE: "off" })).toEqual({ kind: "off" });
    expect(cacheOf({ FEED_CACHE: "embedded", ...upstash })).toEqual({ kind: "embedded" });
  });

  it("is Upstash where the variables say so", ({ expect }) => {
    const config = { kind: "upstash", url: URL, token: TOKEN, run: "1" };
    expect(cacheOf({ FEED_CACHE: "upstash", ...upstash })).toEqual(config);
    const local = { ...upstash, UPSTASH_REDIS_REST_URL: "http://127.0.0.1:8381" };
    expect(cacheOf({ FEED_CACHE: "upstash", ...local })).toMatchObject({
      url: "http://127.0.0.1:8381",
    });
  });

  it.for([
    ["FEED_CACHE", { FEED_CACHE: "redis" }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_URL: undefined }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_URL: "" }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_URL: `${URL}\n` }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_URL: "http://example.com" }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_URL: "redis://example.com:6379" }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_URL: `https://:${TOKEN}@example.com` }],
    ["UPSTASH_REDIS_REST_TOKEN", { UPSTASH_REDIS_REST_TOKEN: undefined }],
    ["UPSTASH_REDIS_REST_TOKEN", { UPSTASH_REDIS_REST_TOKEN: "" }],
    ["UPSTASH_REDIS_REST_TOKEN", { UPSTASH_REDIS_REST_TOKEN: `${TOKEN}\n` }],
  ] as const)("names %s when it is wrong, and no secret: %j", ([name, vars], { expect }) => {
    const said = (() => {
      try {
        return JSON.stringify(cacheOf({ FEED_CACHE: "upstash", ...upstash, ...vars }));
      } catch (error) {
        return String(error);
      }
    })();
    expect(said).toContain(`Feed configuration: ${name}: `);
    expect(said).not.toContain(TOKEN);
  });
});
