import { describe, it } from "vitest";

import type { CallContext, SweepReport } from "../../core/feed/service.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { ok } from "../../core/result.ts";
import { INITIAL } from "../../workers/feed/flags.ts";
import { depsFor } from "../../workers/feed/deps.ts";
import type { FeedEnv } from "../../workers/feed/env.ts";

const context: CallContext = {
  viewer: "42",
  region: "us-east",
  ticket: null,
  consistency: "ticket",
  allowStale: false,
  idempotencyKey: "key",
  deadlineMs: 1_000,
};

/** Four shards of which the last leader is away. */
function fakeEnv(): FeedEnv {
  const leader = (name: string) => ({
    sweep: () =>
      name.startsWith("leader:3:")
        ? Promise.reject(new Error("away"))
        : Promise.resolve(ok({ intents: 2, followersBehind: 1 })),
  });
  const fanout = { wake: async () => {} };
  const bindings = {
    LEADER: { getByName: leader },
    FANOUT: { getByName: () => fanout },
    FOLLOWER: {},
  };
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
    expect(callFor(context, () => {}, INITIAL)).toMatchObject({
      viewer: 42n,
      idempotencyKey: "key",
      deadlineMs: 1_000,
    });
    for (const viewer of [null, "", "-1", "ada", "1e3"]) {
      expect(callFor({ ...context, viewer }, () => {}, INITIAL).viewer, String(viewer)).toBeNull();
    }
  });

  it("sweeps each leader in its own region, and counts those that are away", async ({ expect }) => {
    const { sweep } = depsFor(fakeEnv());
    const reports = await Promise.all(DEFAULT_REGIONS.map(({ region }) => sweep(region)));
    const sum = (of: (report: SweepReport) => number) =>
      reports.reduce((total, report) => total + of(report), 0);
    expect(sum((report) => report.shards)).toBe(4);
    expect(sum((report) => report.intents)).toBe(6);
    expect(sum((report) => report.followersBehind)).toBe(3);
    expect(sum((report) => report.unreachable)).toBe(1);
  });
});
