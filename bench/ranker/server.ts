import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import os from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath, URL } from "node:url";
import { promisify } from "node:util";

import type { Drawn, Load } from "./generator.ts";
import type { RankerOptions } from "./options.ts";

const TASKSET = "/usr/bin/taskset";
const GENERATOR = fileURLToPath(new URL("generator.ts", import.meta.url));
const SERVER = fileURLToPath(new URL("../../gpu-ranker/src/main.ts", import.meta.url));

/** The generator has the last core to itself where there is more than one; the server has the others. */
export interface Pinning {
  readonly server: string;
  readonly generator: string;
}

export function pinning(): Pinning | null {
  const last = os.cpus().length - 1;
  if (last < 1 || !existsSync(TASKSET)) return null;
  return { server: last === 1 ? "0" : `0-${last - 1}`, generator: String(last) };
}

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  /** What the server logged of its model: version, provider, nodes, parity. */
  readonly model: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** @throws Error with the server's own words when it cannot serve. */
export async function startServer(
  { models, provider, threads }: Pick<RankerOptions, "models" | "provider" | "threads">,
  batchRowsMax: number | null,
  pins: Pinning | null,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const [command, ...args] = pinned(pins?.server ?? null, [process.execPath, SERVER]);
  const child = spawn(command ?? "", args, {
    env: {
      ...process.env,
      RANKER_MODELS: models,
      RANKER_PROVIDERS: provider,
      RANKER_THREADS: String(threads),
      RANKER_PORT: "0",
      RANKER_POLL_MS: "0",
      RANKER_DRAIN_NOTICE_MS: "0",
      ...env,
      ...(batchRowsMax === null ? {} : { RANKER_BATCH_ROWS_MAX: String(batchRowsMax) }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  let port = 0;
  for await (const line of createInterface(child.stdout)) {
    const logged = JSON.parse(line) as Record<string, unknown>;
    if (logged["event"] === "listening") port = Number(logged["port"]);
    if (logged["event"] === "model_loaded") {
      child.stdout.resume();
      const stop = async () => {
        child.kill("SIGTERM");
        await once(child, "exit");
        process.off("exit", killed);
      };
      return { port, pid: child.pid ?? 0, model: logged, stop };
    }
    if (logged["level"] !== "info") {
      child.kill("SIGKILL");
      throw new Error(`the ranker does not serve: ${line}`);
    }
  }
  throw new Error("the ranker ended before it served");
}

/** Runs the generator to its end, on its own core. */
export async function draw(load: Load, pins: Pinning | null): Promise<Drawn> {
  const line = [process.execPath, GENERATOR, JSON.stringify(load)];
  const [command, ...args] = pinned(pins?.generator ?? null, line);
  const { stdout } = await promisify(execFile)(command ?? "", args);
  return JSON.parse(stdout) as Drawn;
}

const pinned = (cores: string | null, line: readonly string[]): readonly string[] =>
  cores === null ? line : [TASKSET, "--cpu-list", cores, ...line];
