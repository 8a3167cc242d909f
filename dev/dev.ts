import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { BuildError, buildWeb, WEB_DIST } from "../deploy/build-web.ts";
import { toolEnv } from "../deploy/run.ts";
import { ROOT, WORKERS } from "../deploy/workers.ts";
import { holdData } from "./data-lock.ts";
import { DEMO_USERS, loadDemoWorld } from "./demo-world.ts";
import { isEmpty, welcome, whenHealthy } from "./look.ts";
import { portTaken } from "./port.ts";
import { poolOf, type RankerProcess, rankingText, startRanker } from "./ranker.ts";
import { readLocalSecrets, SECRET_OF } from "./secrets.ts";
import { ServerError } from "./server-process.ts";
import { readSwitches } from "./switches.ts";

/** `npm run dev`: every Worker from source under `wrangler dev`, and the web app, with reload. */

const HELP = `Runs every Worker and the web app from source, with reload, on data of its own.

  npm run dev -- [options]

  --no-ranker     start no model server: feeds are ranked by the light model in the Worker
  --help          this text

  PORT (default 8787) and HOST (default 127.0.0.1) say where it listens.`;

/** Apart from the data of `npm start`: an experiment may leave it in any state. */
const FOLDER = path.join(ROOT, ".edgewise/dev");
const CRON_MS = 60_000;
/** One that hangs is given up before the next. */
const CRON_WAIT_MS = 30_000;

const switches = readSwitches(HELP, ["no-ranker"]);
const host = process.env["HOST"] ?? "127.0.0.1";
const port = Number(process.env["PORT"] ?? "8787");
const url = `http://${host}:${port}`;

/** @returns the exit code. */
async function main(): Promise<number> {
  const taken = await portTaken(host, port);
  if (taken !== null) {
    console.error(taken.replace("npm start", "npm run dev"));
    return 1;
  }
  const letGo = holdData(FOLDER, "Stop it first: it reloads what you change by itself.");
  try {
    await buildWeb(WEB_DIST); // `wrangler dev` wants the assets to be there when it starts.
    return await runWithRanker();
  } finally {
    letGo();
  }
}

async function runWithRanker(): Promise<number> {
  const urls = process.env["RANKER_URLS"];
  const ranker =
    switches["no-ranker"] || urls !== undefined ? null : await startRanker({ folder: FOLDER });
  try {
    return await runWith(ranker, ranker === null ? (urls ?? "[]") : poolOf(ranker.url));
  } finally {
    await ranker?.stop();
  }
}

async function runWith(ranker: RankerProcess | null, rankerUrls: string): Promise<number> {
  writeVars(rankerUrls);
  const children = [startVite(), startWrangler()];
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort();
    for (const child of children) child.kill("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const ended = Promise.all(children.map(exitOf));

  const cron = setInterval(() => void fireCron(), CRON_MS);
  const greeting = greet(ranker, stopped.signal);
  // Either one alone is no product: when one ends, so does the other.
  const code = await Promise.race(children.map(exitOf));
  clearInterval(cron);
  stop();
  await Promise.all([ended, greeting]);
  return code;
}

const startVite = (): ChildProcess =>
  spawn("vite", ["build", "--watch", "--config", "web/vite.config.ts", "--logLevel", "warn"], {
    cwd: ROOT,
    env: toolEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });

function startWrangler(): ChildProcess {
  // The first configuration answers the front door.
  const configs = WORKERS.toReversed().flatMap((worker) => ["-c", worker.config]);
  const listen = ["--ip", host, "--port", String(port), "--inspector-port", "0"];
  const keep = ["--persist-to", path.join(FOLDER, "storage")];
  return spawn(
    "wrangler",
    ["dev", ...configs, ...listen, ...keep, "--show-interactive-dev-session=false"],
    {
      cwd: ROOT,
      env: toolEnv({
        // No look-up of where this machine is, and no other checkout's Workers.
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_REGISTRY_PATH: path.join(FOLDER, "registry"),
      }),
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
}

const HEADER = "# Written by npm run dev. Without this line the file is yours, and stays as it is.";

/** `wrangler dev` gives a Worker the secrets and variables in the `.dev.vars` beside its configuration. */
function writeVars(rankerUrls: string): void {
  const values = readLocalSecrets(FOLDER);
  for (const { id, config, secrets } of WORKERS) {
    const lines = secrets.map((name) => `${name}=${values[SECRET_OF[name]]}`);
    if (id === "ranking-proxy") lines.push(`RANKER_URLS='${rankerUrls}'`);
    if (lines.length === 0) continue;
    const file = path.join(ROOT, path.dirname(config), ".dev.vars");
    if (existsSync(file) && !readFileSync(file, "utf8").startsWith(HEADER)) {
      const names = lines.map((line) => line.split("=", 1)[0]);
      console.log(`${file} is yours: it must set ${names.join(", ")}.`);
      continue;
    }
    writeFileSync(file, `${[HEADER, ...lines].join("\n")}\n`, { mode: 0o600 });
  }
}

const exitOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.once("exit", (code) => resolve(code ?? 0));
  });

async function greet(ranker: RankerProcess | null, stop: AbortSignal): Promise<void> {
  try {
    await whenHealthy(url);
    if (await isEmpty(url))
      await loadDemoWorld({ url, dataFolder: FOLDER, users: DEMO_USERS, stop });
    if (!stop.aborted) console.log(await welcome(url, FOLDER, await rankingText(ranker)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}

async function fireCron(): Promise<void> {
  const answer = await fetch(
    `${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`,
    { signal: AbortSignal.timeout(CRON_WAIT_MS) },
  ).catch((error: unknown) => String(error));
  if (typeof answer === "string") console.error(`The gateway's cron could not be fired: ${answer}`);
  else if (!answer.ok) console.error(`The gateway's cron failed: ${answer.status}`);
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(
    error instanceof BuildError || error instanceof ServerError ? error.message : error,
  );
  return 1;
});
