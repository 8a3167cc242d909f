import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { mintToken } from "../operator/api.ts";
import { operatorOptions } from "../operator/connect.ts";
import { type Backends, freePorts, startBackends } from "../backends.ts";
import { freePort } from "../server-process.ts";
import { type DrillGraph, httpGraph, type Post } from "./graph.ts";
import { embeddedLogRows, type LogRows, mysqlLogRows } from "./log-rows.ts";
import { type Runtime, type RuntimeOptions, startRuntime } from "./runtime.ts";

/** Servers of the hosted profile, by the name of what keeps them. */
const SERVERS = {
  mariadb: "mariaDb",
  emulator: "emulator",
  redis: "redis",
  upstash: "upstash",
} as const satisfies Record<string, keyof Backends>;

export const TARGETS = ["mariadb", "emulator", "redis", "upstash", "runtime", "leaders"] as const;
export type Target = (typeof TARGETS)[number];
export type Profile = "embedded" | "hosted";

/** SHARDS of the wrangler.toml files. */
export const SHARDS = 16;
/** A request that takes longer has no answer for its sender, whatever became of it. */
const CALL_TIMEOUT_MS = 10_000;

export interface DrillWorld {
  readonly graph: DrillGraph;
  kill(target: Target): Promise<void>;
  restart(target: Target): Promise<void>;
  /** Null when this profile cannot tell at this moment: the embedded one only while it is down. */
  logRows(sinceMs: number): Promise<LogRows | null>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly profile: Profile;
  /** Emptied first. */
  readonly dataFolder: string;
}

/** The product and what it stands on, every part a process that can be killed by itself. */
export async function startWorld({ profile, dataFolder }: WorldOptions): Promise<DrillWorld> {
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const backends =
    profile === "hosted"
      ? await startBackends({ folder: dataFolder, ports: await freePorts() })
      : null;
  const options: RuntimeOptions = { dataFolder, port: await freePort(), services: backends };
  let runtime: Runtime | null = null;
  const stop = async (): Promise<void> => {
    await runtime?.stop();
    runtime = null;
    await backends?.stop();
  };
  try {
    runtime = await startRuntime(options);
  } catch (error) {
    await stop();
    throw error;
  }
  const post = await poster(runtime.url, dataFolder);
  const graph = httpGraph(post);
  return {
    graph,
    async kill(target) {
      if (target === "leaders") return moveLeaders(post);
      if (target !== "runtime") return serverOf(backends, target).process.kill();
      await runtime?.kill();
      runtime = null;
    },
    async restart(target) {
      // The next region's leaders start by themselves.
      if (target === "leaders") return;
      if (target !== "runtime") return serverOf(backends, target).restart();
      runtime = await startRuntime(options);
    },
    async logRows(sinceMs) {
      if (backends !== null) return mysqlLogRows(backends, sinceMs);
      return runtime === null ? embeddedLogRows(dataFolder, sinceMs) : null;
    },
    stop,
  };
}

function serverOf(backends: Backends | null, target: keyof typeof SERVERS) {
  if (backends === null) throw new RangeError(`the embedded profile has no ${target}`);
  return backends[SERVERS[target]];
}

/** Hands every shard over to another region, all at once. */
async function moveLeaders(post: Post): Promise<void> {
  const move = async (shard: number) => {
    const { region } = DEFAULT_REGIONS[Math.floor(Math.random() * DEFAULT_REGIONS.length)] ?? {};
    const answer = await post(
      `/v1/admin/shards/${shard}/leader`,
      JSON.stringify({ region, reason: "a drill moves every shard" }),
    );
    if (answer.status !== 200) throw new Error(`shard ${shard} did not move: ${answer.text}`);
  };
  await Promise.all(Array.from({ length: SHARDS }, (_, shard) => move(shard)));
}

async function poster(url: string, dataFolder: string) {
  const options = operatorOptions({ url, data: dataFolder }, {});
  const authorization = `Bearer ${await mintToken(options, "0", Date.now())}`;
  return async (at: string, body: string) => {
    const response = await fetch(`${url}${at}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  };
}

export const folderOf = (root: string, profile: Profile, target: Target): string =>
  path.join(root, `.edgewise/drill-${profile}-${target}`);
