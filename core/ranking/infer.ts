import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import { DENSE_COUNT, ID_COUNT, ID_NAMES, ID_SIZES, type Rows } from "./features.ts";
import { HEAD_COUNT } from "./heads.ts";
import { INFER_LIMITS } from "./infer-limits.ts";
import {
  type BinaryBody,
  type BodyFault,
  fault,
  joinBody,
  splitBody,
  type Tensor,
  TensorReader,
  tensorSchema,
} from "./oip-body.ts";

/** Name of the one model, in paths and in answers. */
export const MODEL_NAME = "ranker";

/** A request to score, checked: any row may go to the model. */
export interface InferRequest extends Rows {
  /** Echoed; null when the caller gave none. */
  readonly id: string | null;
  readonly rows: number;
  /** Does the caller want raw tensors back, not JSON? */
  readonly binaryAnswer: boolean;
}

export interface InferAnswer {
  /** Version of the model. */
  readonly model: string;
  /** rows x `HEAD_COUNT`, row-major. */
  readonly probabilities: Float32Array;
}

/**
 * The body that asks for the probabilities of `rows`.
 * Open Inference Protocol with the binary tensor extension, https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol/binary-tensor-data-extension
 */
export function encodeRequest({ dense, ids }: Rows): BinaryBody {
  const rows = dense.length / DENSE_COUNT;
  return joinBody(
    {
      inputs: [
        rawTensor("dense", "FP32", [rows, DENSE_COUNT], dense),
        rawTensor("ids", "INT32", [rows, ID_COUNT], ids),
      ],
      parameters: { binary_data_output: true },
    },
    [dense, ids],
  );
}

/** The body that answers it, raw. */
export function encodeAnswer({ model, probabilities }: InferAnswer, id: string | null): BinaryBody {
  const rows = probabilities.length / HEAD_COUNT;
  const output = rawTensor("probabilities", "FP32", [rows, HEAD_COUNT], probabilities);
  return joinBody(
    { model_name: MODEL_NAME, model_version: model, ...named(id), outputs: [output] },
    [probabilities],
  );
}

/** The answer as JSON for people: to be written by `JSON.stringify`. */
export const jsonAnswer = ({ model, probabilities }: InferAnswer, id: string | null) => ({
  model_name: MODEL_NAME,
  model_version: model,
  ...named(id),
  outputs: [
    {
      name: "probabilities",
      datatype: "FP32",
      shape: [probabilities.length / HEAD_COUNT, HEAD_COUNT],
      data: [...probabilities],
    },
  ],
});

const named = (id: string | null) => (id === null ? {} : { id });

const rawTensor = (name: string, datatype: string, shape: readonly number[], data: Tensor) => ({
  name,
  datatype,
  shape,
  parameters: { binary_data_size: data.byteLength },
});

const wantsBinary = z.looseObject({ binary_data: z.boolean().optional() });
const requestSchema = z.object({
  id: z
    .string()
    .regex(/^[\x20-\x7e]*$/)
    .max(INFER_LIMITS.inferIdCharsMax)
    .optional(),
  inputs: z.array(tensorSchema).length(2),
  outputs: z
    .array(z.object({ name: z.literal("probabilities"), parameters: wantsBinary.optional() }))
    .max(1)
    .optional(),
  parameters: z.looseObject({ binary_data_output: z.boolean().optional() }).optional(),
});

/**
 * Reads a request, raw or written out. What it accepts cannot fail in the model: shapes fit, numbers
 * are finite, ids are inside their tables. So a bad request cannot spoil others in its batch.
 * @param headerBytes null when the body is nothing but JSON.
 */
export function decodeRequest(
  body: Uint8Array,
  headerBytes: number | null,
): Result<InferRequest, BodyFault> {
  const parts = splitBody(body, headerBytes);
  if (!parts.ok) return parts;
  const parsed = requestSchema.safeParse(parts.value.header);
  if (!parsed.success) return err(firstIssue(parsed.error));
  const { id = null, inputs, outputs, parameters } = parsed.data;

  const reader = new TensorReader(parts.value.raw);
  const found: { dense?: Float32Array; ids?: Int32Array } = {};
  for (const [index, input] of inputs.entries()) {
    const field = `inputs[${index}]`;
    const expected = INPUTS.get(input.name);
    if (expected === undefined) return err(fault(`${field}.name`, "must be dense or ids"));
    if (input.datatype !== expected.datatype)
      return err(fault(`${field}.datatype`, `must be ${expected.datatype}`));
    const shape = shapeFault(input.shape, expected.columns, `${field}.shape`);
    if (shape !== null) return err(shape);
    const tensor = reader.read(input, field);
    if (!tensor.ok) return tensor;
    const wrong = keep(found, input.name, tensor.value, field);
    if (wrong !== null) return err(wrong);
  }
  const rest = reader.end();
  if (rest !== null) return err(rest);
  const { dense, ids } = found;
  if (dense === undefined || ids === undefined)
    return err(fault("inputs", "needs one dense and one ids"));
  const rows = dense.length / DENSE_COUNT;
  if (ids.length / ID_COUNT !== rows)
    return err(fault("inputs", "dense and ids must have equally many rows"));
  const binaryAnswer =
    outputs?.[0]?.parameters?.binary_data ?? parameters?.binary_data_output ?? false;
  return ok({ id, rows, dense, ids, binaryAnswer });
}

