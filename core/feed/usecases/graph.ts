import type { z } from "zod";

import { logicalShard } from "../../ids.ts";
import { inParallel } from "../../in-parallel.ts";
import { LIMITS } from "../../limits.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Failure } from "../../errors.ts";
import {
  type GraphWrite,
  type GraphWriteAnswer,
  graphReadSchema,
  graphWriteSchema,
  toGraphJson,
} from "../../tao/graph-wire.ts";
import type { FollowerPin, PinnedAnswer } from "../../tao/pinned-read.ts";
import type { Read, Write } from "../../tao/types.ts";
import { formatVersion } from "../../tao/version.ts";
import type { Call, Outcome } from "../call.ts";
import { required } from "../stage.ts";

/**
 * The operator's `multiWrite`: each batch is atomic by itself, and answers for itself, so
 * one refused batch says so without undoing the others.
 */
export async function graphWrite(call: Call, body: string): Outcome<string> {
  const request = parseBody(body, graphWriteSchema);
  if (!request.ok) return request;
  const batches = await inParallel(request.value.batches, LIMITS.graphBatchesInFlight, (batch) =>
    writeBatch(call, batch),
  );
  return ok(toGraphJson({ batches } satisfies GraphWriteAnswer));
}

async function writeBatch(
  call: Call,
  { shard, opId, writes }: GraphWrite["batches"][number],
): Promise<GraphWriteAnswer["batches"][number]> {
  const written = await call.tao.write(logicalShard(shard), writes as Write[], opId);
  if (!written.ok) return { ok: false, error: { ...written.error } };
  const { replayed, results } = written.value;
  return {
    ok: true,
    replayed,
    results: results.map(({ id, version, changed }) => ({
      id: id.toString(),
      version: version === null ? null : formatVersion(version),
      changed,
    })),
  };
}

/** How the operator's reads reach one given follower; refuses one that does not exist. */
export type ReadPinned = (
  pin: FollowerPin,
  reads: readonly Read[],
) => Promise<Result<PinnedAnswer, Failure>>;

/** The operator's `multi`: results in the order of the reads, and `staleMs` of a given follower. */
export async function graphRead(call: Call, body: string, readPinned: ReadPinned): Outcome<string> {
  const request = parseBody(body, graphReadSchema);
  if (!request.ok) return request;
  const { reads, consistency, follower } = request.value;
  if (follower !== undefined) {
    if (consistency !== "eventual") return eventualOnly;
    const answer = await required(
      call,
      () => readPinned(follower, reads as Read[]),
      LIMITS.requestBudgetMs,
    );
    return answer.ok ? ok(toGraphJson(answer.value)) : answer;
  }
  const results = await call.tao.read(reads as Read[], consistency);
  return results.ok ? ok(toGraphJson({ results: results.value })) : results;
}

const eventualOnly = err({
  code: "invalid_request",
  field: "consistency",
  reason: "a given follower answers eventual reads",
} as const);

function parseBody<S extends z.ZodType>(body: string, schema: S): Result<z.infer<S>, Failure> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return err({ code: "invalid_request", field: "body", reason: "is not JSON" });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".") || "body";
  return err({ code: "invalid_request", field, reason: issue?.message ?? "is not valid" });
}
