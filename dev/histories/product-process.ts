import path from "node:path";

import { build } from "esbuild";
import type { V4WorkerOptions } from "miniflare";

import { followerName } from "../../core/tao/names.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../cluster.ts";
import { startOnServices } from "../hosted.ts";
import { mutantScript } from "./mutant-bundle.ts";
import type { FromProduct, ProductSettings, ToProduct } from "./product.ts";

const DRIVER = "edgewise-histories-driver";
/** The product's own, so that both run on the same runtime behaviour. */
const COMPATIBILITY_DATE = "2026-11-17";

/** The process that a drill kills: the product and its driver in one runtime, ordered about by messages. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? "{}") as ProductSettings;
  const vars = { SHARDS: String(settings.shards), REPLICAS: String(settings.replicas) };
  const options: ClusterOptions = {
    port: 0,
    dataFolder: settings.dataFolder,
    withAssets: false,
    vars: { feed: vars, objects: vars },
    moreWorkers: [await driverWorker(vars)],
    ...(settings.mutant !== null && { scripts: { objects: await mutantScript(settings.mutant) } }),
    onLog: (level, message) => (level === "error" || level === "warn") && console.error(message),
  };
  const cluster =
    settings.databaseUrl === null
      ? await startCluster(options)
      : await startOnServices({ databaseUrl: settings.databaseUrl, feedCache: null }, options);
  // The first call of the runtime's handle blocks this process, which reads the runtime's log:
  // were the log full then, both would wait for ever. Later calls do not block.
  await cluster.evict("follower", followerName(0, "nowhere", 0)).catch(() => undefined);
  process.on("message", (message: ToProduct) => {
    obey(cluster, message).catch((error: unknown) => console.error(message, error));
  });
  // An orphan would keep the data folder open.
  process.once("disconnect", () => process.exit(1));
  tell({ kind: "ready", driverUrl: await cluster.directUrl(DRIVER) });
}

const tell = (message: FromProduct): boolean | undefined => process.send?.(message);

async function obey(cluster: Cluster, message: ToProduct): Promise<void> {
  switch (message.kind) {
    case "evict":
      return cluster.evict(message.of, message.name);
    case "stop":
      await cluster.stop();
      process.disconnect();
  }
}

async function driverWorker(vars: Readonly<Record<string, string>>): Promise<V4WorkerOptions> {
  const object = (className: string) => ({
    className,
    scriptName: "edgewise-objects",
    useSQLite: true,
  });
  return {
    name: DRIVER,
    modules: [{ type: "ESModule", path: "index.js", contents: await bundledDriver() }],
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ["nodejs_compat"],
    bindings: { ...vars },
    durableObjects: {
      LEADER: object("ShardLeader"),
      FOLLOWER: object("ShardFollower"),
      COORDINATOR: object("RegionCoordinator"),
      FANOUT: object("FanoutShard"),
    },
    r2Buckets: { REGISTER: "edgewise-register" },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

async function bundledDriver(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "driver/driver.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

await main();
