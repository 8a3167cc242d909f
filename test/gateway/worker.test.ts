import { describe, it, vi } from "vitest";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import type { GatewayEnv } from "../../workers/gateway/env.ts";
import worker from "../../workers/gateway/index.ts";
import { FakeFeed } from "../fakes/fake-feed.ts";

vi.mock("cloudflare:workers", () => ({ waitUntil: () => {} }));

const context = { waitUntil: () => {} } as unknown as ExecutionContext;
const healthz = () => new Request("http://localhost/healthz") as Parameters<typeof worker.fetch>[0];
const controller = {} as ScheduledController;

function envWith(
  feed: FakeFeed,
  vars: Omit<Partial<GatewayEnv>, "SOCKETS" | "CACHE_TALLY" | "CONTROLLER"> = {},
): GatewayEnv {
  const away = {} as never;
  return {
    FEED: feed,
    MEDIA: away,
    RANK_LOG: away,
    ASSETS: away,
    SOCKETS: away,
    CACHE_TALLY: away,
    CONTROLLER: away,
    ENVIRONMENT: "development",
    ...vars,
  };
}

describe("the gateway Worker", () => {
  it("sweeps every region each minute, whatever happens in the others", async ({
    expect,
    onTestFinished,
  }) => {
    const logs = [
      vi.spyOn(console, "log").mockReturnValue(),
      vi.spyOn(console, "error").mockReturnValue(),
    ];
    onTestFinished(() => logs.forEach((log) => log.mockRestore()));
    const feed = new FakeFeed();
    await worker.scheduled(controller, envWith(feed));
    expect(feed.calls.map(({ args }) => args[0])).toEqual(DEFAULT_REGIONS.map((row) => row.region));
    feed.thrown = new Error("away");
    await worker.scheduled(controller, envWith(feed));
    expect(feed.calls).toHaveLength(2 * DEFAULT_REGIONS.length);
  });

  it("serves nothing when misconfigured, and tells only the log why", async ({
    expect,
    onTestFinished,
  }) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => log.mockRestore());

    const env = envWith(new FakeFeed(), {
      ENVIRONMENT: "production",
      DEMO_SIGN_IN: "on",
      AUTH_SECRET: "x".repeat(32),
    });
    const response = await worker.fetch(healthz(), env, context);
    expect(response?.status).toBe(500);
    expect(await response?.text()).not.toContain("DEMO_SIGN_IN");
    expect(JSON.stringify(log.mock.calls)).toContain("DEMO_SIGN_IN");
  });

  it("answers requests when configured", async ({ expect }) => {
    const response = await worker.fetch(healthz(), envWith(new FakeFeed()), context);
    expect(response?.status).toBe(200);
  });
});
