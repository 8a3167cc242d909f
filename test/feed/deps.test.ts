import { describe, it } from "vitest";

import type { CallContext } from "../../core/feed/service.ts";
import { depsFor } from "../../workers/feed/deps.ts";
import type { FeedEnv } from "../../workers/feed/env.ts";

const context: CallContext = {
  viewer: "42",
  region: "us-east",
  ticket: null,
  idempotencyKey: "key",
  deadlineMs: 1_000,
};

/** Four shards of which the last leader is away. */
function fakeEnv(): FeedEnv {
  const leader = (name: string) => ({
    sweep: () =>
      name.startsWith("leader:3:")
        ? Promise.reject(new Error("away"))
        : Promise.resolve({ intents: 2, followersBehind: 1 }),
  });
  const bindings = { LEADER: { getByName: leader }, FOLLOWER: {}, RANKER: {} };
  return { ENVIRONMENT: "development", SHARDS: "4", ...bindings } as unknown as FeedEnv;
}

describe("composition of the feed Worker", () => {
  it("is wired once per environment", ({ expect }) => {
    const env = fakeEnv();
    expect(depsFor(env)).toBe(depsFor(env));
    expect(depsFor(env)).not.toBe(depsFor(fakeEnv()));
  });

  it("turns the caller's context into a call; a viewer that is no id is nobody", ({ expect }) => {
    const { callFor } = depsFor(fakeEnv());
    expect(callFor(context)).toMatchObject({
      viewer: 42n,
      idempotencyKey: "key",
      deadlineMs: 1_000,
    });
    for (const viewer of [null, "", "-1", "ada", "1e3"]) {
      expect(callFor({ ...context, viewer }).viewer, String(viewer)).toBeNull();
    }
  });

  it("sweeps every leader and counts those that are away", async ({ expect }) => {
    const report = await depsFor(fakeEnv()).sweep();
    expect(report).toEqual({ shards: 4, intents: 6, followersBehind: 3, unreachable: 1 });
  });
});
