import path from "node:path";

import { ROOT } from "../deploy/workers.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** PlanetScale's protocol in front of a MariaDB. */
export const startPlanetScale = (
  folder: string,
  port: number,
  mysql: { readonly port: number; readonly user: string; readonly password: string },
): Promise<ServerProcess> =>
  startEmulator("The PlanetScale emulator", "dev/planetscale/main.ts", folder, port, {
    EMULATOR_PORT: `${port}`,
    MYSQL_PORT: `${mysql.port}`,
    MYSQL_USER: mysql.user,
    MYSQL_PASSWORD: mysql.password,
  });

/** Upstash's protocol in front of a Redis and its replica. */
export const startUpstash = (
  folder: string,
  port: number,
  redis: { readonly primary: number; readonly replica: number; readonly token: string },
): Promise<ServerProcess> =>
  startEmulator("The Upstash emulator", "dev/upstash/main.ts", folder, port, {
    UPSTASH_PORT: `${port}`,
    UPSTASH_TOKEN: redis.token,
    REDIS_PORT: `${redis.primary}`,
    REDIS_REPLICA_PORT: `${redis.replica}`,
  });

const startEmulator = (
  name: string,
  main: string,
  folder: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> =>
  startServer({
    name,
    command: process.execPath,
    args: [path.join(ROOT, main)],
    env: { ...process.env, ...env },
    port,
    log: path.join(folder, `${path.basename(path.dirname(main))}.log`),
    pidFile: null,
    hello: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  });
