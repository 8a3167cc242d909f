import path from "node:path";

import { build } from "esbuild";
import type { V4WorkerOptions } from "miniflare";

import type { RegionRow } from "../../core/regions/regions.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { evenShardMap, type ShardMap } from "../../core/tao/shard-map.ts";
import { startCluster } from "../../dev/cluster.ts";
import { runtimePids } from "../measure/processes.ts";
import { DriverClient } from "./driver-client.ts";

export interface RuntimeOptions {
  /** Kept between starts; null: gone with `stop`. */
  readonly dataFolder: string | null;
  readonly profile: "embedded" | "hosted";
  readonly shards: number;
  readonly replicas: number;
  /** Variables of the objects beside the usual ones. */
  readonly objectVars?: Readonly<Record<string, string>>;
  readonly onStep: (text: string) => void;
}

/** The product's objects and, beside them in the same runtime, the client that drives them. */
export interface TaoRuntime {
  readonly driver: DriverClient;
  readonly map: ShardMap;
  readonly regions: readonly RegionRow[];
  /** Of the runtime under test. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

const DRIVER = "edgewise-bench-driver";
/** The product's own, so that both run on the same runtime behaviour. */
const COMPATIBILITY_DATE = "2026-11-17";

export async function startRuntime(options: RuntimeOptions): Promise<TaoRuntime> {
  const before = new Set(runtimePids());
  const vars = { SHARDS: String(options.shards), REPLICAS: String(options.replicas) };
  const cluster = await startCluster({
    port: 0,
    dataFolder: options.dataFolder,
    withAssets: false,
    vars: { feed: vars, objects: { ...vars, ...options.objectVars } },
    moreWorkers: [await driverWorker(vars)],
    onStep: options.onStep,
    onLog: (level, message) => level === "error" && console.error(message),
  });
  const regions = DEFAULT_REGIONS;
  return {
    driver: new DriverClient(await cluster.directUrl(DRIVER)),
    map: evenShardMap(
      options.shards,
      new Map(regions.map((row) => [row.region, row.leaderWeight])),
    ),
    regions,
    pids: runtimePids().filter((pid) => !before.has(pid)),
    stop: () => cluster.stop(),
  };
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
    durableObjects: { LEADER: object("ShardLeader"), FOLLOWER: object("ShardFollower") },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

async function bundledDriver(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "drive/driver.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
