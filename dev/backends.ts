import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { migrate } from "drizzle-orm/planetscale-serverless/migrator";

import { LIMITS } from "../core/limits.ts";
import { mysqlDatabase } from "../db/mysql-client.ts";
import { ROOT } from "../deploy/workers.ts";
import { startPlanetScale, startUpstash } from "./emulators.ts";
import { startMariaDb } from "./mariadb.ts";
import { startRedis } from "./redis.ts";
import { freePort, type ServerProcess } from "./server-process.ts";

/** Account of the local MariaDB, and the name of its database. */
const USER = "edgewise";

export interface BackendPorts {
  readonly mariaDb: number;
  readonly redis: number;
  /** Of a second Redis, which follows the first and answers reads. */
  readonly redisReplica: number;
  /** Of PlanetScale's protocol in front of MariaDB. */
  readonly emulator: number;
  /** Of Upstash's protocol in front of both Redis. */
  readonly upstash: number;
}

/** Where `npm start -- --profile hosted` has them. */
export const BACKEND_PORTS: BackendPorts = {
  mariaDb: 8306,
  redis: 8379,
  redisReplica: 8382,
  emulator: 8380,
  upstash: 8381,
};

export const freePorts = async (): Promise<BackendPorts> => ({
  mariaDb: await freePort(),
  redis: await freePort(),
  redisReplica: await freePort(),
  emulator: await freePort(),
  upstash: await freePort(),
});

export interface BackendOptions {
  /** Keeps the data, the logs, the password and the token between starts. */
  readonly folder: string;
  readonly ports: BackendPorts;
  readonly onStep?: (text: string) => void;
}

/** One of the servers, which a drill may kill and start again on the same data and port. */
export interface Backend {
  readonly process: ServerProcess;
  restart(): Promise<void>;
}

export interface FeedCacheAccess {
  readonly url: string;
  readonly token: string;
}

export interface Backends {
  /** `DATABASE_URL` of the product. */
  readonly databaseUrl: string;
  /** For who looks into Redis past the product. */
  readonly redisUrl: string;
  /** `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN` of the product. */
  readonly feedCache: FeedCacheAccess;
  /** For who looks into the database past the product. */
  readonly mysql: { readonly port: number; readonly user: string; readonly password: string };
  readonly mariaDb: Backend;
  readonly emulator: Backend;
  readonly redis: Backend;
  readonly upstash: Backend;
  stop(): Promise<void>;
}

/**
 * What the hosted profile stands on, on this machine: MariaDB behind PlanetScale's protocol,
 * its schema brought up to date, and a Redis with a replica behind Upstash's.
 *
 * @throws ServerError that says what to do when a server is missing, its port taken or its data in use.
 */
export async function startBackends(options: BackendOptions): Promise<Backends> {
  const { ports, onStep = () => {} } = options;
  const folder = path.join(options.folder, "backends");
  mkdirSync(folder, { recursive: true });
  const account = { user: USER, password: secretIn(folder, "password") };
  const mysql = { port: ports.mariaDb, ...account };
  const databaseUrl = `http://${account.user}:${account.password}@127.0.0.1:${ports.emulator}`;

  const started: Backend[] = [];
  const stop = async (): Promise<void> => {
    for (const backend of started.toReversed()) await backend.process.stop();
  };
  const begin = async (start: () => Promise<ServerProcess>): Promise<Backend> => {
    const backend = await restartable(start);
    started.push(backend);
    return backend;
  };
  try {
    onStep("Starting MariaDB and Redis");
    const mariaDb = await begin(() => startMariaDb({ folder, port: ports.mariaDb, account }));
    const redis = await begin(() => startRedis({ folder, port: ports.redis }));
    const replicaFolder = path.join(folder, "redis-replica");
    await begin(() => startRedis({ folder: replicaFolder, port: ports.redisReplica }));
    const emulator = await begin(() => startPlanetScale(folder, ports.emulator, mysql));
    const token = secretIn(folder, "upstash-token");
    const pair = { primary: ports.redis, replica: ports.redisReplica, token };
    const upstash = await begin(() => startUpstash(folder, ports.upstash, pair));
    await migrateTo(databaseUrl);
    const redisUrl = `redis://127.0.0.1:${ports.redis}`;
    const feedCache = { url: `http://127.0.0.1:${ports.upstash}`, token };
    return { databaseUrl, redisUrl, feedCache, mysql, mariaDb, emulator, redis, upstash, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function restartable(start: () => Promise<ServerProcess>): Promise<Backend> {
  let process = await start();
  return {
    get process() {
      return process;
    },
    async restart() {
      process = await start();
    },
  };
}

/** As `drizzle-kit migrate` does it, and through the protocol that production speaks. */
async function migrateTo(url: string): Promise<void> {
  const db = mysqlDatabase({ url, timeoutMs: LIMITS.clientTimeoutMs, fetch });
  await migrate(db, { migrationsFolder: path.join(ROOT, "db/migrations") });
}

/** Made on first use, as is what it opens: MariaDB's account, the emulator's door. */
function secretIn(folder: string, name: string): string {
  const file = path.join(folder, name);
  try {
    writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}
