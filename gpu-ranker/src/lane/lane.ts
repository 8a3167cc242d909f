import type { Clock, Sleep } from "../../../core/clock.ts";
import type { InferRequest } from "../../../core/ranking/infer.ts";
import type { ShedReason } from "../../../core/ranking/ranker-headers.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { RANKER_LIMITS } from "../limits.ts";
import type { LoadFault } from "../model/load-fault.ts";
import type { Scorer } from "../model/scorer.ts";
import type { Loaded } from "../model/thread-messages.ts";
import {
  admit,
  type LaneLoad,
  type LanePolicy,
  planBatch,
  waitOf,
  type Waiting as Expected,
} from "./admission.ts";
import { merge, split } from "./batch.ts";
import { lineOf, measured, NO_ESTIMATE } from "./service-estimate.ts";

/** A request for a lane. */
export interface Job {
  readonly request: Pick<InferRequest, "rows" | "dense" | "ids">;
  /** When its caller stops listening, by the lane's clock. */
  readonly deadlineMs: number;
}

export interface JobScores {
  /** rows x `HEAD_COUNT`, row-major. */
  readonly probabilities: Float32Array;
  readonly queueMs: number;
  readonly computeMs: number;
}

export type Refusal =
  | { readonly why: "shed"; readonly reason: ShedReason; readonly retryAfterMs: number }
  /** The thread of the model ended, or the model failed on this batch. */
  | { readonly why: "failed"; readonly detail: string }
  /** The thread is being started again. */
  | { readonly why: "starting"; readonly retryAfterMs: number };

/** The caller hung up before its turn came: nobody waits for an answer. */
export interface Gone {
  readonly why: "gone";
}

/** What a lane tells whoever counts. */
export interface LaneEvents {
  batch(version: string, batch: { rows: number; requests: number; computeMs: number }): void;
  ended(version: string, reason: string): void;
  restarted(version: string, result: Result<Loaded, LoadFault>): void;
}

export interface LaneDeps {
  /** Monotonic. */
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly events: LaneEvents;
  readonly policy: LanePolicy;
  /** Starts the same model again, in a fresh thread. */
  readonly start: () => Promise<Result<Scorer, LoadFault>>;
}

const GONE: Gone = { why: "gone" };
const STARTING: Refusal = { why: "starting", retryAfterMs: RANKER_LIMITS.restartMs };

interface Waiting extends Job {
  readonly rows: number;
  /** From here on it is the lane that keeps its caller waiting. */
  readonly sinceMs: number;
  readonly done: (result: Result<JobScores, Refusal | Gone>) => void;
}

/** One model and the requests that wait for it. Starts at once when idle, and merges what queued meanwhile. */
export class Lane {
  readonly #deps: LaneDeps;
  #loaded: Loaded;
  /** Null while its thread is being started again. */
  #scorer: Scorer | null = null;
  #queue: readonly Waiting[] = [];
  #running: LaneLoad["running"] = null;
  /** Let in, and their bodies not read yet. */
  readonly #coming = new Set<Expected>();
  #estimate = NO_ESTIMATE;
  #stopped = false;
  /** Resolved when nothing waits or runs. */
  #emptied: (() => void) | null = null;

  constructor(scorer: Scorer, deps: LaneDeps) {
    this.#deps = deps;
    this.#loaded = scorer.loaded;
    this.#use(scorer);
  }

  get loaded(): Loaded {
    return this.#loaded;
  }

  get ready(): boolean {
    return this.#scorer !== null && !this.#stopped;
  }

  get idle(): boolean {
    return this.#running === null && this.#queue.length === 0;
  }

