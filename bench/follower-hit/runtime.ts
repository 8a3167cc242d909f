import path from "node:path";

import { build } from "esbuild";
import type { V4WorkerOptions } from "miniflare";
import { z } from "zod";

import { startCluster } from "../../dev/cluster.ts";
import type { Driven, Generator } from "../load/generator.ts";
import { runtimePids } from "../measure/processes.ts";

const DRIVER = "edgewise-bench-caller";
const BARE = "edgewise-bench-bare";
/** The product's own, so that both run on the same runtime behaviour. */
const COMPATIBILITY_DATE = "2026-11-17";
const VARS = { SHARDS: "1" };

export interface HitRuntime {
  readonly url: string;
  /** One process has the product's objects, the bare one and their caller: its CPU is all three's. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export async function startRuntime(onStep: (text: string) => void): Promise<HitRuntime> {
  const before = new Set(runtimePids());
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    vars: { feed: VARS, objects: VARS },
    moreWorkers: [await driverWorker(), await bareWorker()],
    onStep,
    onLog: (level, message) => level === "error" && console.error(message),
  });
  return {
    url: await cluster.directUrl(DRIVER),
    pids: runtimePids().filter((pid) => !before.has(pid)),
    stop: () => cluster.stop(),
  };
}

async function driverWorker(): Promise<V4WorkerOptions> {
  const object = (className: string, scriptName: string) => ({
    className,
    scriptName,
    useSQLite: true,
  });
  return {
    ...(await workerFrom(DRIVER, "driver")),
    bindings: { ...VARS },
    durableObjects: {
      LEADER: object("ShardLeader", "edgewise-objects"),
      FOLLOWER: object("ShardFollower", "edgewise-objects"),
      BARE: object("BareObject", BARE),
    },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

const bareWorker = async (): Promise<V4WorkerOptions> => ({
  ...(await workerFrom(BARE, "bare")),
  durableObjects: { SELF: { className: "BareObject", useSQLite: true } },
});

async function workerFrom(name: string, file: string) {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, `drive/${file}.ts`)],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  return {
    name,
    modules: [
      { type: "ESModule" as const, path: "index.js", contents: outputFiles[0]?.text ?? "" },
    ],
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ["nodejs_compat"],
  };
}

const sizesSchema = z.record(z.string(), z.int());
const doneSchema = z.object({ calls: z.int(), failed: z.int(), elapsedMs: z.number() });

/** Loads, warms, and checks that the bare object answers the same. @returns characters of each answer as JSON. */
export async function prepare({ url }: HitRuntime): Promise<Readonly<Record<string, number>>> {
  return sizesSchema.parse(await asked(`${url}/prepare`));
}

/** The driver in the runtime makes the calls; a target's URL says which. */
export const inRuntime: Generator = {
  name: "a Worker in the same runtime",
  drive: async ({ url, connections, seconds }): Promise<Driven> => {
    const query = `&width=${connections}&ms=${seconds * 1_000}`;
    const { calls, failed, elapsedMs } = doneSchema.parse(await asked(`${url}${query}`));
    const unknown = { bytes: 0, p50Ms: 0, p99Ms: 0, lost: 0, wrong: 0 };
    return { requests: calls, refused: failed, seconds: elapsedMs / 1_000, ...unknown };
  },
};

async function asked(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
