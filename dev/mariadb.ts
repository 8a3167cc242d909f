import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const SERVER = "/usr/sbin/mariadbd";
const SHARE = "/usr/share/mysql";
/** Debian's server binaries alone: the full package would also start a service of its own. */
const PACKAGE = "mariadb-server-core";
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;

export interface MariaDbOptions {
  readonly folder: string;
  readonly port: number;
  /** Account with every right, made with the data folder; also the name of the database. */
  readonly account: { readonly user: string; readonly password: string };
}

export interface MariaDb {
  readonly port: number;
  readonly pid: number;
  /** Shuts down and waits for it. */
  stop(): Promise<void>;
  /** `kill -9`, as a drill does it. */
  kill(): Promise<void>;
}

/**
 * A MariaDB of our own on 127.0.0.1: installed when it is missing, its data folder made on
 * first use. It syncs every commit, as a service does, so that a kill loses nothing.
 */
export async function startMariaDb(options: MariaDbOptions): Promise<MariaDb> {
  await installMariaDb();
  const data = path.join(options.folder, "mysql-data");
  if (!existsSync(path.join(data, "mysql"))) await bootstrap(data, options);
  const log = path.join(options.folder, "mariadb.log");
  const child = spawn(SERVER, serverArguments(data, options), {
    stdio: ["ignore", "ignore", openSync(log, "a")],
  });
  // A parent that dies without stopping its server would leave it behind.
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  const exited = once(child, "exit").finally(() => process.off("exit", killed));
  await untilListening(options.port, child, log);
  return {
    port: options.port,
    pid: child.pid ?? 0,
    stop: () => end(child, exited, "SIGTERM"),
    kill: () => end(child, exited, "SIGKILL"),
  };
}

/** @throws an Error that says what to do when the server is missing and cannot be installed. */
export async function installMariaDb(): Promise<void> {
  if (existsSync(SERVER)) return;
  const advice = `MariaDB is missing. Install it: sudo apt-get install ${PACKAGE}`;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Error(advice);
  const exec = promisify(execFile);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await exec("apt-get", ["update", "-qq"], { env });
    await exec("apt-get", ["install", "-y", "--no-install-recommends", PACKAGE], { env });
  } catch (cause) {
    throw new Error(advice, { cause });
  }
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
    throw new Error(`MariaDB could not make its data folder: see ${folder}/bootstrap.log`);
  }
}

async function untilListening(port: number, child: ChildProcess, log: string): Promise<void> {
  const giveUpAtMs = Date.now() + START_MS_MAX;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > giveUpAtMs) {
      child.kill("SIGKILL");
      throw new Error(`MariaDB did not start on port ${port}: see ${log}`);
    }
    await sleep(50);
  }
  // Somebody else's server on this port would answer too.
  if (child.exitCode !== null) throw new Error(`Port ${port} is taken: see ${log}`);
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("data", () => resolve(socket.destroy() !== null));
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });

async function end(child: ChildProcess, exited: Promise<unknown>, signal: "SIGTERM" | "SIGKILL") {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const forced = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exited;
  clearTimeout(forced);
}
