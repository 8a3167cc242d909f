import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { installed, ServerError, type ServerProcess, startServer } from "./server-process.ts";

const SERVER = "/usr/sbin/mariadbd";
const SHARE = "/usr/share/mysql";
/** Debian's server binaries alone: the full package would also start a service of its own. */
const PACKAGE = "mariadb-server-core";

export interface MariaDbOptions {
  readonly folder: string;
  readonly port: number;
  /** Account with every right, made with the data folder; also the name of the database. */
  readonly account: { readonly user: string; readonly password: string };
}

/**
 * A MariaDB of our own on 127.0.0.1: installed when it is missing, its data folder made on
 * first use. It syncs every commit, as a service does, so that a kill loses nothing.
 */
export async function startMariaDb(options: MariaDbOptions): Promise<ServerProcess> {
  await installed("MariaDB", SERVER, PACKAGE);
  const { folder, port } = options;
  const data = path.join(folder, "mysql-data");
  if (!existsSync(path.join(data, "mysql"))) await bootstrap(data, options);
  return startServer({
    name: "MariaDB",
    command: SERVER,
    args: serverArguments(data, options),
    port,
    log: path.join(folder, "mariadb.log"),
    pidFile: path.join(folder, "mariadb.pid"),
    hello: null,
  });
}

function serverArguments(data: string, { folder, port }: MariaDbOptions): string[] {
  return [
    "--no-defaults",
    `--datadir=${data}`,
    `--socket=${path.join(folder, "mariadb.sock")}`,
    `--pid-file=${path.join(folder, "mariadb.pid")}`,
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--innodb-buffer-pool-size=128M",
    "--innodb-flush-log-at-trx-commit=1",
    "--max-allowed-packet=64M",
    "--max-connections=300",
    ...asRoot(),
  ];
}

/** The server refuses to run as root unless told so. */
const asRoot = (): string[] => (process.getuid?.() === 0 ? ["--user=root"] : []);

/** System tables from the server's own SQL, then our account; a half-made folder is made again. */
async function bootstrap(data: string, { folder, account }: MariaDbOptions): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const tables = ["mysql_system_tables", "mysql_performance_tables", "mysql_system_tables_data"];
  const name = `'${account.user}'@'%'`;
  const script = [
    "CREATE DATABASE mysql;",
    "USE mysql;",
    "SET @auth_root_socket=NULL;",
    ...tables.map((file) => readFileSync(path.join(SHARE, `${file}.sql`), "utf8")),
    "FLUSH PRIVILEGES;",
    // Accounts of the system tables without a password; nobody but ours may sign in.
    "DELETE FROM mysql.global_priv WHERE user IN ('', 'root');",
    `CREATE USER ${name} IDENTIFIED BY '${account.password}';`,
    `GRANT ALL ON *.* TO ${name};`,
    `CREATE DATABASE \`${account.user}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;`,
    "",
  ].join("\n");
  const log = openSync(path.join(folder, "bootstrap.log"), "w");
  const child = spawn(SERVER, ["--no-defaults", "--bootstrap", `--datadir=${data}`, ...asRoot()], {
    stdio: ["pipe", log, log],
  });
  child.stdin?.end(script);
  const [code] = await once(child, "exit");
  if (code !== 0 || !readdirSync(data).includes(account.user)) {
    rmSync(data, { recursive: true, force: true });
    throw new ServerError(`MariaDB could not make its data folder: see ${folder}/bootstrap.log`);
  }
}
