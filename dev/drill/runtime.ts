import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { toolEnv } from "../../deploy/run.ts";
import { ROOT } from "../../deploy/workers.ts";
import type { Services } from "../hosted.ts";
import { portTaken } from "../port.ts";

const HOST = "127.0.0.1";
/** The first start of a checkout builds everything. */
const START_MS_MAX = 180_000;

export interface RuntimeOptions {
  readonly dataFolder: string;
  readonly port: number;
  /** Of the hosted profile; null for the embedded one. */
  readonly services: Services | null;
}

/** The product as `npm start` runs it, in a group of processes of its own. */
export interface Runtime {
  readonly url: string;
  /** `kill -9` of the runtime and of what drives it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws Error when it does not come up; its log is in the data folder. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { dataFolder, port, services } = options;
  const log = path.join(dataFolder, "runtime.log");
  const output = openSync(log, "a");
  const profile = services === null ? "embedded" : "hosted";
  const child = spawn(
    process.execPath,
    ["dev/start.ts", "--no-world", "--profile", profile, "--data", dataFolder],
    {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", output, output],
      env: toolEnv({
        PORT: `${port}`,
        HOST,
        ...(services !== null && environmentOf(services)),
      }),
    },
  );
  const signal = (name: NodeJS.Signals, pid: number) => {
    try {
      process.kill(pid, name);
    } catch (error) {
      // All of it has ended already.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  const pid = child.pid ?? 0;
  const killed = () => signal("SIGKILL", -pid);
  process.once("exit", killed);
  const exited = once(child, "exit").finally(() => process.off("exit", killed));
  const end = async (name: NodeJS.Signals, whom: number): Promise<void> => {
    signal(name, whom);
    await exited;
    // The last of the group gives the port back.
    while ((await portTaken(HOST, port)) !== null) await sleep(5);
  };
  const runtime: Runtime = {
    url: `http://${HOST}:${port}`,
    kill: () => end("SIGKILL", -pid),
    stop: () => end("SIGTERM", pid),
  };
  await untilHealthy(runtime.url, () => child.exitCode ?? child.signalCode, log);
  return runtime;
}

const environmentOf = ({ databaseUrl, feedCache }: Services): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ...(feedCache !== null && {
    UPSTASH_REDIS_REST_URL: feedCache.url,
    UPSTASH_REDIS_REST_TOKEN: feedCache.token,
  }),
});

async function untilHealthy(
  url: string,
  ended: () => number | string | null,
  log: string,
): Promise<void> {
  const giveUpAtMs = Date.now() + START_MS_MAX;
  for (;;) {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) return;
    if (ended() !== null || Date.now() > giveUpAtMs)
      throw new Error(`the product did not come up: see ${log}`);
    await sleep(20);
  }
}
