import { type Arguments, HELP, parseArguments } from "./arguments.ts";
import { loadMutant } from "./mutant-loader.ts";
import { MUTANTS, NOT_YET } from "./mutants.ts";
import { type RunResult, runSeed } from "./run.ts";
import { Tally } from "./tally.ts";

const SHOWN_MAX = 8;
const SECOND_MS = 1_000;
const SEEDS_END = 1_000_000_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** @returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const parsed = parseArguments(words, Date.now() % SEEDS_END);
  if (typeof parsed === "string") {
    process.stderr.write(`${parsed}\n\n${HELP}`);
    return 2;
  }
  switch (parsed.what) {
    case "help":
      say(HELP);
      return 0;
    case "trace":
      return traceSeed(parsed);
    case "mutants":
      return runMutants(parsed);
    case "seeds":
      return runSeeds(parsed);
  }
}

async function traceSeed({ from, operations, store }: Arguments): Promise<number> {
  const result = await runSeed(from, { operations, store, trace: say });
  tellReached(result.tally);
  tellViolations(result);
  return result.violations.length === 0 ? 0 : 1;
}

async function runSeeds({ from, seeds, seconds, operations, store }: Arguments): Promise<number> {
  const startMs = performance.now();
  const total = new Tally();
  let [runs, done, failed] = [0, 0, 0];
  const isOver = () => runs >= seeds || performance.now() - startMs >= seconds * SECOND_MS;
  while (!isOver()) {
    const result = await runSeed(from + runs, { operations, store, trace: null });
    runs++;
    done += result.operations;
    total.add(result.tally);
    if (result.violations.length > 0) {
      failed++;
      tellViolations(result);
    }
  }
  const tookS = (performance.now() - startMs) / SECOND_MS;
  tellReached(total);
  say(`${runs} seeds from ${from}, ${failed} with violations`);
  say(`${done} operations in ${tookS.toFixed(1)} s: ${Math.round(done / tookS)} operations/s`);
  const holes = total.holes();
  if (holes.length > 0) say(`never reached: ${holes.join(", ")}`);
  return failed > 0 || holes.length > 0 ? 1 : 0;
}

async function runMutants({ from, seeds, operations }: Arguments): Promise<number> {
  let survivors = 0;
  for (const mutant of MUTANTS) {
    const run = await loadMutant(mutant);
    let caught: RunResult | null = null;
    for (let index = 0; index < seeds && caught === null; index++) {
      const result = await run(from + index, { operations, trace: null });
      if (result.violations.length > 0) caught = result;
    }
    if (caught === null) survivors++;
    const found = [...new Set(caught?.violations.map(({ guarantee }) => guarantee))].join(", ");
    const how = caught === null ? "SURVIVED" : `seed ${caught.seed}: ${found}`;
    say(`${mutant.name.padEnd(36)} ${how}`);
  }
  say(`${MUTANTS.length - survivors} of ${MUTANTS.length} mutants caught`);
  say(`not applicable before leases and epochs: ${NOT_YET.join(", ")}`);
  return survivors === 0 ? 0 : 1;
}

function tellReached(tally: Tally): void {
  for (const [name, count] of tally.entries()) say(`${name.padEnd(28)} ${count}`);
}

function tellViolations({ seed, store, violations }: RunResult): void {
  if (violations.length === 0) return;
  say(
    `seed ${seed} (${store} store): ${violations.length} violations; --seed ${seed} tells the story`,
  );
  for (const { guarantee, what } of violations.slice(0, SHOWN_MAX)) say(`  ${guarantee}: ${what}`);
}

process.exitCode = await main(process.argv.slice(2));
