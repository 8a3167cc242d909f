import { z } from "zod";

import type { Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { INFER_LIMITS } from "./infer-limits.ts";

/** What can be wrong with a body. */
export type BodyFault = Extract<Failure, { code: "invalid_request" | "too_large" }>;

export const fault = (field: string, reason: string): BodyFault => ({
  code: "invalid_request",
  field,
  reason,
});

export type Tensor = Float32Array | Int32Array;

/** A body of the binary tensor extension: JSON, then raw little-endian tensors in the order of the JSON. */
export interface BinaryBody {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Bytes of JSON: the value of `inference-header-content-length`. */
  readonly headerBytes: number;
}

/** What the JSON says of one tensor; `data` is there when the numbers are written out. */
export const tensorSchema = z.object({
  name: z.string().max(64),
  shape: z.array(z.int().nonnegative()).max(4),
  datatype: z.string().max(16),
  parameters: z.looseObject({ binary_data_size: z.int().nonnegative().optional() }).optional(),
  data: z.array(z.unknown()).optional(),
});
export type TensorHeader = z.output<typeof tensorSchema>;

/**
 * Puts `header` and `tensors` together. The JSON is padded with spaces to whole words, so that the
 * reader may use the tensors where they lie. Every platform this runs on is little-endian, as the wire is.
 */
export function joinBody(header: unknown, tensors: readonly Tensor[]): BinaryBody {
  const json = asciiBytes(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 4) * 4;
  const bytes = tensors.reduce((sum, { byteLength }) => sum + byteLength, headerBytes);
  const body = new Uint8Array(bytes).fill(0x20, json.length, headerBytes);
  body.set(json);
  let at = headerBytes;
  for (const { buffer, byteOffset, byteLength } of tensors) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return { body, headerBytes };
}

/** The JSON of `body`, and what is behind it. @param headerBytes null: it is JSON to its end. */
export function splitBody(
  body: Uint8Array,
  headerBytes: number | null,
): Result<{ readonly header: unknown; readonly raw: Uint8Array }, BodyFault> {
  if (body.length > INFER_LIMITS.inferBodyBytesMax)
    return err({ code: "too_large", field: "body", bytesMax: INFER_LIMITS.inferBodyBytesMax });
  const jsonBytes = headerBytes ?? body.length;
  if (headerBytes !== null) {
    const field = "inference-header-content-length";
    if (!Number.isInteger(headerBytes) || headerBytes < 2 || headerBytes > body.length)
      return err(fault(field, `must be a whole number from 2 to the body's ${body.length}`));
    if (headerBytes > INFER_LIMITS.inferHeaderBytesMax)
      return err({ code: "too_large", field, bytesMax: INFER_LIMITS.inferHeaderBytesMax });
  }
  const text = asciiText(body.subarray(0, jsonBytes));
  if (text === null) return err(fault("body", "JSON must be ASCII; escape what is not"));
  try {
    return ok({ header: JSON.parse(text), raw: body.subarray(jsonBytes) });
  } catch {
    return err(fault("body", "is not JSON where JSON is expected"));
  }
}

/** Reads the tensors of one message, in the order in which the message names them. */
export class TensorReader {
  readonly #raw: Uint8Array;
  #at = 0;

  constructor(raw: Uint8Array) {
    this.#raw = raw;
  }

  /** The numbers of `tensor`. @param field names it in faults. */
  read(tensor: TensorHeader, field: string): Result<Tensor, BodyFault> {
    const count = tensor.shape.reduce((product, side) => product * side, 1);
    const kind = KINDS.get(tensor.datatype);
    if (kind === undefined) return err(fault(`${field}.datatype`, "must be FP32 or INT32"));
    if (count * 4 > INFER_LIMITS.inferBodyBytesMax)
      return err(fault(`${field}.shape`, "has more elements than a body may"));
    const bytes = tensor.parameters?.binary_data_size;
    if (bytes === undefined) return fromJson(tensor.data, count, kind, field);
    if (bytes !== count * 4)
      return err(
        fault(`${field}.parameters.binary_data_size`, `must be ${count * 4} for its shape`),
      );
    if (this.#at + bytes > this.#raw.length)
      return err(fault(field, `needs ${bytes} raw bytes, ${this.#raw.length - this.#at} are left`));
    const tensorBytes = this.#raw.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return ok(viewOf(tensorBytes, kind));
  }

  /** @returns the fault of bytes that no tensor claims. */
  end(): BodyFault | null {
    const left = this.#raw.length - this.#at;
    return left === 0 ? null : fault("body", `has ${left} bytes that no tensor claims`);
  }
}

type Kind = typeof Float32Array | typeof Int32Array;
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["FP32", Float32Array],
  ["INT32", Int32Array],
]);

/** Copies only what does not start on a whole word. */
function viewOf(bytes: Uint8Array, Kind: Kind): Tensor {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Kind(whole.buffer as ArrayBuffer, whole.byteOffset, whole.byteLength / 4);
}

/** Numbers that were written out, flat or in rows. */
function fromJson(
  data: readonly unknown[] | undefined,
  count: number,
  Kind: Kind,
  field: string,
): Result<Tensor, BodyFault> {
  if (data === undefined) return err(fault(field, "needs data or parameters.binary_data_size"));
  const flat = data.flat();
  if (flat.length !== count)
    return err(fault(`${field}.data`, `has ${flat.length} numbers, its shape needs ${count}`));
  const at = flat.findIndex((value) => typeof value !== "number");
  if (at !== -1) return err(fault(`${field}.data[${at}]`, "is not a number"));
  // An integer tensor would take the part before the point, and the low 32 bits of that.
  const part = Kind === Int32Array ? flat.findIndex((value) => (Number(value) | 0) !== value) : -1;
  if (part !== -1) return err(fault(`${field}.data[${part}]`, "is not a whole number of 32 bits"));
  return ok(Kind.from(flat as number[]));
}

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** As many as may safely be arguments of one call. */
const CHARS_PER_CALL = 8_192;

/** @returns null when a byte is not ASCII. */
function asciiText(bytes: Uint8Array): string | null {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHARS_PER_CALL) {
    const part = bytes.subarray(at, at + CHARS_PER_CALL);
    if (part.some((byte) => byte > 0x7f)) return null;
    text += String.fromCharCode(...part);
  }
  return text;
}
