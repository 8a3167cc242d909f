import { URL } from "node:url";
import { Worker } from "node:worker_threads";

import type { Timer } from "../../../core/clock.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Batch } from "../lane/batch.ts";
import { RANKER_LIMITS } from "../limits.ts";
import type { LoadFault } from "./load-fault.ts";
import type { FromThread, Loaded, ThreadOptions, ToThread } from "./thread-messages.ts";

export interface Scores {
  /** rows x `HEAD_COUNT`, row-major. */
  readonly probabilities: Float32Array;
  readonly computeMs: number;
}

/** One loaded model, which runs one batch at a time. */
export interface Scorer {
  readonly loaded: Loaded;
  /** The batch's buffers are given away. Never rejects; the error says what happened, for logs. */
  run(batch: Batch): Promise<Result<Scores, string>>;
  /** Resolves when it can run nothing any more, with the reason. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const THREAD = new URL("scoring-thread.ts", import.meta.url);

/** Starts a thread for a version, and waits until it is loaded, warm and checked. */
export async function startScorer(
  options: ThreadOptions,
  timer: Timer,
  thread: URL = THREAD,
): Promise<Result<Scorer, LoadFault>> {
  const worker = new ThreadScorer(options, timer, thread);
  const loaded = await worker.loading;
  return loaded.ok ? ok(worker.scorer(loaded.value)) : loaded;
}

class ThreadScorer {
  readonly loading: Promise<Result<Loaded, LoadFault>>;
  readonly #timer: Timer;
  readonly #worker: Worker;
  readonly #ended = Promise.withResolvers<string>();
  readonly #loaded = Promise.withResolvers<Result<Loaded, LoadFault>>();
  #running: { id: number; done: (result: Result<Scores, string>) => void } | null = null;
  #runs = 0;
  /** Why it can run nothing any more; null while it can. */
  #over: string | null = null;

  constructor(options: ThreadOptions, timer: Timer, thread: URL) {
    this.#timer = timer;
    this.#worker = new Worker(thread, { workerData: options, name: `ranker ${options.version}` });
    this.#worker.on("message", (message: FromThread) => this.#receive(message));
    this.#worker.on("error", (error) => this.#end(`threw ${String(error)}`));
    this.#worker.on("exit", (code) => this.#end(`exited with ${code}`));
    const late = timer(RANKER_LIMITS.loadMsMax, () => this.#end("did not load in time", "timeout"));
    this.loading = this.#loaded.promise.finally(late);
  }

  scorer(loaded: Loaded): Scorer {
    return {
      loaded,
      run: (batch) => this.#run(batch),
      ended: this.#ended.promise,
      stop: () => this.#stop(),
    };
  }

  #run(batch: Batch): Promise<Result<Scores, string>> {
    if (this.#over !== null) return Promise.resolve(err(`the scoring thread ${this.#over}`));
    const id = ++this.#runs;
    const { promise, resolve } = Promise.withResolvers<Result<Scores, string>>();
    const hung = this.#timer(RANKER_LIMITS.hangMs, () => this.#end("hung"));
    this.#running = { id, done: resolve };
    this.#post({ run: id, batch }, [batch.dense.buffer, batch.ids.buffer]);
    return promise.finally(hung);
  }

  #receive(message: FromThread): void {
    if ("loaded" in message) this.#loaded.resolve(ok(message.loaded));
    else if ("refused" in message) {
      this.#loaded.resolve(err(message.refused));
      this.#end("refused");
    } else if (this.#running?.id === message.ran) {
      const { done } = this.#running;
      this.#running = null;
      done("failed" in message ? err(message.failed) : ok(message));
    }
  }

  /** Whatever the reason, nobody waits for this thread any longer. Native code that hangs ends when it ends. */
  #end(reason: string, code: LoadFault["code"] = "crashed"): void {
    this.#loaded.resolve(err({ code, detail: `the scoring thread ${reason}` }));
    this.#running?.done(err(`the scoring thread ${reason}`));
    this.#running = null;
    this.#over ??= reason;
    this.#ended.resolve(reason);
    void this.#worker.terminate();
  }

  async #stop(): Promise<void> {
    this.#post({ stop: true });
    const forced = this.#timer(RANKER_LIMITS.hangMs, () => this.#end("did not stop"));
    await this.#ended.promise;
    forced();
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
