import { connect, DEFAULT_URL, operatorOptions, placeOf, shardMapOf } from "../operator/connect.ts";
import { OperatorError } from "../operator/api.ts";
import { FlagError, type Flags, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { progressFor } from "../operator/progress.ts";
import { stopOnSignals } from "../operator/stop.ts";
import { DATA_FOLDER } from "../secrets.ts";
import { tallyOf } from "./census.ts";
import { LoadConflict, loadWorld } from "./load.ts";
import { writeLdbc } from "./ldbc/write.ts";
import { PAINTER } from "./media-pool.ts";
import { stateFileOf } from "./state.ts";
import { defaultSpec, generateWorld, type WorldSpec } from "./world.ts";

const HELP = `Makes a demo world and loads it into a running product.

  npm run world -- [options]

  --users N               people (default 500; 100000 take minutes)
  --seed N                another world for each number (default 1)
  --posts-per-user N      mean over thirty days (default 12; 3 above 20,000 people)
  --follows-per-user N    mean (default 36; 20 above 20,000 people)
  --url URL               the product (default ${DEFAULT_URL}, or the port in PORT)
  --secret TEXT           signs the loader's token (default: AUTH_SECRET, or the local instance's)
  --data FOLDER           data of the local instance (default .edgewise/data)
  --state FILE            what is loaded so far (default: in the data folder)
  --shards N              physical shards of the product (default 16)
  --ldbc-out FOLDER       write the world as LDBC SNB files instead of loading it
  --dry-run               say what would be loaded
  --help                  this text

Stop with Ctrl-C whenever you like: the same command goes on where it stopped.`;

const text = { type: "string" } as const;
const OPTIONS = {
  users: text,
  seed: text,
  "posts-per-user": text,
  "follows-per-user": text,
  url: text,
  secret: text,
  data: text,
  state: text,
  shards: text,
  "ldbc-out": text,
  "dry-run": { type: "boolean" },
  help: { type: "boolean" },
} as const;

function specFrom(flags: Flags): WorldSpec {
  const users = numberFlag(flags, "users", { min: 2, max: 1_000_000 }) ?? 500;
  const seed = numberFlag(flags, "seed", { min: 0, max: 2 ** 31 }) ?? 1;
  const spec = defaultSpec(seed, users, Date.now());
  const posts = numberFlag(flags, "posts-per-user", { min: 0.1, max: 500, whole: false });
  const follows = numberFlag(flags, "follows-per-user", { min: 1, max: 300, whole: false });
  return {
    ...spec,
    ...(posts !== undefined && { postsPerUser: posts }),
    ...(follows !== undefined && { followsPerUser: follows }),
  };
}

async function load(flags: Flags, spec: WorldSpec): Promise<number> {
  const data = textFlag(flags, "data") ?? DATA_FOLDER;
  const progress = progressFor(process.stderr);
  const options = operatorOptions(
    { url: textFlag(flags, "url"), secret: textFlag(flags, "secret"), data },
    process.env,
  );
  const api = connect(options);
  const outcome = await loadWorld({
    spec,
    api,
    shardMap: shardMapOf(numberFlag(flags, "shards", { min: 1, max: 1_048_576 }) ?? 16),
    stateFile: textFlag(flags, "state") ?? stateFileOf(data, spec, placeOf(options.url)),
    progress,
    stop: stopOnSignals(),
    painter: PAINTER,
    nowMs: Date.now,
  });
  if (outcome.kind === "already") progress.finish("This world is already loaded.");
  if (outcome.kind === "stopped") progress.finish("Stopped. The same command goes on from here.");
  if (outcome.kind === "loaded") {
    const seconds = (outcome.ms / 1_000).toFixed(1);
    const retries = api.retries > 0 ? `, ${api.retries} calls repeated` : "";
    progress.finish(
      `Loaded ${spec.users} people, ${outcome.writes.toLocaleString("en")} writes, in ${seconds} s${retries}.`,
    );
  }
  return outcome.kind === "stopped" ? 130 : 0;
}

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  const spec = specFrom(flags);
  if (flags.has("dry-run")) {
    console.log(tallyOf(generateWorld(spec)));
    return 0;
  }
  const folder = textFlag(flags, "ldbc-out");
  if (folder === undefined) return load(flags, spec);
  console.log(writeLdbc(generateWorld(spec), folder));
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else if (error instanceof OperatorError || error instanceof LoadConflict)
    console.error(error.message);
  else console.error(error);
  return error instanceof FlagError ? 2 : 1;
});
