import { decodeAnswer, MODEL_NAME } from "../../core/ranking/infer.ts";
import type { RankerAsk, RankerQuestion, RankerReply } from "../../core/ranking/ranker-call.ts";
import { RANKER_HEADERS, SHED_REASONS } from "../../core/ranking/ranker-headers.ts";
import { traceHeaders } from "../../core/telemetry/trace.ts";
import { LIMITS } from "../../core/limits.ts";

const H = RANKER_HEADERS;

/** Asks a ranker over HTTP, as docs/ranking.md has the wire. */
export function askRanker(question: RankerQuestion): RankerAsk {
  // Ends the request when nobody listens any more. How it ended is the caller's to say, not the signal's.
  const controller = new AbortController();
  return {
    reply: ask(question, controller.signal).catch((error: unknown): RankerReply => ({
      kind: "error",
      detail: String(error),
    })),
    cancel: () => controller.abort(),
  };
}

async function ask(
  { server, body, rows, budgetMs, viewerId, model, schema, trace }: RankerQuestion,
  signal: AbortSignal,
): Promise<RankerReply> {
  const version = model === undefined ? "" : `/versions/${encodeURIComponent(model)}`;
  const response = await fetch(`${server}/v2/models/${MODEL_NAME}${version}/infer`, {
    method: "POST",
    headers: {
      "content-type": "application/octet-stream",
      [H.inferHeaderBytes]: String(body.headerBytes),
      [H.budgetMs]: String(Math.floor(budgetMs)),
      [H.viewer]: viewerId,
      [H.schema]: schema,
      ...(trace !== undefined && traceHeaders(trace)),
    },
    body: body.body,
    signal,
  });
  const { status, headers } = response;
  const load = numberIn(headers, H.load) ?? 0;
  if (status !== 200) {
    await response.body?.cancel();
    if (status === 409) return { kind: "mismatch" };
    if (status >= 400 && status < 500) return { kind: "refused", status };
    const why = SHED_REASONS.find((reason) => reason === headers.get(H.shed));
    if (status === 503 && why !== undefined) return { kind: "shed", why, load };
    return { kind: "error", detail: `status ${status}` };
  }
  const bytes = await bytesOf(response);
  if (bytes === null) return { kind: "bad_answer", detail: "too long" };
  const answer = decodeAnswer(bytes, numberIn(headers, H.inferHeaderBytes), rows);
  return answer.ok
    ? { kind: "scored", ...answer.value, load }
    : { kind: "bad_answer", detail: JSON.stringify(answer.error) };
}

/** Null: longer than any answer is. In memory of its own size: whoever is sent a view over RPC gets all of it. */
async function bytesOf({ body, headers }: Response): Promise<Uint8Array | null> {
  const length = numberIn(headers, "content-length") ?? LIMITS.rankAnswerBytesMax;
  const bytes = new Uint8Array(Math.min(length, LIMITS.rankAnswerBytesMax));
  let size = 0;
  for await (const chunk of body ?? []) {
    if (size + chunk.byteLength > bytes.length) return null;
    bytes.set(chunk, size);
    size += chunk.byteLength;
  }
  return size === bytes.length ? bytes : bytes.slice(0, size);
}

/** `ready` as the Open Inference Protocol has it. Null: no answer. */
export async function isRankerReady(server: string): Promise<boolean | null> {
  try {
    const signal = AbortSignal.timeout(LIMITS.healthTimeoutMs);
    const response = await fetch(`${server}/v2/health/ready`, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return null;
  }
}

function numberIn(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  const value = Number(text);
  return text === null || text === "" || !Number.isFinite(value) || value < 0 ? null : value;
}
