import { once } from "node:events";
import { parseArgs } from "node:util";

import { BuildError } from "../deploy/build-web.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { DEMO_USERS, loadDemoWorld } from "./demo-world.ts";
import { isEmpty, welcome, whenHealthy } from "./look.ts";
import { stopOnSignals } from "./operator/stop.ts";
import { portTaken } from "./port.ts";
import { DATA_FOLDER } from "./secrets.ts";

const HELP = `Runs the built product on this machine.

  npm start -- [options]

  --users N       size of the demo world, loaded when there is none yet (default ${DEMO_USERS})
  --no-world      do not load a demo world
  --data FOLDER   where objects and media are kept (default .edgewise/data)
  --help          this text

  PORT (default 8787) and HOST (default 127.0.0.1) say where it listens.`;

/** The gateway's cron, "* * * * *": nothing fires it locally but this. */
const CRON_MS = 60_000;

const options = readOptions();
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof BuildError ? error.message : error);
  return 1;
});

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        users: { type: "string", default: String(DEMO_USERS) },
        world: { type: "boolean", default: true },
        data: { type: "string", default: DATA_FOLDER },
        help: { type: "boolean", default: false },
      },
      allowNegative: true,
    });
    return {
      ...values,
      users: wholeNumber("--users", values.users, 1, 1_000_000),
      port: wholeNumber("PORT", process.env["PORT"] ?? "8787", 0, 65_535),
      host: process.env["HOST"] ?? "127.0.0.1",
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max || text.trim() === "")
    throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return value;
}

/** @returns the exit code. */
async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const taken = options.port === 0 ? null : await portTaken(options.host, options.port);
  if (taken !== null) {
    console.error(taken);
    return 1;
  }

  const cluster = await startCluster({
    port: options.port,
    host: options.host,
    dataFolder: options.data,
    onStep: (text) => console.log(text),
    onLog: (level, message) => (level === "error" || level === "warn") && console.error(message),
  });
  try {
    await serve(cluster, stopSignal());
    return 0;
  } finally {
    await cluster.stop();
    console.log("Stopped. The data is kept; npm start goes on with it.");
  }
}

async function serve(cluster: Cluster, stop: AbortSignal): Promise<void> {
  await whenHealthy(cluster.url);
  const cron = setInterval(() => {
    cluster.sweep().catch((error: unknown) => console.error("The gateway's cron failed:", error));
  }, CRON_MS);
  try {
    if (options.world && (await isEmpty(cluster.url))) {
      const { users, data: dataFolder } = options;
      console.log(`Listening on ${cluster.url}, and loading a demo world before you sign in`);
      await loadDemoWorld({ url: cluster.url, dataFolder, users, stop });
    }
    if (!stop.aborted) {
      console.log(await welcome(cluster.url, options.data));
      await once(stop, "abort");
    }
  } finally {
    clearInterval(cron);
  }
}

/** Call once the runtime is up: its own handlers, which exit on the spot, give way to ours. */
function stopSignal(): AbortSignal {
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  return stopOnSignals();
}
