import { type ChildProcess, execFile, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync } from "node:fs";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { holderOf } from "./port.ts";

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const ASK_AGAIN_MS = 500;
/** Tells a server that whoever started it is gone, also by `kill -9`. */
const SETPRIV = "/usr/bin/setpriv";

/** A server that runs beside the product, as a process of its own on 127.0.0.1. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Shuts down and waits for it. */
  stop(): Promise<void>;
  /** `kill -9`, as a drill does it. */
  kill(): Promise<void>;
}

/** A server cannot run here; the message says why and what to do. */
export class ServerError extends Error {
  override readonly name = "ServerError";
}

export interface ServerCommand {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly port: number;
  /** File that gets what the server prints. */
  readonly log: string;
  /** File in which the server writes its process id; null when it writes none. */
  readonly pidFile: string | null;
  /** What to send to be answered; null when the server speaks first. */
  readonly hello: string | null;
}

/** @throws ServerError that says what to do when the port is taken, the data in use, or the server ends at once. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const { name, port, log } = command;
  refuseSecond(command);
  await refuseTaken(name, port);
  const child = spawnServer(command);
  // A parent that ends without stopping its server would leave it behind.
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  const exited = once(child, "exit").finally(() => process.off("exit", killed));
  await untilListening(command, child);
  if (child.exitCode !== null) throw new ServerError(`${name} did not start: see ${log}`);
  return {
    port,
    pid: child.pid ?? 0,
    stop: () => end(child, exited, "SIGTERM"),
    kill: () => end(child, exited, "SIGKILL"),
  };
}

/** A group of its own: Ctrl-C is for us, who stop the servers after what uses them. */
function spawnServer({ command, args, env, log }: ServerCommand): ChildProcess {
  const output = openSync(log, "a");
  const options: SpawnOptions = {
    stdio: ["ignore", output, output],
    detached: true,
    env: env ?? process.env,
  };
  if (!existsSync(SETPRIV)) return spawn(command, [...args], options);
  return spawn(SETPRIV, ["--pdeathsig", "TERM", "--", command, ...args], options);
}

/** Two servers on one data folder would destroy it; their own locks say so less clearly. */
function refuseSecond({ name, command, pidFile }: ServerCommand): void {
  if (pidFile === null || !existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").trim());
  // A number left behind by a kill may belong to anything by now.
  if (!Number.isInteger(pid) || pid <= 0 || !commandLineOf(pid).includes(command)) return;
  throw new ServerError(
    `${name} already runs on this data, as process ${pid}. If the npm start that began it is gone, end it: kill ${pid}`,
  );
}

/** Fails open: without /proc the server's own lock has to do. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

async function refuseTaken(name: string, port: number): Promise<void> {
  const probe = createServer();
  const code = await new Promise<string | null>((resolve) => {
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(null)));
  });
  if (code === null) return;
  const holder = await holderOf(port);
  throw new ServerError(
    `${name} needs port ${port}, which ${holder === null ? "is taken" : `${holder} has`} (${code}).`,
  );
}

async function untilListening(server: ServerCommand, child: ChildProcess): Promise<void> {
  const giveUpAtMs = Date.now() + START_MS_MAX;
  while (!(await answers(server))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUpAtMs) {
      child.kill("SIGKILL");
      throw new ServerError(
        `${server.name} did not start on port ${server.port}: see ${server.log}`,
      );
    }
    await sleep(20);
  }
}

const answers = ({ port, hello }: ServerCommand): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    if (hello !== null) socket.once("connect", () => socket.write(hello));
    socket.once("data", () => resolve(socket.destroy() !== null));
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });

async function end(child: ChildProcess, exited: Promise<unknown>, signal: "SIGTERM" | "SIGKILL") {
  const ask = () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  };
  ask();
  // A Redis that has just become a replica refuses to end while it writes its first log.
  const again = setInterval(ask, ASK_AGAIN_MS);
  const forced = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exited;
  clearInterval(again);
  clearTimeout(forced);
}

/** A port of 127.0.0.1 that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/**
 * Installs a Debian package that holds `file`, unless it is there.
 * @throws ServerError that says what to do when it is missing and cannot be installed.
 */
export async function installed(name: string, file: string, debian: string): Promise<void> {
  if (existsSync(file)) return;
  const advice = `${name} is missing. Install it: sudo apt-get install ${debian}`;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new ServerError(advice);
  const exec = promisify(execFile);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await exec("apt-get", ["update", "-qq"], { env });
    await exec("apt-get", ["install", "-y", "--no-install-recommends", debian], { env });
  } catch (cause) {
    throw new ServerError(advice, { cause });
  }
}
