/** Headers between a caller and a ranker, lower case. Wire format. */
export const RANKER_HEADERS = {
  /** Bytes of JSON in front of the raw tensors; absent when the body is nothing but JSON. Open Inference Protocol. */
  inferHeaderBytes: "inference-header-content-length",
  /** Request: milliseconds that the caller still waits. A duration, since clocks differ. */
  budgetMs: "edgewise-budget-ms",
  /** Request: decimal id; decides canaries, always the same for one viewer. */
  viewer: "edgewise-viewer",
  /** Request: fingerprint of the features that the rows were made with. */
  schema: "edgewise-schema",
  /** Answer: version of the model that scored. */
  model: "edgewise-model",
  /** Answer: rows queued and running as it leaves; what a balancer compares. */
  load: "edgewise-load",
  /** Answer: milliseconds in the queue and in the model. */
  queueMs: "edgewise-queue-ms",
  computeMs: "edgewise-compute-ms",
  /** Answer with 503: why it was refused, one of `SHED_REASONS`. */
  shed: "edgewise-shed",
  /** Answer with 503: when to come back, milliseconds. */
  retryAfterMs: "retry-after-ms",
} as const;

/** Why a ranker refuses a request that is valid: no room to wait, no time left for it, or on its way out. */
export const SHED_REASONS = ["queue", "deadline", "draining"] as const;
export type ShedReason = (typeof SHED_REASONS)[number];
