import path from "node:path";
import { parseArgs } from "node:util";

import { unstable_readConfig } from "wrangler";

import { buildWeb, WEB_DIST } from "./build-web.ts";
import { run } from "./run.ts";
import { deployAll, ENVIRONMENTS, type DeployRequest, type DeployTools } from "./steps.ts";
import { ROOT, WORKERS } from "./workers.ts";

const HELP = `Deploys every Worker in dependency order, migrations first.

  npm run deploy -- --env staging [options]

  --env NAME      ${ENVIRONMENTS.join(" or ")} (required)
  --only A,B      only these of ${WORKERS.map((worker) => worker.id).join(", ")}
  --dry-run       bundle and check everything, upload nothing
  --help          this text

  DATABASE_URL    MySQL of the hosted profile; without it, objects keep the graph themselves
  The account is the one that wrangler is signed in to, or CLOUDFLARE_API_TOKEN's.
  docs/deploy.md starts from an empty account.`;

const TOOLS: DeployTools = {
  run,
  buildWeb: () => buildWeb(WEB_DIST),
  varsOf: (worker, environment) =>
    unstable_readConfig({ config: path.join(ROOT, worker.config), env: environment }).vars,
  say: (line) => console.log(line),
};

/** @returns null when only the help was asked for. @throws Error that names the flag. */
function requestFrom(args: readonly string[]): DeployRequest | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      env: { type: "string" },
      only: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const environment = ENVIRONMENTS.find((name) => name === values.env);
  if (environment === undefined) {
    throw new Error(`--env must be ${ENVIRONMENTS.join(" or ")}, not "${values.env ?? ""}".`);
  }
  return {
    environment,
    dryRun: values["dry-run"],
    only:
      values.only === undefined ? WORKERS.map((worker) => worker.id) : workersNamed(values.only),
    databaseUrl: process.env["DATABASE_URL"],
  };
}

function workersNamed(list: string): DeployRequest["only"] {
  return list.split(",").map((name) => {
    const worker = WORKERS.find(({ id }) => id === name.trim());
    if (worker === undefined) throw new Error(`--only: there is no Worker "${name}".`);
    return worker.id;
  });
}

try {
  const request = requestFrom(process.argv.slice(2));
  if (request === null) console.log(HELP);
  else process.exitCode = (await deployAll(request, TOOLS)) ? 0 : 1;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 2;
}
