import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

import { loadMutant } from "./mutant-loader.ts";
import { MUTANTS } from "./mutants.ts";
import { type RunOptions, type RunResult, runSeed } from "./run.ts";

/** What a worker thread is asked for, and answers with: plain data. */
export interface Task {
  readonly seed: number;
  /** Place in `MUTANTS` of the mistake to run with; null: none. */
  readonly mutant: number | null;
  readonly options: Omit<RunOptions, "trace">;
}
type Answer = RunResult | { readonly seed: number; readonly failed: string };

export const workersMax = (): number => availableParallelism();

/**
 * Runs seed after seed on `workers` threads, in any order, until `next` has no more.
 *
 * @throws Error when a run itself breaks: that is no violation but a bug, with its seed.
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
  const worker = new Worker(import.meta.filename);
  try {
    for (let task = next(); task !== null; task = next()) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage(task);
      const answer = await promise;
      worker.off("error", reject);
      if ("failed" in answer) throw new Error(`seed ${answer.seed}: ${answer.failed}`);
      done(answer, task);
    }
  } finally {
    await worker.terminate();
  }
}

async function runnerOf(place: number | null): Promise<typeof runSeed> {
  const mutant = place === null ? undefined : MUTANTS[place];
  return mutant === undefined ? runSeed : loadMutant(mutant);
}

if (!isMainThread) {
  parentPort?.on("message", async ({ seed, options, mutant }: Task) => {
    let answer: Answer;
    try {
      const run = await runnerOf(mutant);
      answer = await run(seed, { ...options, trace: null });
    } catch (error) {
      answer = { seed, failed: error instanceof Error ? (error.stack ?? error.message) : "" };
    }
    parentPort?.postMessage(answer);
  });
}
