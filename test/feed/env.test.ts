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

  it.for([
    ["ENVIRONMENT", "test"],
    ["SIGNING_SECRET", "short"],
    ["SHARDS", "0"],
    ["SHARDS", "many"],
  ] as const)("names the variable when %s is %j", ([name, value], { expect }) => {
    expect(() => configFrom(env({ [name]: value }))).toThrow(`Feed configuration: ${name}: `);
  });
});
