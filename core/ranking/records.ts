import { err, ok, type Result } from "../result.ts";
import { INFER_LIMITS } from "./infer-limits.ts";
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  type InferRequest,
} from "./infer.ts";
import type { Rows } from "./features.ts";
import { type BinaryBody, type BodyFault, fault } from "./oip-body.ts";

/**
 * Files of an artifact: `warmup.bin` has requests, `golden.bin` a request and its answer by turns.
 * Each body follows two little-endian 32-bit numbers: bytes of its JSON header, bytes in all.
 */
const PREFIX_BYTES = 8;

/** Inputs, and what the model of this artifact made of them when it was trained. */
export interface Golden {
  readonly request: InferRequest;
  /** rows x `HEAD_COUNT`, row-major. */
  readonly probabilities: Float32Array;
}

/** The text of `warmup.bin`. */
export const encodeWarmup = (requests: readonly Rows[]): Uint8Array<ArrayBuffer> =>
  joinFrames(requests.map(encodeRequest));

/** The text of `golden.bin`. @param model version that made the probabilities. */
export const encodeGolden = (
  model: string,
  pairs: readonly { readonly rows: Rows; readonly probabilities: Float32Array }[],
): Uint8Array<ArrayBuffer> =>
  joinFrames(
    pairs.flatMap(({ rows, probabilities }) => [
      encodeRequest(rows),
      encodeAnswer({ model, probabilities }, null),
    ]),
  );

export function decodeWarmup(file: Uint8Array): Result<readonly InferRequest[], BodyFault> {
  const frames = splitFrames(file);
  if (!frames.ok) return frames;
  const requests: InferRequest[] = [];
  for (const { body, headerBytes } of frames.value) {
    const request = decodeRequest(body, headerBytes);
    if (!request.ok) return request;
    requests.push(request.value);
  }
  return ok(requests);
}

export function decodeGolden(file: Uint8Array): Result<readonly Golden[], BodyFault> {
  const frames = splitFrames(file);
  if (!frames.ok) return frames;
  const pairs: Golden[] = [];
  for (let at = 0; at < frames.value.length; at += 2) {
    const [asked, answered] = frames.value.slice(at, at + 2);
    if (asked === undefined || answered === undefined)
      return err(fault("golden", "has a request without its answer"));
    const request = decodeRequest(asked.body, asked.headerBytes);
    if (!request.ok) return request;
    const answer = decodeAnswer(answered.body, answered.headerBytes, request.value.rows);
    if (!answer.ok) return answer;
    pairs.push({ request: request.value, probabilities: answer.value.probabilities });
  }
  return ok(pairs);
}

function joinFrames(bodies: readonly BinaryBody[]): Uint8Array<ArrayBuffer> {
  const bytes = bodies.reduce((sum, { body }) => sum + PREFIX_BYTES + body.length, 0);
  const file = new Uint8Array(bytes);
  const view = new DataView(file.buffer);
  let at = 0;
  for (const { body, headerBytes } of bodies) {
    view.setUint32(at, headerBytes, true);
    view.setUint32(at + 4, body.length, true);
    file.set(body, at + PREFIX_BYTES);
    at += PREFIX_BYTES + body.length;
  }
  return file;
}

function splitFrames(
  file: Uint8Array,
): Result<readonly { readonly body: Uint8Array; readonly headerBytes: number }[], BodyFault> {
  if (file.length > INFER_LIMITS.recordsBytesMax)
    return err({ code: "too_large", field: "records", bytesMax: INFER_LIMITS.recordsBytesMax });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const frames: { body: Uint8Array; headerBytes: number }[] = [];
  for (let at = 0; at < file.length;) {
    if (frames.length === 2 * INFER_LIMITS.recordsMax)
      return err(fault("records", `are more than ${INFER_LIMITS.recordsMax}`));
    if (at + PREFIX_BYTES > file.length) return err(fault("records", "end inside a prefix"));
    const start = at + PREFIX_BYTES;
    const end = start + view.getUint32(at + 4, true);
    if (end > file.length) return err(fault("records", "end inside a body"));
    frames.push({ headerBytes: view.getUint32(at, true), body: file.subarray(start, end) });
    at = end;
  }
  return ok(frames);
}
