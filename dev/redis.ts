import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

import { installed, type ServerProcess, startServer } from "./server-process.ts";

const SERVER = "/usr/bin/redis-server";
/** The same program, which goes by its name: its package starts no service of its own. */
const PROGRAM = "/usr/bin/redis-check-rdb";
const PACKAGE = "redis-tools";

export interface RedisOptions {
  readonly folder: string;
  readonly port: number;
}

/**
 * A Redis of our own on 127.0.0.1, as a cache needs it: what it holds survives a restart
 * but for the last second, since everything in it can be had again from the store.
 */
export async function startRedis({ folder, port }: RedisOptions): Promise<ServerProcess> {
  const data = path.join(folder, "redis-data");
  mkdirSync(data, { recursive: true });
  const pidFile = path.join(folder, "redis.pid");
  const settings = {
    bind: "127.0.0.1",
    port: `${port}`,
    dir: data,
    pidfile: pidFile,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    maxmemory: "256mb",
    // A cache makes room by itself; it never refuses a write.
    "maxmemory-policy": "allkeys-lru",
    // A replica that comes back is served at once, not with others five seconds later.
    "repl-diskless-sync-delay": "0",
    // Its command line stays as it is, by which a second start recognises it.
    "set-proc-title": "no",
  };
  return startServer({
    name: "Redis",
    command: await program(folder),
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    port,
    log: path.join(folder, "redis.log"),
    pidFile,
    hello: "PING\r\n",
  });
}

async function program(folder: string): Promise<string> {
  if (existsSync(SERVER)) return SERVER;
  await installed("Redis", PROGRAM, PACKAGE);
  const link = path.join(folder, "redis-server");
  if (!existsSync(link)) symlinkSync(PROGRAM, link);
  return link;
}
