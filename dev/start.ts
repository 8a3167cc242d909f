import { once } from "node:events";
import { parseArgs } from "node:util";

import { BuildError } from "../deploy/build-web.ts";
import { BACKEND_PORTS, type Backends, type FeedCacheAccess } from "./backends.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
import { holdData } from "./data-lock.ts";
import { DEMO_USERS, loadDemoWorld } from "./demo-world.ts";
import { FollowedFile } from "./follow-file.ts";
import { HOSTED_FOLDER, type HostedCluster, startHosted, startOnServices } from "./hosted.ts";
import { isEmpty, welcome, whenHealthy } from "./look.ts";
import { stopOnSignals } from "./operator/stop.ts";
import { portTaken } from "./port.ts";
import { poolOf, type RankerProcess, rankingText, startRanker } from "./ranker.ts";
import { DATA_FOLDER } from "./secrets.ts";
import { freePort, ServerError } from "./server-process.ts";
import { TraceLog } from "./trace-log.ts";

const HELP = `Runs the built product on this machine.

  npm start -- [options]

  --users N       size of the demo world, loaded when there is none yet (default ${DEMO_USERS})
  --no-world      do not load a demo world
  --profile NAME  embedded (default): the graph is kept inside the objects; or hosted: in a
                  MariaDB behind PlanetScale's protocol, started here with a Redis behind Upstash's
  --no-ranker     start no model server: feeds are ranked by the light model in the Worker
  --data FOLDER   where everything is kept (default .edgewise/data, hosted .edgewise/hosted)
  --help          this text

  PORT (default 8787) and HOST (default 127.0.0.1) say where it listens.
  MARIADB_PORT (default ${BACKEND_PORTS.mariaDb}), REDIS_PORT (${BACKEND_PORTS.redis}), REDIS_REPLICA_PORT (${BACKEND_PORTS.redisReplica}), EMULATOR_PORT (${BACKEND_PORTS.emulator})
  and UPSTASH_PORT (${BACKEND_PORTS.upstash}) say where the servers of the hosted profile do, on 127.0.0.1; 0 takes
  any that is free. UPSTASH_LAG_MS and UPSTASH_DELAY_MS make the replica and all answers later.
  RANKER_PORT (default any that is free) says where the model server does, on 127.0.0.1; other
  RANKER_ variables are its own. With RANKER_URLS, pools as docs/ranking.md has them, it uses
  those and starts none.
  With DATABASE_URL it uses that PlanetScale database, migrated already, and starts no server;
  with UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN beside it, that Upstash database.`;

/** The gateway's cron, "* * * * *": nothing fires it locally but this. */
const CRON_MS = 60_000;
const TRACES_MS = 250;

const options = readOptions();
process.exitCode = await main().catch((error: unknown) => {
  const isExpected = error instanceof BuildError || error instanceof ServerError;
  console.error(isExpected ? error.message : error);
  return 1;
});

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        users: { type: "string", default: String(DEMO_USERS) },
        world: { type: "boolean", default: true },
        ranker: { type: "boolean", default: true },
        profile: { type: "string", default: "embedded" },
        data: { type: "string" },
        help: { type: "boolean", default: false },
      },
      allowNegative: true,
    });
    const { profile } = values;
    if (profile !== "embedded" && profile !== "hosted")
      throw new Error(`--profile must be embedded or hosted, not "${profile}".`);
    return {
      ...values,
      profile,
      data: values.data ?? (profile === "hosted" ? HOSTED_FOLDER : DATA_FOLDER),
      users: wholeNumber("--users", values.users, 1, 1_000_000),
      port: wholeNumber("PORT", process.env["PORT"] ?? "8787", 0, 65_535),
      rankerPort: wholeNumber("RANKER_PORT", process.env["RANKER_PORT"] ?? "0", 0, 65_535),
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

  const advice = "Stop it, or choose another folder: npm start -- --data FOLDER";
  const letGo = holdData(options.data, advice);
  try {
    return await runWithRanker();
  } finally {
    letGo();
  }
}

