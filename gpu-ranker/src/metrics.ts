import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import { HEAD_COUNT, HEADS } from "../../core/ranking/heads.ts";
import { SHED_REASONS } from "../../core/ranking/ranker-headers.ts";
import type { Result } from "../../core/result.ts";
import type { LaneEvents } from "./lane/lane.ts";
import type { LoadFault } from "./model/load-fault.ts";
import type { Loaded } from "./model/thread-messages.ts";

/** Milliseconds, fine where the 50 ms budget is spent. */
const MS_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 40, 50, 75, 100, 250, 1_000];
const ROW_BUCKETS = [1, 10, 50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000];
const DELTA_BUCKETS = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
/** Weight of the newest batch in the mean of scores. */
const MEAN_WEIGHT = 0.05;

/** Everything that the ranker counts, for Prometheus. Labels have few values: versions in memory, heads, reasons. */
export class Metrics implements LaneEvents {
  readonly registry = new Registry();
  readonly #means = new Map<string, Float64Array>();

  readonly #queueMs = this.#histogram("ranker_queue_ms", "Milliseconds in the queue", MS_BUCKETS);
  readonly #parseMs = this.#histogram(
    "ranker_parse_ms",
    "Milliseconds to check a body",
    MS_BUCKETS,
  );
  readonly #computeMs = this.#histogram(
    "ranker_compute_ms",
    "Milliseconds of a batch",
    MS_BUCKETS,
    ["version"],
  );
  readonly #batchRows = this.#histogram("ranker_batch_rows", "Rows of a batch", ROW_BUCKETS);
  readonly #batchRequests = this.#histogram(
    "ranker_batch_requests",
    "Requests of a batch",
    [1, 2, 3, 5, 10, 20, 50],
  );
  readonly #answers = this.#counter("ranker_answers_total", "Answers to infer", [
    "status",
    "version",
  ]);
  readonly #shed = this.#counter("ranker_shed_total", "Valid requests refused", ["reason"]);
  readonly #threads = this.#counter("ranker_threads_ended_total", "Scoring threads that ended", [
    "version",
  ]);
  readonly #loads = this.#counter("ranker_loads_total", "Loads of a model", ["result"]);
  readonly #shadows = this.#counter("ranker_shadow_total", "Requests offered to the shadow", [
    "result",
  ]);
  readonly #shadowDelta = this.#histogram(
    "ranker_shadow_delta",
    "Largest difference of a probability in a request, shadow to served",
    DELTA_BUCKETS,
    ["head"],
  );
  readonly #shadowOverlap = this.#histogram(
    "ranker_shadow_top_overlap",
    "Share of the likeliest candidates that shadow and served agree on",
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
  );
  readonly #mean = this.#gauge("ranker_score_mean", "Mean probability, recent batches", [
    "version",
    "head",
  ]);
  readonly #model = this.#gauge("ranker_model_info", "1 for each version in memory", [
    "version",
    "role",
    "provider",
    "precision",
  ]);
  readonly #ready = this.#gauge("ranker_ready", "1 when requests should be sent here", []);
  readonly #load = this.#gauge("ranker_load_rows", "Rows queued and running", []);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // A rate needs a beginning: the first refusal must not be the first that Prometheus hears of them.
    for (const reason of SHED_REASONS) this.#shed.inc({ reason }, 0);
  }

  batch(version: string, batch: { rows: number; requests: number; computeMs: number }): void {
    this.#computeMs.observe({ version }, batch.computeMs);
    this.#batchRows.observe(batch.rows);
    this.#batchRequests.observe(batch.requests);
  }

  ended(version: string): void {
    this.#threads.inc({ version });
  }

  restarted(_version: string, result: Result<Loaded, LoadFault>): void {
    this.loaded(result);
  }

  loaded(result: Result<Loaded, LoadFault>): void {
    this.#loads.inc({ result: result.ok ? "ok" : result.error.code });
  }

  parsed(ms: number): void {
    this.#parseMs.observe(ms);
  }

  /** @param version "" when no model answered. */
  answered(status: number, version: string): void {
    this.#answers.inc({ status: String(status), version });
  }

  shed(reason: string): void {
    this.#shed.inc({ reason });
  }

  scored(version: string, probabilities: Float32Array, queueMs: number): void {
    this.#queueMs.observe(queueMs);
    const found = meansOf(probabilities);
    const means = this.#means.get(version) ?? found;
    for (const [head, mean] of found.entries()) {
      means[head] = (means[head] ?? 0) * (1 - MEAN_WEIGHT) + mean * MEAN_WEIGHT;
      this.#mean.set({ version, head: HEADS[head] ?? "" }, means[head] ?? 0);
    }
    this.#means.set(version, means);
  }

  shadowed(result: "compared" | "busy" | "failed"): void {
    this.#shadows.inc({ result });
  }

  shadowDelta(head: string, delta: number): void {
    this.#shadowDelta.observe({ head }, delta);
  }

  shadowOverlap(share: number): void {
    this.#shadowOverlap.observe(share);
  }

  /** What is in memory now; versions that left take their series with them. */
  models(models: readonly { readonly loaded: Loaded; readonly role: string }[]): void {
    this.#model.reset();
    for (const { loaded, role } of models) {
      const { version, provider, precision } = loaded;
      this.#model.set({ version, role, provider, precision }, 1);
    }
    const versions = new Set(models.map(({ loaded }) => loaded.version));
    for (const version of this.#means.keys()) {
      if (versions.has(version)) continue;
      this.#means.delete(version);
      for (const head of HEADS) this.#mean.remove({ version, head });
      this.#computeMs.remove({ version });
    }
  }

  state({ ready, loadRows }: { readonly ready: boolean; readonly loadRows: number }): void {
    this.#ready.set(ready ? 1 : 0);
    this.#load.set(loadRows);
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[] = []) {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });
  }

  #counter(name: string, help: string, labelNames: string[]) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]) {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}

function meansOf(probabilities: Float32Array): Float64Array {
  const means = new Float64Array(HEAD_COUNT);
  const rows = probabilities.length / HEAD_COUNT;
  for (let at = 0; at < probabilities.length; at++)
    means[at % HEAD_COUNT] = (means[at % HEAD_COUNT] ?? 0) + (probabilities[at] ?? 0) / rows;
  return means;
}