  /** What runs and waits here. */
  get load(): LaneLoad {
    const queuedRows = this.#queue.reduce((sum, { rows }) => sum + rows, 0);
    return { running: this.#running, queuedRows, queuedRequests: this.#queue.length };
  }

  /**
   * Lets a request in whose body is still to be read, or says why not, which costs next to nothing. It may be expected to
   * take a part of the time it has left. Those behind it see the queue as it will be, until what is returned is called
   * or its time is over, as long as a caller usually has: somebody who sends slowly keeps nobody out for longer.
   */
  letIn(rows: number, deadlineMs: number): Result<() => void, Refusal> {
    const { clock, policy } = this.#deps;
    const nowMs = clock.nowMs();
    const soonMs = nowMs + Math.max(0, deadlineMs - nowMs) * policy.admitShare;
    const refusal = this.#refusal({ rows, deadlineMs: soonMs }, nowMs, this.#loadToCome(nowMs));
    if (refusal !== null) return err(refusal);
    const coming = {
      rows,
      deadlineMs: Math.min(deadlineMs, nowMs + RANKER_LIMITS.budgetMsDefault),
    };
    this.#coming.add(coming);
    return ok(() => this.#coming.delete(coming));
  }

  #loadToCome(nowMs: number): LaneLoad {
    const { running, queuedRequests, ...waiting } = this.load;
    let { queuedRows } = waiting;
    for (const coming of this.#coming) {
      if (coming.deadlineMs <= nowMs) this.#coming.delete(coming);
      else queuedRows += coming.rows;
    }
    return { running, queuedRows, queuedRequests: queuedRequests + this.#coming.size };
  }

  #refusal(request: Expected, nowMs: number, load: LaneLoad): Refusal | null {
    if (!this.ready) return STARTING;
    const admission = admit(request, load, lineOf(this.#estimate), nowMs, this.#deps.policy);
    if (admission.admit) return null;
    const { reason, retryAfterMs } = admission;
    return { why: "shed", reason, retryAfterMs };
  }

  /** Scores one request, or says why not. @param cancelled aborts when the caller is gone: it leaves the queue. */
  submit(job: Job, cancelled?: AbortSignal): Promise<Result<JobScores, Refusal | Gone>> {
    if (cancelled?.aborted === true) return Promise.resolve(err(GONE));
    const { rows } = job.request;
    const sinceMs = this.#deps.clock.nowMs();
    const { deadlineMs } = job;
    const refusal = this.#refusal({ rows, deadlineMs }, sinceMs, this.load);
    if (refusal !== null || this.#scorer === null) return Promise.resolve(err(refusal ?? STARTING));
    const { promise, resolve } = Promise.withResolvers<Result<JobScores, Refusal | Gone>>();
    const waiting: Waiting = { ...job, rows, sinceMs, done: resolve };
    if (this.idle) void this.#run([waiting], this.#scorer);
    else {
      this.#queue = [...this.#queue, waiting];
      cancelled?.addEventListener("abort", () => this.#leave(waiting), { once: true });
    }
    return promise;
  }

  /** To be called when nobody is sent here any more: ends what it has, then its thread. */
  async stop(): Promise<void> {
    if (!this.idle) await new Promise<void>((resolve) => (this.#emptied = resolve));
    this.#stopped = true;
    await this.#scorer?.stop();
  }

  #leave(waiting: Waiting): void {
    if (!this.#queue.includes(waiting)) return;
    this.#queue = this.#queue.filter((one) => one !== waiting);
    waiting.done(err(GONE));
  }

  async #run(jobs: readonly Waiting[], scorer: Scorer): Promise<void> {
    const { clock, events, policy } = this.#deps;
    const startedMs = clock.nowMs();
    const rows = jobs.reduce((sum, job) => sum + job.rows, 0);
    this.#running = { rows, startedMs };
    const scored = await scorer.run(merge(jobs.map(({ request }) => request)));
    const endedMs = clock.nowMs();
    this.#running = null;
    if (scored.ok) {
      this.#estimate = measured(
        this.#estimate,
        rows,
        endedMs - startedMs,
        RANKER_LIMITS.estimateWeight,
      );
      const { probabilities, computeMs } = scored.value;
      events.batch(this.#loaded.version, { rows, requests: jobs.length, computeMs });
      const parts = split(probabilities, jobs);
      for (const [at, job] of jobs.entries())
        job.done(
          ok({
            probabilities: parts[at] ?? new Float32Array(),
            queueMs: startedMs - job.sinceMs,
            computeMs,
          }),
        );
    } else for (const job of jobs) job.done(err({ why: "failed", detail: scored.error }));
    this.#next(endedMs, policy);
  }

  /** Starts what waits, if anything may still be in time. */
  #next(nowMs: number, policy: LanePolicy): void {
    const line = lineOf(this.#estimate);
    const { take, drop } = planBatch(this.#queue, line, nowMs, policy);
    const queue = this.#queue;
    this.#queue = queue.filter((_, place) => !take.includes(place) && !drop.includes(place));
    for (const place of drop) {
      const retryAfterMs = Math.max(1, Math.ceil(waitOf(this.load, line, nowMs, policy)));
      queue[place]?.done(err({ why: "shed", reason: "deadline", retryAfterMs }));
    }
    const jobs = take.flatMap((place) => queue[place] ?? []);
    if (this.#scorer !== null && jobs.length > 0) void this.#run(jobs, this.#scorer);
    else if (this.idle) this.#emptied?.();
  }

  #use(scorer: Scorer): void {
    this.#scorer = scorer;
    this.#loaded = scorer.loaded;
    void scorer.ended.then((reason) => this.#replace(reason));
  }

  /** The thread ended by itself: whoever waits is told at once, and a fresh one is started. */
  async #replace(reason: string): Promise<void> {
    this.#scorer = null;
    if (this.#stopped) return;
    const { events, sleep, start } = this.#deps;
    events.ended(this.#loaded.version, reason);
    for (const { done } of this.#queue)
      done(err({ why: "failed", detail: `the scoring thread ${reason}` }));
    this.#queue = [];
    // What it knew of service time says nothing of a thread that may be on another provider.
    this.#estimate = NO_ESTIMATE;
    let pauseMs: number = RANKER_LIMITS.restartMs;
    while (!this.#stopped) {
      await sleep(pauseMs);
      if (this.#stopped) return;
      const started = await start();
      events.restarted(this.#loaded.version, started.ok ? ok(started.value.loaded) : started);
      if (started.ok) return this.#stopped ? void started.value.stop() : this.#use(started.value);
      pauseMs = Math.min(2 * pauseMs, RANKER_LIMITS.restartMsMax);
    }
  }
}
