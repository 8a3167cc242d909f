import type { Ran } from "./run.ts";
import { WORKERS, type SecretName, type WorkerPlan } from "./workers.ts";

export type Environment = "staging" | "production";
export const ENVIRONMENTS: readonly Environment[] = ["staging", "production"];

export interface DeployRequest {
  readonly environment: Environment;
  /** Bundles and checks everything, and uploads nothing. */
  readonly dryRun: boolean;
  readonly only: readonly WorkerPlan["id"][];
  /** MySQL of the hosted profile; undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
}

/** What a deployment does to the world, so that a test can watch it. */
export interface DeployTools {
  run(command: string, args: readonly string[]): Promise<Ran>;
  buildWeb(): Promise<void>;
  /** Variables of a Worker's configuration in one environment. */
  varsOf(worker: WorkerPlan, environment: Environment): Readonly<Record<string, unknown>>;
  say(line: string): void;
}

/**
 * Deploys in dependency order and stops at the first failure: what is deployed by then works
 * with the old rest, because a contract only ever grows.
 *
 * @returns whether everything asked for is deployed (or would be, on a dry run).
 */
export async function deployAll(request: DeployRequest, tools: DeployTools): Promise<boolean> {
  const chosen = WORKERS.filter((worker) => request.only.includes(worker.id));
  const done: WorkerPlan[] = [];
  for (const step of stepsOf(request, chosen, tools)) {
    tools.say(`\n== ${step.title}`);
    if (!(await step.run())) return stopped(step.title, done, chosen, request, tools);
    if (step.worker) done.push(step.worker);
  }
  tools.say(`\n${request.dryRun ? "Dry run: would deploy" : "Deployed"} ${namesOf(done)}.`);
  return true;
}

interface Step {
  readonly title: string;
  readonly worker?: WorkerPlan;
  run(): Promise<boolean>;
}

function stepsOf(
  request: DeployRequest,
  chosen: readonly WorkerPlan[],
  tools: DeployTools,
): Step[] {
  const steps: Step[] = [];
  if (!request.dryRun) {
    steps.push({ title: "secrets", run: () => secretsAreSet(request, chosen, tools) });
  }
  steps.push({ title: "migrations", run: () => migrate(request, tools) });
  for (const worker of chosen) {
    if (worker.id === "gateway") steps.push({ title: "web app", run: () => webIsBuilt(tools) });
    steps.push({ title: worker.name, worker, run: () => upload(worker, request, tools) });
  }
  return steps;
}

/** Before anything is touched: a gateway without its secret would answer every request with 500. */
async function secretsAreSet(
  { environment }: DeployRequest,
  chosen: readonly WorkerPlan[],
  tools: DeployTools,
): Promise<boolean> {
  let complete = true;
  for (const worker of chosen) {
    const needed = secretsNeeded(worker, environment, tools);
    if (needed.length === 0) continue;
    const at = ["-c", worker.config, "--env", environment];
    const { code, output } = await tools.run("wrangler", [
      "secret",
      "list",
      ...at,
      "--format",
      "json",
    ]);
    const missing = needed.filter((name) => code !== 0 || !output.includes(`"${name}"`));
    if (missing.length === 0) continue;
    complete = false;
    // A Worker that has never been deployed has no list; setting its first secret creates it.
    if (code !== 0) tools.say(output.trim());
    for (const name of missing) {
      tools.say(`${worker.name} needs ${name}. Set it once:`);
      tools.say(`  openssl rand -hex 32 | npx wrangler secret put ${name} ${at.join(" ")}`);
    }
  }
  return complete;
}

/** A gateway that trusts an issuer's published keys signs nothing itself. */
function secretsNeeded(
  worker: WorkerPlan,
  environment: Environment,
  tools: DeployTools,
): readonly SecretName[] {
  const trustsIssuer = Boolean(tools.varsOf(worker, environment)["AUTH_JWKS_URL"]);
  return worker.secrets.filter((name) => !(name === "AUTH_SECRET" && trustsIssuer));
}

async function migrate(
  { databaseUrl, dryRun }: DeployRequest,
  tools: DeployTools,
): Promise<boolean> {
  if (databaseUrl === undefined) {
    tools.say("Embedded profile: each object migrates its own SQLite when it next starts.");
    return true;
  }
  if (dryRun) {
    tools.say("Would apply db/migrations to DATABASE_URL.");
    return true;
  }
  return succeeded(
    await tools.run("drizzle-kit", ["migrate", "--config", "db/drizzle.mysql.config.ts"]),
    tools,
  );
}

async function webIsBuilt(tools: DeployTools): Promise<boolean> {
  try {
    await tools.buildWeb();
    return true;
  } catch (error) {
    tools.say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function upload(
  worker: WorkerPlan,
  request: DeployRequest,
  tools: DeployTools,
): Promise<boolean> {
  const dry = request.dryRun ? ["--dry-run"] : [];
  const args = ["deploy", "-c", worker.config, "--env", request.environment, ...dry];
  return succeeded(await tools.run("wrangler", args), tools);
}

function succeeded(ran: Ran, tools: DeployTools): boolean {
  tools.say(ran.output.trim());
  return ran.code === 0;
}

function stopped(
  title: string,
  done: readonly WorkerPlan[],
  chosen: readonly WorkerPlan[],
  { dryRun, environment }: DeployRequest,
  tools: DeployTools,
): false {
  const left = chosen.filter((worker) => !done.includes(worker));
  tools.say(`\nStopped at "${title}".`);
  tools.say(`  ${dryRun ? "passed" : "deployed"}:     ${namesOf(done)}`);
  tools.say(`  not ${dryRun ? "passed" : "deployed"}: ${namesOf(left)}`);
  const only = left.map((worker) => worker.id).join(",");
  tools.say(`Fix the cause, then: npm run deploy -- --env ${environment} --only ${only}`);
  return false;
}

const namesOf = (workers: readonly WorkerPlan[]): string =>
  workers.map((worker) => worker.name).join(", ") || "nothing";
