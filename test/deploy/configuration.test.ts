import path from "node:path";

import { it } from "vitest";
import { unstable_readConfig } from "wrangler";

import { ENVIRONMENTS } from "../../deploy/steps.ts";
import { ROOT, WORKERS } from "../../deploy/workers.ts";

const NEWEST = "2026-11-17";
const configOf = (config: string, env: string) =>
  unstable_readConfig({ config: path.join(ROOT, config), env });

it.for(["", ...ENVIRONMENTS])(
  "all Workers of environment '%s' share one shard map",
  (env, { expect }) => {
    const [objects, , feed] = WORKERS.map((worker) => configOf(worker.config, env).vars);
    expect(objects?.["SHARDS"]).toMatch(/^\d+$/);
    expect([feed?.["SHARDS"], feed?.["REGIONS"]]).toEqual([
      objects?.["SHARDS"],
      objects?.["REGIONS"],
    ]);
  },
);

it.for(WORKERS)(
  "$name runs on the current compatibility date in every environment",
  (worker, { expect }) => {
    for (const env of ["", ...ENVIRONMENTS]) {
      const config = configOf(worker.config, env);
      expect(config.name).toBe(env === "" ? worker.name : `${worker.name}-${env}`);
      expect(config.compatibility_date).toBe(NEWEST);
      expect(config.compatibility_flags).toContain("nodejs_compat");
    }
  },
);

it("only the gateway is reachable from outside, and it alone has a cron", ({ expect }) => {
  const open = WORKERS.filter(
    (worker) => configOf(worker.config, "production").workers_dev !== false,
  );
  expect(open.map((worker) => worker.id)).toEqual(["gateway"]);
  expect(configOf("wrangler.toml", "production").triggers.crons).toEqual(["* * * * *"]);
});

it("production signs nobody in without a token of its issuer", ({ expect }) => {
  expect(configOf("wrangler.toml", "production").vars["DEMO_SIGN_IN"]).toBe("off");
});
