import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../deploy/workers.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { falsifyAll } from "./falsify.ts";
import { reportOf, isClean } from "./report.ts";
import { clearData, runSegment, type SegmentResult } from "./segment.ts";
import { encode } from "./wire.ts";
import { makeWorld, type Profile, PROFILES } from "./world.ts";

const HELP = `Loads the running product at random, kills it and what it stands on, and checks every guarantee
against what its stores hold in the end.

  npm run histories -- [options]

  --operations N     reads and writes of the graph in all (default 25000)
  --segment N        of them per segment, each on an empty product (default 25000)
  --profile NAME     embedded (default) or hosted
  --writes PERCENT   of the requests, each one write or a page of reads (default 33)
  --no-faults        load alone
  --seed N           of the first segment (default: the time)
  --falsify          also alters each history in every known way: each must be found
  --mutant NAME      runs the objects with a mistake of sim/mutants.ts: must end with 1
  --resume           goes on with the segments that are missing
  --folder FOLDER    keeps the events and results (default .edgewise/histories/PROFILE)
  --steps            also tells what a segment is doing
  --help             this text

Ends with 1 when a guarantee is broken, or an altered history passes.`;

const text = { type: "string" } as const;
const bool = { type: "boolean" } as const;
const OPTIONS = {
  operations: text,
  segment: text,
  profile: text,
  writes: text,
  "no-faults": bool,
  seed: text,
  falsify: bool,
  mutant: text,
  resume: bool,
  steps: bool,
  folder: text,
  help: bool,
} as const;

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  const operations = whole("operations", 25_000, 1e8);
  const perSegment = Math.min(operations, whole("segment", 25_000, 1e6));
  const profile = profileOf(textFlag(flags, "profile") ?? "embedded");
  const writeShare = (numberFlag(flags, "writes", { min: 0, max: 100, whole: false }) ?? 33) / 100;
  const folder = path.resolve(
    textFlag(flags, "folder") ?? path.join(ROOT, ".edgewise/histories", profile),
  );
  if (!flags.has("resume")) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const seed = numberFlag(flags, "seed", { min: 1, max: 2 ** 31 }) ?? Date.now() % 1e9;

  const results: SegmentResult[] = [];
  for (let number = 1; number <= Math.ceil(operations / perSegment); number++) {
    const file = path.join(folder, `segment-${String(number).padStart(4, "0")}.json`);
    const known = flags.has("resume") ? readResult(file) : null;
    const result =
      known ??
      (await segment(profile, folder, {
        number,
        seed: seed + number,
        operations: perSegment,
        writeShare,
        withFaults: !flags.has("no-faults"),
        folder,
        falsify: flags.has("falsify"),
        mutant: textFlag(flags, "mutant") ?? null,
        onStep: (step) => flags.has("steps") && console.log(`  ${step}`),
      }));
    if (known === null) writeFileSync(file, `${JSON.stringify(result)}\n`);
    results.push(result);
    const { counts, violations, seconds } = result;
    console.log(
      `segment ${number}: seed ${result.seed}, ${counts.operations} operations in ${seconds.toFixed(0)} s, ${counts.acknowledged} writes acknowledged, ${violations} violations${known === null ? "" : " (of an earlier run)"}`,
    );
    for (const { guarantee, what } of result.told) console.log(`  ${guarantee}: ${what}`);
  }
  console.log(reportOf(results, !flags.has("no-faults"), profile));
  return isClean(results) ? 0 : 1;
}

type Settings = Parameters<typeof runSegment>[0] & { readonly falsify: boolean };

async function segment(
  profile: Profile,
  folder: string,
  settings: Settings,
): Promise<SegmentResult> {
  const place = path.join(folder, "world");
  clearData(place);
  const world = await makeWorld(profile, place);
  try {
    const { result, history } = await runSegment(settings, world);
    if (result.violations > 0) {
      // Everything that the checkers had, to look at.
      writeFileSync(path.join(folder, `broken-${settings.number}.json`), encode(history));
      return result;
    }
    if (!settings.falsify) return result;
    const passed = falsifyAll(history, settings.seed);
    const told = passed.map((name) => ({ guarantee: "altered history passes", what: name }));
    return { ...result, violations: told.length, told };
  } finally {
    await world.stop();
  }
}

function profileOf(name: string): Profile {
  const profile = PROFILES.find((one) => one === name);
  if (profile === undefined) throw new FlagError(`--profile takes ${PROFILES.join(" or ")}`);
  return profile;
}

function readResult(file: string): SegmentResult | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SegmentResult;
  } catch {
    return null;
  }
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  console.error(error);
  return 1;
});
