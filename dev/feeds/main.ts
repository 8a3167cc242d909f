import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../deploy/workers.ts";
import { type Profile, PROFILES } from "../histories/world.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import type { Samples } from "./lags.ts";
import { FEED_MUTANTS } from "./mutants.ts";
import { type Demands, reportOf, shortcomings } from "./report.ts";
import { runFeeds, type RunResult, type RunSettings } from "./run.ts";

const HELP = `Uses the built product at random, with faults, and compares everybody's whole home feed, as pushed,
pulled and cached, with an oracle computed from the graph; times how long what was revoked is served.

  npm run feeds -- [options]

  --profile NAME     embedded (default) or hosted: over MariaDB, with feeds kept in Redis
  --users N          generated people (default 1000)
  --ldbc FOLDER      the people of an LDBC network instead
  --operations N     writes through the public API (default 4000)
  --revoking         mostly deletions, blocks and ended friendships: to time them
  --checkpoints N    how often everybody's feed is compared (default 2)
  --kills N          kill -9 of the runtime, spread over the operations (default 1)
  --no-faults        no evictions, flushes and kills
  --bound MS         how long after its revocation something may be served (default 10000)
  --min-removed N    candidates that each rule must have removed (default 100; 1 below 1000 users)
  --seed N           of the world and of all that happens (default: the time)
  --mutant NAME      runs the product with a mistake in its feed cache: must end with 1
  --falsify          runs every mistake on a small world: each must be found
  --resume           goes on with the world, the data and the times of the run before
  --folder FOLDER    keeps data, log and report (default .edgewise/feeds)
  --help             this text

Ends with 1 on a leak, a hole, a repeat, a wrong order, an own write that does not show, or too few of what must be compared.`;

const text = { type: "string" } as const;
const bool = { type: "boolean" } as const;
const OPTIONS = {
  profile: text,
  users: text,
  ldbc: text,
  operations: text,
  revoking: bool,
  checkpoints: text,
  kills: text,
  "no-faults": bool,
  bound: text,
  "min-removed": text,
  seed: text,
  mutant: text,
  falsify: bool,
  resume: bool,
  folder: text,
  help: bool,
} as const;

const MIN_FROM_CACHE = 0.5;
const FALSIFY_BOUND_MS = 3_000;

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  const folder = path.resolve(textFlag(flags, "folder") ?? path.join(ROOT, ".edgewise/feeds"));
  const ldbc = textFlag(flags, "ldbc");
  const users = whole("users", 1_000, 10, 100_000);
  const withFaults = !flags.has("no-faults");
  const settings: RunSettings = {
    profile: profileOf(textFlag(flags, "profile") ?? "embedded"),
    folder,
    users,
    ldbc: ldbc === undefined ? null : path.resolve(ldbc),
    seed: whole("seed", Date.now() % 1e9, 1, 2 ** 31),
    operations: whole("operations", 4_000, 1, 1e7),
    mix: flags.has("revoking") ? "revoking" : "all",
    checkpoints: whole("checkpoints", 2, 1, 1_000),
    kills: whole("kills", 1, 0, 1_000),
    withFaults,
    boundMs: whole("bound", 10_000, 100, 600_000),
    withFarPages: true,
    mutant: mutantOf(textFlag(flags, "mutant")),
    onStep: (step) => console.log(step),
  };
  if (flags.has("falsify")) return falsify(settings);
  if (!flags.has("resume")) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const minRemoved = whole("min-removed", users < 1_000 && ldbc === undefined ? 1 : 100, 0, 1e9);
  const result = await runFeeds(settings);
  keepLags(path.join(folder, "lags.json"), result);
  const report = reportOf(result);
  writeFileSync(path.join(folder, `report-${result.seed}.txt`), `${report}\n`);
  console.log(`\n${report}`);
  return verdict(result, { minRemoved, minFromCache: MIN_FROM_CACHE, withFaults });
}

/** Samples of the runs over one world add up. */
function keepLags(file: string, { gone, late }: RunResult): void {
  if (existsSync(file)) {
    const before = JSON.parse(readFileSync(file, "utf8")) as Record<"gone" | "late", Samples>;
    gone.addAll(before.gone);
    late.addAll(before.late);
  }
  writeFileSync(file, JSON.stringify({ gone, late }));
}

function verdict(result: RunResult, demands: Demands): number {
  const lacking = shortcomings(result, demands);
  for (const line of lacking) console.log(`TOO LITTLE: ${line}`);
  return result.findings.total === 0 && lacking.length === 0 ? 0 : 1;
}

/** Whether the comparison can fail: a small run per mistake. */
async function falsify(settings: RunSettings): Promise<number> {
  const missed: string[] = [];
  for (const { name } of FEED_MUTANTS) {
    const folder = path.join(settings.folder, "falsify");
    rmSync(folder, { recursive: true, force: true });
    const small = { users: 30, ldbc: null, operations: 120, checkpoints: 1, kills: 0 };
    const onStep = () => undefined;
    // Of those who look for what stays for ever, none has to wait for long.
    const given = {
      withFaults: false,
      withFarPages: false,
      mutant: name,
      boundMs: FALSIFY_BOUND_MS,
    };
    const run = { ...settings, ...small, ...given, folder, onStep };
    const { findings } = await runFeeds(run);
    const counts = [...findings.counts].map(([kind, times]) => `${kind} ${times}`);
    console.log(`${name}: ${counts.length === 0 ? "NOT FOUND" : counts.join(", ")}`);
    if (counts.length === 0) missed.push(name);
  }
  return missed.length === 0 ? 0 : 1;
}

function profileOf(name: string): Profile {
  const profile = PROFILES.find((one) => one === name);
  if (profile === undefined) throw new FlagError(`--profile takes ${PROFILES.join(" or ")}`);
  return profile;
}

function mutantOf(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (FEED_MUTANTS.some((one) => one.name === name)) return name;
  throw new FlagError(`--mutant takes one of: ${FEED_MUTANTS.map((one) => one.name).join(", ")}`);
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  console.error(error);
  return 1;
});
