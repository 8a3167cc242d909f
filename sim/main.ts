import { type Arguments, HELP, parseArguments } from "./arguments.ts";
import type { StoreKind } from "./faults.ts";
import { runMutants } from "./mutant-runs.ts";
import { runOnThreads } from "./pool.ts";
import { type RunResult, runSeed } from "./run.ts";
import { Tally } from "./tally.ts";

const SHOWN_MAX = 8;
const SECOND_MS = 1_000;
const TELL_EVERY_MS = 20_000;
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
      return runMutants(parsed, say);
    case "seeds":
      return runSeeds(parsed);
  }
}

async function traceSeed({ from, operations, store }: Arguments): Promise<number> {
  const result = await runSeed(from, { operations, store, trace: say });
  const tally = new Tally();
  tally.add(result.reached);
  tellReached(tally);
  tellViolations(result);
  return result.violations.length === 0 ? 0 : 1;
}

async function runSeeds(asked: Arguments): Promise<number> {
  const { from, seeds, seconds, operations, store } = asked;
  const startMs = performance.now();
  const total = new Tally();
  const stores = new Set<StoreKind>();
  let [started, runs, done, failed, toldMs] = [0, 0, 0, 0, startMs];
  const next = () => {
    const isOver = started >= seeds || performance.now() - startMs >= seconds * SECOND_MS;
    return isOver ? null : { seed: from + started++, mutant: null, options: { operations, store } };
  };
  await runOnThreads(Math.min(asked.workers, seeds), next, (result) => {
    runs++;
    done += result.operations;
    total.add(result.reached);
    stores.add(result.store);
    if (result.violations.length > 0) failed++;
    tellViolations(result);
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    say(`${runs} seeds so far, ${failed} with violations; to go on later: --from ${from + runs}`);
  });
  const tookS = (performance.now() - startMs) / SECOND_MS;
  tellReached(total);
  say(`${runs} seeds from ${from}, ${failed} with violations`);
  say(`${done} operations in ${tookS.toFixed(1)} s: ${Math.round(done / tookS)} operations/s`);
  const holes = total.holes(stores);
  if (holes.length > 0) say(`never reached: ${holes.join(", ")}`);
  return failed > 0 || holes.length > 0 ? 1 : 0;
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
