import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import { OperatorError } from "../operator/api.ts";
import { connect, DEFAULT_URL, operatorOptions, placeOf, shardMapOf } from "../operator/connect.ts";
import { FlagError, type Flags, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { progressFor } from "../operator/progress.ts";
import { stopOnSignals } from "../operator/stop.ts";
import { DATA_FOLDER } from "../secrets.ts";
import { importLdbc } from "./import.ts";
import { formatReport } from "./report.ts";

const HELP = `Imports a network in the format of LDBC SNB Interactive v1 into a running product,
then replays its update stream, then compares every count with the files.

  npm run import -- --ldbc FOLDER [options]

  --ldbc FOLDER     holds dynamic/*.csv and update_streams/ ("npm run world -- --ldbc-out FOLDER" makes one)
  --speed N         replay N times faster than it happened, such as 100000x (default max)
  --no-stream       leave the update stream out
  --report FILE     also write the books as JSON, with every rejected row
  --url URL         the product (default ${DEFAULT_URL}, or the port in PORT)
  --secret TEXT     signs the importer's token (default: AUTH_SECRET, or the local instance's)
  --data FOLDER     data of the local instance, and of the map of ids (default .edgewise/data)
  --shards N        physical shards of the product (default 16)
  --help            this text

Stop with Ctrl-C whenever you like: the same command goes on where it stopped.
Ends with 0 when every row and every count is reconciled, with 1 when not.`;

const text = { type: "string" } as const;
const OPTIONS = {
  ldbc: text,
  speed: text,
  "no-stream": { type: "boolean" },
  report: text,
  url: text,
  secret: text,
  data: text,
  shards: text,
  help: { type: "boolean" },
} as const;

/** @throws FlagError */
function speedOf(flags: Flags): number | null {
  const given = textFlag(flags, "speed") ?? "max";
  if (flags.has("no-stream")) return null;
  if (given === "max") return Number.POSITIVE_INFINITY;
  const speed = Number(given.replace(/x$/, ""));
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new FlagError(`--speed takes "max" or a number such as 1000x, not "${given}"`);
  }
  return speed;
}

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  const folder = textFlag(flags, "ldbc");
  if (folder === undefined) throw new FlagError("--ldbc FOLDER is missing");
  const dataFolder = textFlag(flags, "data") ?? DATA_FOLDER;
  const where = {
    url: textFlag(flags, "url"),
    secret: textFlag(flags, "secret"),
    data: dataFolder,
  };
  const progress = progressFor(process.stderr);
  const startedMs = Date.now();
  const options = operatorOptions(where, process.env);
  const { mapFile, report } = await importLdbc({
    folder,
    api: connect(options),
    shardMap: shardMapOf(numberFlag(flags, "shards", { min: 1, max: 1_048_576 }) ?? 16),
    dataFolder,
    place: placeOf(options.url),
    speed: speedOf(flags),
    progress,
    stop: stopOnSignals(),
    sleep: (ms) => delay(ms),
    nowMs: Date.now,
  });
  if (report === null) {
    progress.finish("Stopped. The same command goes on from here.");
    return 130;
  }
  progress.finish(
    `Imported in ${((Date.now() - startedMs) / 1_000).toFixed(1)} s. Map of ids: ${mapFile}\n`,
  );
  console.log(formatReport(report));
  const file = textFlag(flags, "report");
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  return report.reconciled ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else if (error instanceof OperatorError) console.error(error.message);
  else console.error(error instanceof Error ? error.message : error);
  return error instanceof FlagError ? 2 : 1;
});
