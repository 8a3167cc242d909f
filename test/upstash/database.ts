import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Redis } from "@upstash/redis/cloudflare";

import { startRedis } from "../../dev/redis.ts";
import { freePort, type ServerProcess } from "../../dev/server-process.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../dev/upstash/server.ts";

export const TOKEN = "only-for-tests";

export interface TestRedis {
  readonly primary: ServerProcess;
  readonly url: string;
  /** Another front of the same Redis, with bounds or a delay of its own; stopped with the rest. */
  front(options: Partial<EmulatorOptions>): Promise<Emulator>;
  /** Starts Redis again on the same data, after a kill. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of its own in a temporary folder, behind the protocol emulator. */
export async function startTestRedis(withReplica?: { readonly lagMs: number }): Promise<TestRedis> {
  const folder = mkdtempSync(path.join(tmpdir(), "edgewise-redis-"));
  const at = { folder, port: await freePort() };
  let primary = await startRedis(at);
  const replica = withReplica
    ? await startRedis({ folder: path.join(folder, "replica"), port: await freePort() })
    : null;
  const redis = {
    primary: at.port,
    replica: replica?.port ?? null,
    lagMs: withReplica?.lagMs ?? 0,
  };
  const fronts: Emulator[] = [];
  const front = async (options: Partial<EmulatorOptions>): Promise<Emulator> => {
    const emulator = await startEmulator({ redis, token: TOKEN, port: 0, ...options });
    fronts.push(emulator);
    return emulator;
  };
  const { url } = await front({});
  return {
    get primary() {
      return primary;
    },
    url,
    front,
    async restart() {
      primary = await startRedis(at);
    },
    async stop() {
      for (const emulator of fronts) await emulator.stop();
      await replica?.stop();
      await primary.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Config = ConstructorParameters<typeof Redis>[0];

/** The unmodified client, with what it does by itself unless told otherwise. */
export const clientOf = (url: string, config: Partial<Config> = {}): Redis =>
  new Redis({ url, token: TOKEN, retry: { retries: 0 }, enableTelemetry: false, ...config });

/** A request past the client. */
export const ask = (url: string, init: RequestInit = {}, token = TOKEN): Promise<Response> =>
  fetch(url, {
    method: "POST",
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
  });
