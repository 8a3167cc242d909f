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
    const shared = ["SHARDS", "REGIONS", "FEED_BUCKETS"];
    expect(shared.map((name) => feed?.[name])).toEqual(shared.map((name) => objects?.[name]));
  },
);

it.for(["", ...ENVIRONMENTS])(
  "who holds sockets and who tells them count the same buckets in environment '%s'",
  (env, { expect }) => {
    const [feed, gateway, objects] = ["feed", "gateway", "objects"].map((id) => {
      const worker = WORKERS.find((candidate) => candidate.id === id);
      return configOf(worker?.config ?? "", env).vars["SOCKET_BUCKETS"];
    });
    expect(gateway).toMatch(/^\d+$/);
    expect(feed).toBe(gateway);
    expect(objects).toBe(gateway);
  },
);

/** As much of a configuration as the next test looks at. */
interface Bound {
  readonly services: readonly { readonly binding: string; readonly service: string }[];
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name: string }[];
  readonly durable_objects: {
    readonly bindings: readonly {
      readonly name: string;
      readonly class_name: string;
      readonly script_name?: string;
    }[];
  };
  readonly migrations: readonly { readonly new_sqlite_classes?: readonly string[] }[];
}

it.for(["", ...ENVIRONMENTS])(
  "objects and feed of environment '%s' find one register, and each other",
  (env, { expect }) => {
    const [objects, feed] = ["objects", "feed"].map((id) => {
      const worker = WORKERS.find((candidate) => candidate.id === id);
      return configOf(worker?.config ?? "", env) as Bound;
    });
    if (objects === undefined || feed === undefined) throw new Error("a Worker is missing");
    const suffix = env === "" ? "" : `-${env}`;
    const register = { binding: "REGISTER", bucket_name: `edgewise-register${suffix}` };
    const log = { binding: "RANK_LOG", bucket_name: `edgewise-rank-log${suffix}` };
    const sorted = [...objects.r2_buckets].toSorted((a, b) => (a.binding < b.binding ? -1 : 1));
    expect([sorted, feed.r2_buckets]).toEqual([[log, register], [register]]);
    const ranking = { binding: "RANKING", service: `edgewise-ranking-proxy${suffix}` };
    expect(feed.services).toEqual([ranking]);
    // Operators read what objects write.
    const gateway = configOf(
      WORKERS.find(({ id }) => id === "gateway")?.config ?? "",
      env,
    ) as Bound;
    expect(gateway.r2_buckets).toContainEqual(log);
    const classes = ({ durable_objects }: Bound) =>
      durable_objects.bindings.map(({ name, class_name }) => `${name} ${class_name}`);
    // Breakers of rankers are the proxy's.
    const shared = classes(objects).filter((name) => name !== "RANK_BREAKER RankBreaker");
    expect(classes(feed)).toEqual(shared);
    const scripts = feed.durable_objects.bindings.map(({ script_name }) => script_name);
    expect(new Set(scripts)).toEqual(new Set([`edgewise-objects${suffix}`]));
    // Whoever deploys first makes its class: none may be missing.
    const made = objects.migrations.flatMap((migration) => migration.new_sqlite_classes ?? []);
    const bound = objects.durable_objects.bindings.map(({ class_name }) => class_name);
    // Production has nothing to inject faults with: its class is there, empty, and bound to nothing.
    const unbound = env === "production" ? ["DrillBoard"] : [];
    expect(made.toSorted()).toEqual([...bound, ...unbound].toSorted());
  },
);

it.for(["", ...ENVIRONMENTS])(
  "objects and ranking proxy of environment '%s' count by one policy, and find each other",
  (env, { expect }) => {
    const [objects, proxy] = ["objects", "ranking-proxy"].map((id) => {
      const worker = WORKERS.find((candidate) => candidate.id === id);
      return configOf(worker?.config ?? "", env);
    });
    const name = "BREAKER_FAILURE_RATIO";
    expect(proxy?.vars[name]).toBe(objects?.vars[name]);
    const script_name = `edgewise-objects${env === "" ? "" : `-${env}`}`;
    const board = { name: "DRILL_BOARD", class_name: "DrillBoard", script_name };
    expect((proxy as unknown as Bound).durable_objects.bindings).toEqual([
      { name: "RANK_BREAKER", class_name: "RankBreaker", script_name },
      ...(env === "production" ? [] : [board]),
    ]);
  },
);

/** As much of a configuration as the next test looks at. */
interface Queued {
  readonly queues: {
    readonly producers?: readonly { readonly queue: string; readonly binding: string }[];
    readonly consumers?: readonly Readonly<Record<string, unknown>>[];
  };
}

it.for(["", ...ENVIRONMENTS])(
  "objects of environment '%s' send fan-out's work where the feed Worker takes it",
  (env, { expect }) => {
    const [objects, feed] = ["objects", "feed"].map((id) => {
      const worker = WORKERS.find((candidate) => candidate.id === id);
      return (configOf(worker?.config ?? "", env) as Queued).queues;
    });
    const queue = `edgewise-fanout${env === "" ? "" : `-${env}`}`;
    expect(objects?.producers).toEqual([{ binding: "FANOUT_QUEUE", queue }]);
    // Every option is said: defaults differ between a local run and the service.
    expect(feed?.consumers).toEqual([
      {
        queue,
        max_batch_size: 100,
        max_batch_timeout: 1,
        max_retries: 2,
        dead_letter_queue: queue.replace("fanout", "fanout-dead"),
        max_concurrency: 10,
        retry_delay: 5,
      },
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
