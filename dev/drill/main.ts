import { ROOT } from "../../deploy/workers.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { stopOnSignals } from "../operator/stop.ts";
import { ServerError } from "../server-process.ts";
import { isClean, reportOf } from "./report.ts";
import { drillKills } from "./run.ts";
import { folderOf, type Profile, startWorld, TARGETS } from "./world.ts";

const HELP = `Kills a part of a running product (kill -9) in the middle of writes, starts it again, and reads
everything back: from the log's own rows, from the leaders, and from every follower.

  npm run drill -- kill --target NAME [options]

  --target NAME    ${TARGETS.join(", ")};
                   leaders are not killed: every shard is handed over to another region
  --profile NAME   hosted (default), or embedded, which only has a runtime to kill
  --times N        kills (default 20)
  --data FOLDER    data of the product, emptied first (default .edgewise/drill-PROFILE-TARGET)
  --help           this text

It runs a product of its own, on ports that are free. Ends with 1 when an acknowledged write is
lost, a version is used twice, or a follower stays wrong.`;

const text = { type: "string" } as const;
const OPTIONS = {
  target: text,
  profile: text,
  times: text,
  data: text,
  help: { type: "boolean" },
} as const;

/** @returns the exit code. */
async function main(): Promise<number> {
  const [verb, ...rest] = process.argv.slice(2);
  const flags = readFlags(verb === "kill" ? rest : process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  if (verb !== "kill") throw new FlagError("say what to drill: kill");
  const target = oneOf("target", textFlag(flags, "target") ?? "", TARGETS);
  const profile: Profile = oneOf("profile", textFlag(flags, "profile") ?? "hosted", [
    "hosted",
    "embedded",
  ] as const);
  if (profile === "embedded" && target !== "runtime")
    throw new FlagError(`the embedded profile has no ${target}`);
  const times = numberFlag(flags, "times", { min: 1, max: 1_000 }) ?? 20;
  const dataFolder = textFlag(flags, "data") ?? folderOf(ROOT, profile, target);

  const stop = stopOnSignals();
  const world = await startWorld({ profile, dataFolder });
  try {
    const say = (line: string) => console.log(line);
    const result = await drillKills(world, { profile, target, times, stop, say });
    console.log(`\n${reportOf(result)}`);
    return isClean(result) ? 0 : 1;
  } finally {
    await world.stop();
  }
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined)
    throw new FlagError(`--${name} must be one of ${known.join(", ")}, not "${value}"`);
  return found;
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  console.error(error instanceof ServerError ? error.message : error);
  return 1;
});
