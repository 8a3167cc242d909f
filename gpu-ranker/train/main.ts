import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { VERSION_PATTERN } from "../../core/ranking/manifest.ts";
import { versionAt } from "./artifact/folder.ts";
import { DEFAULT_BEHAVIOUR } from "./behaviour/simulate.ts";
import { reportPage } from "./report/page.ts";
import {
  holdOutTable,
  headTable,
  MAIN_METRICS,
  precisionTable,
  verdicts,
  warmingTable,
} from "./report/table.ts";
import { runTraining, type RunResult } from "./run.ts";
import { kuairand } from "./sources/kuairand.ts";
import { productLog } from "./sources/log-files.ts";
import { simulated } from "./sources/simulated.ts";
import type { Source } from "./sources/source.ts";

const MODELS = path.join(import.meta.dirname, "..", "models");

/** Fewer leave some hundred to hold out, of which most heads have no example. */
const ROWS_MIN = 1_000;

const HELP = `Trains the ranker: a heavy model (ONNX) and a light one (JSON), measured on held-out behaviour.

  npm run train -- [options]

  (nothing)          on behaviour that is simulated, whose best possible order is known
  --log FILE         on the product's own log; may be given several times, one per segment
  --truth FILE       with --log: what is true of its readers, of npm run behave; then the best possible order is known
  --kuairand FOLDER  on exposures of a real feed (KuaiRand-Pure, CC BY-SA 4.0): evidence, nothing is kept
  --seed N           of the model that is kept, and of the simulated people (default 1)
  --seeds N          models to train, to see how much is chance (default 3)
  --people N         simulated people (default ${DEFAULT_BEHAVIOUR.people})
  --days N           simulated days (default ${DEFAULT_BEHAVIOUR.days})
  --models FOLDER    where versions are kept (default gpu-ranker/models)
  --version NAME     of the new one (default: the time)
  --report FILE      a page with tables and plots (default: report.html of the version)
  --no-promote       leave the version that serves
  --dry              keep nothing
  --help             this text

The new version serves from then on when it is no worse than the one that does, metric by metric,
on the same held-out rows. Ends with 1 when it is worse.`;

const OPTIONS = {
  log: { type: "string", multiple: true },
  truth: { type: "string" },
  kuairand: { type: "string" },
  seed: { type: "string" },
  seeds: { type: "string" },
  people: { type: "string" },
  days: { type: "string" },
  models: { type: "string" },
  version: { type: "string" },
  report: { type: "string" },
  "no-promote": { type: "boolean" },
  dry: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** What was asked for cannot be done; the message says why. */
class FlagError extends Error {
  override readonly name = "FlagError";
}

const flagsOf = () => {
  try {
    return parseArgs({ options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const whole = (name: string, text: string | undefined, standard: number, max: number): number => {
  const value = text === undefined ? standard : Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new FlagError(`--${name} takes a whole number from 1 to ${max}, not "${text}"`);
  return value;
};

/** What serves is not to be written over before it is known whether the new one is as good. */
function newVersion(models: string, version: string): string {
  if (!VERSION_PATTERN.test(version))
    throw new FlagError(`--version takes a to z, 0 to 9, ".", "_" and "-", not "${version}"`);
  if (existsSync(path.join(models, version)))
    throw new FlagError(`version ${version} is there already`);
  return version;
}

const say = (line: string): void => console.error(line);

/** @returns the exit code. */
async function main(): Promise<number> {
  const flags = flagsOf();
  if (flags.help === true) {
    console.log(HELP);
    return 0;
  }
  const seed = whole("seed", flags.seed, 1, 2 ** 31);
  const seeds = Array.from({ length: whole("seeds", flags.seeds, 3, 20) }, (_, at) => seed + at);
  const nowMs = Date.now();
  const models = flags.models ?? MODELS;
  const version = newVersion(models, flags.version ?? versionAt(nowMs));
  const source = await sourceOf(flags, seed);
  if (source.examples.rows < ROWS_MIN)
    throw new FlagError(
      `${source.examples.rows} rows are too few to learn from: ${ROWS_MIN} are needed`,
    );
  say(`${source.examples.rows} rows in ${source.examples.slateEnds.length} slates`);
  const result = await runTraining(
    {
      source,
      seeds,
      version,
      createdAtMs: nowMs,
      models: flags.dry === true || source.name === "kuairand" ? null : models,
      mayPromote: flags["no-promote"] !== true,
    },
    {
      nowMs: () => performance.now(),
      onEpoch: (model, of, { epoch, loss, valid }) =>
        say(
          `  seed ${of} ${model} epoch ${epoch + 1}: loss ${loss.toFixed(4)}, held-back entropy ${valid.toFixed(4)}`,
        ),
    },
  );
  const report =
    flags.report ?? (result.folder === null ? undefined : path.join(result.folder, "report.html"));
  if (report !== undefined) {
    mkdirSync(path.dirname(report), { recursive: true });
    writeFileSync(report, await reportPage(result));
    say(`report: ${report}`);
  }
  console.log(textOf(result));
  return result.promotion.kind === "failed" ? 1 : 0;
}

async function sourceOf(flags: ReturnType<typeof flagsOf>, seed: number): Promise<Source> {
  if (flags.log !== undefined) {
    const log = await productLog(flags.log, flags.truth ?? null);
    const { malformed, other_schema: other, no_truth: unknown } = log.leftOut;
    if (malformed + other + unknown > 0)
      say(
        `left out: ${malformed} broken lines, ${other} of other features, ${unknown} of unknown readers`,
      );
    return log;
  }
  if (flags.truth !== undefined) throw new FlagError("--truth goes with --log");
  if (flags.kuairand !== undefined) {
    say(`reading ${flags.kuairand}`);
    return kuairand(flags.kuairand);
  }
  const people = whole("people", flags.people, DEFAULT_BEHAVIOUR.people, 5_000);
  const days = whole("days", flags.days, DEFAULT_BEHAVIOUR.days, 120);
  say(`simulating ${people} people for ${days} days`);
  return simulated({ ...DEFAULT_BEHAVIOUR, seed, people, days }, (day, rows) =>
    say(`  day ${day + 1}: ${rows} rows`),
  );
}

function textOf(result: RunResult): string {
  const { promotion, folder, artifact } = result;
  const failed = promotion.kind === "failed" ? promotion.gates.filter(({ passes }) => !passes) : [];
  return [
    holdOutTable(result, MAIN_METRICS),
    headTable(result),
    verdicts(result).join("\n"),
    precisionTable(result),
    warmingTable(result),
    `version ${artifact.manifest.version}, ${folder ?? "not kept"}; promotion: ${promotion.kind}`,
    ...failed.map(
      ({ name, candidate, serving, allowed }) =>
        `  ${name}: ${candidate.toFixed(4)}, serving ${serving.toFixed(4)}, allowed loss ${allowed}`,
    ),
  ].join("\n\n");
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  // A file that is not there is no bug: its name is enough.
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  console.error(isMissing ? error.message : error);
  return 1;
});
