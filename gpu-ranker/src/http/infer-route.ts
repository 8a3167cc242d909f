import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import type { Clock } from "../../../core/clock.ts";
import { DENSE_COUNT, ID_COUNT, SCHEMA } from "../../../core/ranking/features.ts";
import { INFER_LIMITS } from "../../../core/ranking/infer-limits.ts";
import {
  decodeRequest,
  encodeAnswer,
  type InferRequest,
  jsonAnswer,
} from "../../../core/ranking/infer.ts";
import { type BodyFault, fault } from "../../../core/ranking/oip-body.ts";
import { RANKER_HEADERS } from "../../../core/ranking/ranker-headers.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { JobScores, Lane, Refusal } from "../lane/lane.ts";
import { RANKER_LIMITS } from "../limits.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Registry } from "../model/registry.ts";
import type { Served } from "../model/shadow.ts";
import { type Answer, json, refusal } from "./answer.ts";
import type { LoopWait } from "./loop-wait.ts";
import { type BodyReader, lengthOf } from "./read-body.ts";

export interface InferDeps {
  readonly registry: Registry;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly loop: LoopWait;
  readonly bodies: BodyReader;
  readonly log: Log;
  readonly budgetMs: number;
  /** True once new requests are refused. */
  readonly draining: () => boolean;
  /** Rows queued and running, all models together. */
  readonly loadRows: () => number;
}

/** An answer, and what to do once it has been sent. */
export interface Inferred {
  readonly answer: Answer;
  readonly served?: Served;
}

/**
 * `POST /v2/models/ranker[/versions/{v}]/infer`.
 * @param version that the path names; null: whoever serves this viewer.
 * @param gone aborts when the caller hangs up.
 * @returns null: it has, and nothing is to be sent or counted.
 */
export async function infer(
  message: IncomingMessage,
  version: string | null,
  gone: AbortSignal,
  deps: InferDeps,
): Promise<Inferred | null> {
  const { waitedMs, turnMs } = deps.loop.seen();
  const arrivedMs = deps.clock.nowMs() - waitedMs;
  const refuse = (answer: Answer): Inferred => {
    deps.metrics.answered(answer.status, "");
    return { answer };
  };
  const asked = headersOf(message.headers, deps.budgetMs);
  if (!asked.ok) return refuse(refusal(asked.error));
  const { budgetMs, viewer, schema, headerBytes } = asked.value;
  if (schema !== null && schema !== SCHEMA)
    return refuse(
      refusal({
        code: "conflict",
        field: RANKER_HEADERS.schema,
        reason: `rows were made with features ${schema}, this model takes ${SCHEMA}`,
      }),
    );
  if (deps.draining())
    return refuse(shed({ why: "shed", reason: "draining", retryAfterMs: 1_000 }, deps));

  const lane = version === null ? deps.registry.pick(viewer) : deps.registry.lane(version);
  if (lane === null)
    return refuse(
      version === null
        ? shed({ why: "starting", retryAfterMs: 1_000 }, deps)
        : refusal({ code: "not_found", what: `version ${version} in memory` }),
    );
  const deadlineMs = arrivedMs + budgetMs - turnMs;
  const place = lane.letIn(rowsAnnounced(message, headerBytes), deadlineMs);
  if (!place.ok) return refuse(shed(place.error, deps));

  const body = await deps.bodies.read(message, INFER_LIMITS.inferBodyBytesMax).finally(place.value);
  if (body === "full")
    return refuse(shed({ why: "shed", reason: "queue", retryAfterMs: deps.budgetMs }, deps));
  if (body === null) return null;
  if (!body.ok) return refuse(refusal(body.error));
  const parseMs = deps.clock.nowMs();
  const request = decodeRequest(body.value, headerBytes);
  deps.metrics.parsed(deps.clock.nowMs() - parseMs);
  if (!request.ok) return refuse(refusal(request.error));

  // What served when the caller arrived may have left while its body was read.
  const current = version === null ? (deps.registry.pick(viewer) ?? lane) : lane;
  const scored = await current.submit({ request: request.value, deadlineMs }, gone);
  if (!scored.ok) return scored.error.why === "gone" ? null : refuse(shed(scored.error, deps));
  const queueMs = waitedMs + scored.value.queueMs;
  const answer = answerOf(request.value, { ...scored.value, queueMs }, current, deps);
  const { probabilities } = scored.value;
  return { answer, served: { request: request.value, viewer, probabilities } };
}

