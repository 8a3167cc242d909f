import path from "node:path";
import { Worker } from "node:worker_threads";

/** Of the thread's sleep. */
export const STALL_EVERY_MS = 10;

/** Shared with the thread: how many looks it has taken, then how late each one was, ms. */
export interface StallMemory {
  readonly count: Int32Array<SharedArrayBuffer>;
  readonly latenessMs: Float64Array<SharedArrayBuffer>;
}

/**
 * A thread that does nothing but sleep 10 ms at a time: how late it wakes up is how long
 * this machine kept a ready thread waiting. What our own system adds is beyond that.
 *
 * @param seconds at most so long.
 * @returns ends it and tells how late it was each time, ms.
 */
export function watchStalls(seconds: number): () => readonly number[] {
  const looks = (seconds * 1_000) / STALL_EVERY_MS;
  const memory: StallMemory = {
    count: new Int32Array(new SharedArrayBuffer(4)),
    latenessMs: new Float64Array(new SharedArrayBuffer(8 * looks)),
  };
  const worker = new Worker(path.join(import.meta.dirname, "stall-thread.ts"), {
    workerData: memory,
  });
  // A run that failed ends nobody's watch, and is over all the same.
  worker.unref();
  return () => {
    void worker.terminate();
    return [...memory.latenessMs.subarray(0, Atomics.load(memory.count, 0))];
  };
}