const INPUTS: ReadonlyMap<string, { readonly columns: number; readonly datatype: string }> =
  new Map([
    ["dense", { columns: DENSE_COUNT, datatype: "FP32" }],
    ["ids", { columns: ID_COUNT, datatype: "INT32" }],
  ]);

function shapeFault(shape: readonly number[], columns: number, field: string): BodyFault | null {
  const [rows = 0, width] = shape;
  if (shape.length !== 2 || width !== columns) return fault(field, `must be [rows, ${columns}]`);
  if (rows < 1 || rows > INFER_LIMITS.inferRowsMax)
    return fault(field, `must have 1 to ${INFER_LIMITS.inferRowsMax} rows`);
  return null;
}

/** Puts `tensor` in its place, if its numbers are such as the model takes. */
function keep(
  found: { dense?: Float32Array; ids?: Int32Array },
  name: string,
  tensor: Tensor,
  field: string,
): BodyFault | null {
  if (name === "dense") {
    if (!(tensor instanceof Float32Array)) return fault(`${field}.datatype`, "must be FP32");
    const at = firstNotFinite(tensor);
    if (at !== -1) return fault(`${field}.data[${at}]`, "must be finite");
    found.dense = tensor;
    return null;
  }
  if (!(tensor instanceof Int32Array)) return fault(`${field}.datatype`, "must be INT32");
  const at = firstOutside(tensor);
  if (at !== -1) return fault(`${field}.data[${at}]`, `must be 0 to ${idSize(at) - 1}`);
  found.ids = tensor;
  return null;
}

/** Plain loops: a callback for each of 30,000 numbers takes as long as scoring a tenth of them. */
function firstOutside(ids: Int32Array): number {
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? -1;
    if (id < 0 || id >= idSize(at)) return at;
  }
  return -1;
}

function firstNotFinite(values: Float32Array): number {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return at;
  return -1;
}

const SIZES = ID_NAMES.map((name) => ID_SIZES[name]);
const idSize = (index: number): number => SIZES[index % ID_COUNT] ?? 0;

const answerSchema = z.object({
  model_version: z.string().min(1).max(64),
  outputs: z.array(tensorSchema).length(1),
});

/** Reads an answer for `rows` rows. Probabilities outside [0, 1] are a fault: what makes them is broken. */
export function decodeAnswer(
  body: Uint8Array,
  headerBytes: number | null,
  rows: number,
): Result<InferAnswer, BodyFault> {
  const parts = splitBody(body, headerBytes);
  if (!parts.ok) return parts;
  const parsed = answerSchema.safeParse(parts.value.header);
  if (!parsed.success) return err(firstIssue(parsed.error));
  const [output] = parsed.data.outputs;
  const field = "outputs[0]";
  if (output?.name !== "probabilities") return err(fault(`${field}.name`, "must be probabilities"));
  if (output.shape.length !== 2 || output.shape[0] !== rows || output.shape[1] !== HEAD_COUNT)
    return err(fault(`${field}.shape`, `must be [${rows}, ${HEAD_COUNT}]`));
  const reader = new TensorReader(parts.value.raw);
  const tensor = reader.read(output, field);
  if (!tensor.ok) return tensor;
  const rest = reader.end();
  if (rest !== null) return err(rest);
  const probabilities = tensor.value;
  if (!(probabilities instanceof Float32Array))
    return err(fault(`${field}.datatype`, "must be FP32"));
  const at = probabilities.findIndex((value) => !(value >= 0 && value <= 1));
  if (at !== -1) return err(fault(`${field}.data[${at}]`, "must be 0 to 1"));
  return ok({ model: parsed.data.model_version, probabilities });
}

/** `inputs[0].shape`, as callers write it. */
function firstIssue(error: z.ZodError): BodyFault {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).reduce<string>(
    (text, part) =>
      typeof part === "number"
        ? `${text}[${part}]`
        : text === ""
          ? String(part)
          : `${text}.${String(part)}`,
    "",
  );
  return fault(path === "" ? "body" : path, issue?.message ?? "is not valid");
}
