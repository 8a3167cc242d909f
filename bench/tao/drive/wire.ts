import type { Id } from "../../../core/ids.ts";
import { type Op, OPS } from "../workload/op.ts";

/** One unit that is sent at one time by one client: all reads in one `multi`, or writes of one batch per shard. */
export interface DriveRequest {
  /** Unix ms, with a fraction: latency counts from here. 0: at once. */
  readonly atMs: number;
  /** Place of the client's region in the topology. */
  readonly region: number;
  /** What the latency is reported under; a number below 256. */
  readonly label: number;
  readonly ops: readonly Op[];
}

/** What became of one request. */
export interface DriveAnswer {
  readonly label: number;
  readonly outcome: Outcome;
  readonly latencyMs: number;
}

export const OUTCOMES = ["ok", "overloaded", "unavailable", "late", "refused", "stale"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const HEAD_BYTES = 12;
const OP_BYTES = 22;
const ANSWER_BYTES = 8;

/** Bytes instead of JSON: the runtime under test decodes tens of thousands of operations a second. */
export function encodeRequests(requests: readonly DriveRequest[]): Uint8Array<ArrayBuffer> {
  const ops = requests.reduce((sum, request) => sum + request.ops.length, 0);
  const bytes = new Uint8Array(requests.length * HEAD_BYTES + ops * OP_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const request of requests) {
    view.setFloat64(at, request.atMs);
    view.setUint8(at + 8, request.region);
    view.setUint8(at + 9, request.label);
    view.setUint16(at + 10, request.ops.length);
    at += HEAD_BYTES;
    for (const op of request.ops) {
      view.setUint8(at, OPS.indexOf(op.op));
      view.setUint8(at + 1, op.atype);
      view.setUint16(at + 2, op.limit);
      view.setUint16(at + 4, op.bytes);
      view.setBigUint64(at + 6, op.id1);
      view.setBigUint64(at + 14, op.id2);
      at += OP_BYTES;
    }
  }
  return bytes;
}

/** @throws RangeError on bytes that `encodeRequests` did not write. */
export function decodeRequests(buffer: ArrayBuffer): readonly DriveRequest[] {
  const view = new DataView(buffer);
  const requests: DriveRequest[] = [];
  for (let at = 0; at < view.byteLength;) {
    const head = at;
    const count = view.getUint16(head + 10);
    at += HEAD_BYTES;
    const ops: Op[] = [];
    for (let n = 0; n < count; n++, at += OP_BYTES) ops.push(decodeOp(view, at));
    requests.push({
      atMs: view.getFloat64(head),
      region: view.getUint8(head + 8),
      label: view.getUint8(head + 9),
      ops,
    });
  }
  return requests;
}

function decodeOp(view: DataView, at: number): Op {
  const op = OPS[view.getUint8(at)];
  if (op === undefined) throw new RangeError(`no operation ${view.getUint8(at)}`);
  return {
    op,
    atype: view.getUint8(at + 1),
    limit: view.getUint16(at + 2),
    bytes: view.getUint16(at + 4),
    id1: view.getBigUint64(at + 6) as Id,
    id2: view.getBigUint64(at + 14) as Id,
  };
}

export function encodeAnswers(answers: readonly DriveAnswer[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(answers.length * ANSWER_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [n, answer] of answers.entries()) {
    view.setUint8(n * ANSWER_BYTES, answer.label);
    view.setUint8(n * ANSWER_BYTES + 1, OUTCOMES.indexOf(answer.outcome));
    view.setFloat32(n * ANSWER_BYTES + 4, answer.latencyMs);
  }
  return bytes;
}

export function decodeAnswers(buffer: ArrayBuffer): readonly DriveAnswer[] {
  const view = new DataView(buffer);
  return Array.from({ length: view.byteLength / ANSWER_BYTES }, (_, n) => ({
    label: view.getUint8(n * ANSWER_BYTES),
    outcome: OUTCOMES[view.getUint8(n * ANSWER_BYTES + 1)] ?? "refused",
    latencyMs: view.getFloat32(n * ANSWER_BYTES + 4),
  }));
}
