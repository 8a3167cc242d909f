import path from "node:path";

import { build } from "esbuild";
import type { V4WorkerOptions } from "miniflare";
import { createConnection } from "mysql2/promise";
import { z } from "zod";

import { DEFAULT_REGIONS, type RegionRow } from "../../core/regions/regions.ts";
import { evenShardMap, type ShardMap } from "../../core/tao/shard-map.ts";
import type { Backends } from "../../dev/backends.ts";
import { type ClusterOptions, startCluster } from "../../dev/cluster.ts";
import { startHosted } from "../../dev/hosted.ts";
import { cpuSeconds, runtimePids, withDescendants } from "../measure/processes.ts";
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
  /** Queries that the hosted database itself has counted; null over the embedded store. */
  readonly databaseSelects: (() => Promise<number>) | null;
  /** Of the runtime under test. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Seconds of CPU that the runtime has used. */
export const cpuOf = ({ pids }: TaoRuntime): number => cpuSeconds(pids.flatMap(withDescendants));

const DRIVER = "edgewise-bench-driver";
/** The product's own, so that both run on the same runtime behaviour. */
const COMPATIBILITY_DATE = "2026-11-17";

export async function startRuntime(options: RuntimeOptions): Promise<TaoRuntime> {
  const before = new Set(runtimePids());
  const vars = { SHARDS: String(options.shards), REPLICAS: String(options.replicas) };
  const shared: ClusterOptions = {
    port: 0,
    dataFolder: options.dataFolder,
    withAssets: false,
    vars: { feed: vars, objects: { ...vars, ...options.objectVars } },
    moreWorkers: [await driverWorker(vars)],
    onStep: options.onStep,
    onLog: (level, message) => level === "error" && console.error(message),
  };
  const hosted = options.profile === "hosted" ? await startHosted(shared) : null;
  const cluster = hosted ?? (await startCluster(shared));
  const regions = DEFAULT_REGIONS;
  return {
    driver: new DriverClient(await cluster.directUrl(DRIVER)),
    map: evenShardMap(
      options.shards,
      new Map(regions.map((row) => [row.region, row.leaderWeight])),
    ),
    regions,
    databaseSelects: hosted === null ? null : () => selectsOf(hosted.backends.mysql),
    pids: runtimePids().filter((pid) => !before.has(pid)),
    stop: () => cluster.stop(),
  };
}

async function selectsOf(mysql: Backends["mysql"]): Promise<number> {
  const connection = await createConnection({ host: "127.0.0.1", ...mysql });
  try {
    const [rows] = await connection.query("SHOW GLOBAL STATUS LIKE 'Com_select'");
    return statusSchema.parse(rows)[0]?.Value ?? Number.NaN;
  } finally {
    await connection.end();
  }
}
const statusSchema = z.array(z.object({ Value: z.coerce.number() }));

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
      FLOOR: { className: "FloorFollower", useSQLite: true },
      LEADER: object("ShardLeader"),
      FOLLOWER: object("ShardFollower"),
      COORDINATOR: object("RegionCoordinator"),
    },
    r2Buckets: { REGISTER: "edgewise-register" },
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
