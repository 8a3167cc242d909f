import { it } from "vitest";

import { run } from "../../deploy/run.ts";

/** What each Worker must be bound to, as wrangler lists it: the other Workers of its own environment. */
const BOUND = [
  ["env.LEADER", "objects"],
  ["env.FOLLOWER", "objects"],
  ["env.FEED", "feed"],
] as const;

it.for(["staging", "production"])(
  "bundles and checks every Worker for %s with the real tool",
  async (environment, { expect }) => {
    const { code, output } = await run("node", [
      "deploy/deploy.ts",
      "--env",
      environment,
      "--dry-run",
    ]);
    expect(output).toContain(
      "Dry run: would deploy edgewise-objects, edgewise-ranking-proxy, edgewise-feed, edgewise-gateway.",
    );
    expect(code).toBe(0);
    for (const [binding, worker] of BOUND) {
      const bound = new RegExp(`${binding}\\b.*edgewise-${worker}-${environment}\\b`);
      expect(output).toMatch(bound);
    }
    expect(output).toContain(`env.MEDIA (edgewise-media-${environment})`);
    expect(output).toContain(`env.ENVIRONMENT ("${environment}")`);
  },
);

it("refuses an environment that does not exist, and names the flag", async ({ expect }) => {
  const { code, output } = await run("node", ["deploy/deploy.ts", "--env", "qa"]);
  expect(code).toBe(2);
  expect(output).toContain("--env must be staging or production");
});
