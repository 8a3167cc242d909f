import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

import { loadMutant } from "./mutant-loader.ts";
import { MUTANTS } from "./mutants.ts";
import { type RunOptions, type RunResult, runSeed } from "./run.ts";
import { Tally } from "./tally.ts";

/** What a worker thread is asked for, and answers with: plain data. */
export interface Task {
  readonly seed: number;
  /** Place in `MUTANTS` of the mistake to run with; null: none. */
  readonly mutant: number | null;
  readonly options: Omit<RunOptions, "trace">;
}
/** No run takes this long even on a busy machine: it goes round in circles. */
const RUN_MS_MAX = 120_000;

export const workersMax = (): number => availableParallelism();

/**
 * Runs seed after seed on `workers` threads, in any order, until `next` has no more. One that breaks or never ends has failed too.
 */
export async function runOnThreads(
  workers: number,
  next: () => Task | null,
  done: (result: RunResult, task: Task) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => runOnOne(next, done)));
}

async function runOnOne(
  next: () => Task | null,
  done: (result: RunResult, task: Task) => void,
): Promise<void> {
  let worker: Worker | null = null;
  for (let task = next(); task !== null; task = next()) {
    worker ??= new Worker(import.meta.filename);
    const result = await run(worker, task);
    if (result === null) {
      await worker.terminate();
      worker = null;
    }
    done(result ?? broken(task, "the run never ended"), task);
  }
  await worker?.terminate();
}

/** @returns null when there was no answer in time. */
async function run(worker: Worker, task: Task): Promise<RunResult | null> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult | null>();
  const timer = setTimeout(resolve, RUN_MS_MAX, null);
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.postMessage(task);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.removeAllListeners("message");
    worker.removeAllListeners("error");
  }
}

const broken = ({ seed, options }: Task, what: string): RunResult => ({
  seed,
  store: options.store ?? "embedded",
  violations: [{ guarantee: "the run ends", what }],
  reached: new Tally().counts(),
  operations: 0,
  virtualMs: 0,
});

async function runnerOf(place: number | null): Promise<typeof runSeed> {
  const mutant = place === null ? undefined : MUTANTS[place];
  return mutant === undefined ? runSeed : loadMutant(mutant);
}

if (!isMainThread) {
  parentPort?.on("message", async (task: Task) => {
    // Outside: a mutant that cannot even be loaded is a mistake of ours and ends everything; it was not found.
    const runner = await runnerOf(task.mutant);
    try {
      parentPort?.postMessage(await runner(task.seed, { ...task.options, trace: null }));
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parentPort?.postMessage(broken(task, what));
    }
  });
}
