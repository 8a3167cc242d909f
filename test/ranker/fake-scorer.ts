import { DENSE_COUNT } from "../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { Lane, type LaneEvents } from "../../gpu-ranker/src/lane/lane.ts";
import { RANKER_LIMITS } from "../../gpu-ranker/src/limits.ts";
import type { Batch } from "../../gpu-ranker/src/lane/batch.ts";
import type { LoadFault } from "../../gpu-ranker/src/model/load-fault.ts";
import type { Scorer, Scores } from "../../gpu-ranker/src/model/scorer.ts";
import type { ManualTime } from "../fakes/manual-time.ts";
import { rowsFrom } from "./tiny-model.ts";

/** Answers each row with its first feature, after as long as the test says, on the test's clock. */
export class FakeScorer implements Scorer {
  readonly loaded;
  readonly batches: number[] = [];
  stops = 0;
  /** Milliseconds of a batch. */
  takes = (rows: number): number => 1 + rows / 100;
  fails = false;
  readonly #time: ManualTime;
  readonly #ended = Promise.withResolvers<string>();

  constructor(time: ManualTime, version = "v1") {
    this.#time = time;
    this.loaded = {
      version,
      precision: "fp32",
      provider: "cpu",
      attempts: [],
      nodes: {},
      parity: { goldenDelta: 0, batchDelta: 0 },
      loadMs: 0,
      warmupMs: 0,
    } as const;
  }

  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  async run({ rows, dense }: Batch): Promise<Result<Scores, string>> {
    this.batches.push(rows);
    const computeMs = this.takes(rows);
    const ended = this.ended.then(() => false);
    const ran = this.#time.sleep(computeMs).then(() => true);
    if (!(await Promise.race([ran, ended]))) return err("the scoring thread ended");
    if (this.fails) return err("the graph threw");
    const probabilities = Float32Array.from(
      { length: rows * HEAD_COUNT },
      (_, at) => dense[Math.floor(at / HEAD_COUNT) * DENSE_COUNT] ?? 0,
    );
    return ok({ probabilities, computeMs });
  }

  end(reason: string): void {
    this.#ended.resolve(reason);
  }

  async stop(): Promise<void> {
    this.stops++;
  }
}

export const NO_EVENTS: LaneEvents = { batch: () => {}, ended: () => {}, restarted: () => {} };

export interface LaneParts {
  readonly start?: () => Promise<Result<Scorer, LoadFault>>;
  readonly events?: Partial<LaneEvents>;
}

/** A lane of the product's policy, on the test's clock. */
export const laneOf = (scorer: Scorer, time: ManualTime, parts: LaneParts = {}): Lane =>
  new Lane(scorer, {
    clock: time.clock,
    sleep: time.sleep,
    events: { ...NO_EVENTS, ...parts.events },
    policy: { ...RANKER_LIMITS, serviceMsMax: 50 * RANKER_LIMITS.serviceShare },
    start: parts.start ?? (() => Promise.resolve(ok(scorer))),
  });

/** A request of `rows` rows that arrives now and is waited for `budgetMs`. */
export function jobOf(time: ManualTime, rows: number, budgetMs = 50, from = 0) {
  return {
    request: { rows, ...rowsFrom(from, rows) },
    deadlineMs: time.clock.nowMs() + budgetMs,
  };
}
