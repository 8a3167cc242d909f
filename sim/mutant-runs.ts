import type { Arguments } from "./arguments.ts";
import type { Mutant } from "./mutant.ts";
import { misfitsOf } from "./mutant-loader.ts";
import { MUTANTS } from "./mutants.ts";
import { runOnThreads, type Task } from "./pool.ts";
import type { RunResult } from "./run.ts";

const SECOND_MS = 1_000;

/** One mistake, and how its seeds went. */
interface Trial {
  readonly place: number;
  readonly mutant: Mutant;
  started: number;
  done: number;
  /** Seeds under way. */
  running: number;
  readonly found: RunResult[];
}

/**
 * One mutant after another on each thread, until it is found or its seeds are used up.
 *
 * @returns the exit code: 1 when one survived, 2 when there is none to try or one changes nothing.
 */
export async function runMutants(asked: Arguments, say: (line: string) => void): Promise<number> {
  const { from, seeds, operations, store, workers, rates } = asked;
  const trials = MUTANTS.flatMap((mutant, place): readonly Trial[] =>
    mutant.name.includes(asked.mutant)
      ? [{ place, mutant, started: 0, done: 0, running: 0, found: [] }]
      : [],
  );
  const misfits = await misfitsOf(trials.map(({ mutant }) => mutant));
  for (const misfit of misfits) say(misfit);
  if (trials.length === 0) say(`no mutant has "${asked.mutant}" in its name`);
  if (misfits.length > 0 || trials.length === 0) return 2;

  const startMs = performance.now();
  const isEnough = ({ started, found }: Trial) => started >= seeds || (!rates && found.length > 0);
  const next = (): Task | null => {
    const open = trials.filter((trial) => !isEnough(trial));
    // A thread that has loaded a mutant stays with it.
    const trial = open.find(({ running }) => running === 0) ?? open[0];
    if (trial === undefined) return null;
    trial.running++;
    const seed = from + trial.started++;
    const over = store ?? trial.mutant.over;
    return { seed, mutant: trial.place, options: { operations, store: over } };
  };
  await runOnThreads(workers, next, (result, { mutant }) => {
    const trial = trials.find(({ place }) => place === mutant);
    if (trial === undefined) return;
    trial.running--;
    trial.done++;
    if (result.violations.length > 0) trial.found.push(result);
    if (trial.running === 0 && isEnough(trial)) say(tell(trial));
  });
  const tookS = (performance.now() - startMs) / SECOND_MS;
  const caught = trials.filter(({ found }) => found.length > 0).length;
  say(`${caught} of ${trials.length} mutants caught in ${tookS.toFixed(0)} s`);
  return caught === trials.length ? 0 : 1;
}

function tell({ mutant, done, found }: Trial): string {
  const all = found.flatMap(({ violations }) => violations.map(({ guarantee }) => guarantee));
  const what = found.length === 0 ? "SURVIVED" : [...new Set(all)].join(", ");
  const seeds = `${found.length} of ${done} seeds${found[0] === undefined ? "" : `, first ${found[0].seed}`}`;
  return `${mutant.name.padEnd(40)} ${what} (${seeds})`;
}