const ROW_BYTES = 4 * (DENSE_COUNT + ID_COUNT);

/** Rows that a raw body of the announced length has; 1 for JSON, whose length says little. */
function rowsAnnounced(message: IncomingMessage, headerBytes: number | null): number {
  const bytes = lengthOf(message);
  if (headerBytes === null || bytes === null) return 1;
  return Math.max(1, Math.floor((bytes - headerBytes) / ROW_BYTES));
}

function answerOf(
  request: InferRequest,
  { probabilities, queueMs, computeMs }: JobScores,
  lane: Lane,
  deps: InferDeps,
): Answer {
  const model = lane.loaded.version;
  deps.metrics.answered(200, model);
  deps.metrics.scored(model, probabilities, queueMs);
  const headers = {
    [RANKER_HEADERS.model]: model,
    [RANKER_HEADERS.load]: String(deps.loadRows()),
    [RANKER_HEADERS.queueMs]: queueMs.toFixed(2),
    [RANKER_HEADERS.computeMs]: computeMs.toFixed(2),
  };
  const answered = { model, probabilities };
  if (!request.binaryAnswer) return json(jsonAnswer(answered, request.id), 200, headers);
  const { body, headerBytes } = encodeAnswer(answered, request.id);
  const raw = {
    "content-type": "application/octet-stream",
    [RANKER_HEADERS.inferHeaderBytes]: String(headerBytes),
  };
  return { status: 200, headers: { ...headers, ...raw }, body };
}

/** 503 for what may be tried elsewhere, with the reason; 500 for what broke here. */
function shed(refused: Refusal, { metrics, log, loadRows }: InferDeps): Answer {
  if (refused.why === "failed") {
    log("error", "inference_failed", { detail: refused.detail });
    return json({ error: "inference failed", code: "failed" }, 500);
  }
  const headers = {
    [RANKER_HEADERS.retryAfterMs]: String(refused.retryAfterMs),
    [RANKER_HEADERS.load]: String(loadRows()),
  };
  if (refused.why === "starting")
    return json({ error: "no model is ready", code: "unavailable" }, 503, headers);
  metrics.shed(refused.reason);
  return json({ error: `shed: ${refused.reason}`, code: "overloaded" }, 503, {
    ...headers,
    [RANKER_HEADERS.shed]: refused.reason,
  });
}

interface InferHeaders {
  readonly budgetMs: number;
  readonly viewer: string | null;
  readonly schema: string | null;
  readonly headerBytes: number | null;
}

function headersOf(
  headers: IncomingHttpHeaders,
  budgetMsDefault: number,
): Result<InferHeaders, BodyFault> {
  const text = (name: string): string | null => {
    const value = headers[name];
    return typeof value === "string" ? value : null;
  };
  const budget = text(RANKER_HEADERS.budgetMs);
  const budgetMs = budget === null ? budgetMsDefault : Number(budget);
  if (budget?.trim() === "" || !(budgetMs >= 0 && budgetMs <= RANKER_LIMITS.budgetMsMax))
    return err(
      fault(RANKER_HEADERS.budgetMs, `must be milliseconds from 0 to ${RANKER_LIMITS.budgetMsMax}`),
    );
  const viewer = text(RANKER_HEADERS.viewer);
  if (viewer !== null && viewer.length > RANKER_LIMITS.viewerCharsMax)
    return err(
      fault(RANKER_HEADERS.viewer, `must have at most ${RANKER_LIMITS.viewerCharsMax} characters`),
    );
  const length = text(RANKER_HEADERS.inferHeaderBytes);
  if (length !== null && !/^\d{1,9}$/.test(length))
    return err(fault(RANKER_HEADERS.inferHeaderBytes, "must be a whole number"));
  return ok({
    budgetMs,
    viewer,
    schema: text(RANKER_HEADERS.schema),
    headerBytes: length === null ? null : Number(length),
  });
}