async function runWithRanker(): Promise<number> {
  const urls = process.env["RANKER_URLS"];
  const ranker =
    options.ranker && urls === undefined
      ? await startRanker({ folder: options.data, port: options.rankerPort })
      : null;
  try {
    return await runWith(ranker, ranker === null ? (urls ?? "[]") : poolOf(ranker.url));
  } finally {
    await ranker?.stop();
  }
}

async function runWith(ranker: RankerProcess | null, rankerUrls: string): Promise<number> {
  const traces = new TraceLog();
  const rankerLog = ranker === null ? null : await FollowedFile.atEnd(ranker.log);
  const cluster = await start({
    port: options.port,
    host: options.host,
    dataFolder: options.data,
    vars: { "ranking-proxy": { RANKER_URLS: rankerUrls } },
    onStep: (text) => console.log(text),
    onLog: (level, message) => {
      if (traces.hear(message, Date.now())) return;
      if (level === "error" || level === "warn") console.error(message);
    },
  });
  const printing = setInterval(() => void printTraces(traces, rankerLog), TRACES_MS);
  try {
    await serve(cluster, ranker, stopSignal());
    return 0;
  } finally {
    clearInterval(printing);
    await cluster.stop();
    console.log("Stopped. The data is kept; npm start goes on with it.");
  }
}

/** Where a request asked to be traced: docs/telemetry-trace.md. */
async function printTraces(traces: TraceLog, rankerLog: FollowedFile | null): Promise<void> {
  if (!traces.isWaiting) return;
  for (const line of (await rankerLog?.lines()) ?? []) traces.hear(line, Date.now());
  for (const text of traces.take(Date.now())) console.log(text);
}

async function start(to: ClusterOptions): Promise<Cluster | HostedCluster> {
  if (options.profile === "embedded") return startCluster(to);
  const databaseUrl = process.env["DATABASE_URL"];
  if (databaseUrl !== undefined)
    return startOnServices({ databaseUrl, feedCache: feedCacheIn(process.env) }, to);
  const portOf = (name: string, usual: number): Promise<number> | number =>
    wholeNumber(name, process.env[name] ?? `${usual}`, 0, 65_535) || freePort();
  return startHosted({
    ...to,
    ports: {
      mariaDb: await portOf("MARIADB_PORT", BACKEND_PORTS.mariaDb),
      redis: await portOf("REDIS_PORT", BACKEND_PORTS.redis),
      redisReplica: await portOf("REDIS_REPLICA_PORT", BACKEND_PORTS.redisReplica),
      emulator: await portOf("EMULATOR_PORT", BACKEND_PORTS.emulator),
      upstash: await portOf("UPSTASH_PORT", BACKEND_PORTS.upstash),
    },
  });
}

/** Half of it is refused by the feed Worker, which names the missing variable. */
function feedCacheIn(env: NodeJS.ProcessEnv): FeedCacheAccess | null {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  return url === undefined && token === undefined ? null : { url: url ?? "", token: token ?? "" };
}

async function serve(
  cluster: Cluster | HostedCluster,
  ranker: RankerProcess | null,
  stop: AbortSignal,
): Promise<void> {
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
      console.log(await welcome(cluster.url, options.data, await rankingText(ranker)));
      if ("backends" in cluster) console.log(serversOf(cluster.backends));
      await once(stop, "abort");
    }
  } finally {
    clearInterval(cron);
  }
}

function serversOf({ mysql, redisUrl, feedCache }: Backends): string {
  const { port, user } = mysql;
  return `  MariaDB    127.0.0.1:${port}, database and user ${user} (password: backends/password of the data)
  Redis      ${redisUrl}
  Upstash    ${feedCache.url} (token: backends/upstash-token of the data), the feed caches
`;
}

/** Call once the runtime is up: its own handlers, which exit on the spot, give way to ours. */
function stopSignal(): AbortSignal {
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  return stopOnSignals();
}
