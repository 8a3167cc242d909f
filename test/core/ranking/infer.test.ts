import fc from "fast-check";
import { describe, it } from "vitest";

import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { INFER_LIMITS } from "../../../core/ranking/infer-limits.ts";
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  jsonAnswer,
} from "../../../core/ranking/infer.ts";
import {
  decodeGolden,
  decodeWarmup,
  encodeGolden,
  encodeWarmup,
} from "../../../core/ranking/records.ts";

const rowsOf = (rows: number) => ({
  dense: Float32Array.from({ length: rows * DENSE_COUNT }, (_, at) => Math.sin(at)),
  ids: Int32Array.from({ length: rows * ID_COUNT }, (_, at) => at % 256),
});
const probabilitiesOf = (rows: number) =>
  Float32Array.from({ length: rows * HEAD_COUNT }, (_, at) => (at % 100) / 100);

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
/** A JSON request of `rows` rows, with `change` applied. */
const written = (rows: number, change: (request: JsonRequest) => void = () => {}) => {
  const { dense, ids } = rowsOf(rows);
  const request: JsonRequest = {
    inputs: [
      { name: "dense", datatype: "FP32", shape: [rows, DENSE_COUNT], data: [...dense] },
      { name: "ids", datatype: "INT32", shape: [rows, ID_COUNT], data: [...ids] },
    ],
  };
  change(request);
  return json(request);
};
interface JsonTensor {
  name: string;
  datatype: string;
  shape: number[];
  data?: unknown[];
  parameters?: unknown;
}
interface JsonRequest {
  id?: string;
  inputs: [JsonTensor, JsonTensor, ...JsonTensor[]];
}

describe("a raw request", () => {
  it.for([1, 3, 500, INFER_LIMITS.inferRowsMax])(
    "comes back as it was, %i rows",
    (rows, { expect }) => {
      const sent = rowsOf(rows);
      const { body, headerBytes } = encodeRequest(sent);
      const read = decodeRequest(body, headerBytes);
      expect(read).toEqual({ ok: true, value: { ...sent, rows, id: null, binaryAnswer: true } });
    },
  );

  it("is read where it lies, or copied when it does not start on a whole word", ({ expect }) => {
    const sent = rowsOf(4);
    const { body, headerBytes } = encodeRequest(sent);
    const shifted = new Uint8Array(body.length + 1);
    shifted.set(body, 1);
    const inPlace = decodeRequest(body, headerBytes);
    const moved = decodeRequest(shifted.subarray(1), headerBytes);
    if (!inPlace.ok || !moved.ok) throw new Error("refused");
    expect(inPlace.value.dense.buffer).toBe(body.buffer);
    expect(moved.value.dense).toEqual(sent.dense);
    expect(moved.value.ids).toEqual(sent.ids);
  });

  it("that is cut, padded or has bytes changed is refused or read, and never throws", ({
    expect,
  }) => {
    const { body, headerBytes } = encodeRequest(rowsOf(2));
    fc.assert(
      fc.property(
        fc.nat(body.length),
        fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.oneof(fc.constant(headerBytes), fc.integer(), fc.constant(null)),
        (length, changes, header) => {
          const bad = body.slice();
          for (const [at, value] of changes) bad[at] = value;
          const read = decodeRequest(bad.subarray(0, length), header);
          if (!read.ok) return read.error.code === "too_large" || read.error.field !== "";
          return read.value.ids.every((id) => id >= 0) && read.value.dense.every(Number.isFinite);
        },
      ),
      { numRuns: 2_000 },
    );
    const cut = decodeRequest(body.subarray(0, body.length - 4), headerBytes);
    expect(cut).toMatchObject({ ok: false, error: { field: "inputs[1]" } });
    const padded = new Uint8Array(body.length + 4);
    padded.set(body);
    expect(decodeRequest(padded, headerBytes)).toMatchObject({
      ok: false,
      error: { field: "body" },
    });
  });
});

describe("a request as JSON", () => {
  it("is read, flat or in rows", ({ expect }) => {
    const sent = rowsOf(2);
    expect(decodeRequest(written(2), null)).toEqual({
      ok: true,
      value: { ...sent, rows: 2, id: null, binaryAnswer: false },
    });
    const nested = written(2, ({ inputs: [dense] }) => {
      const flat = dense.data ?? [];
      dense.data = [flat.slice(0, DENSE_COUNT), flat.slice(DENSE_COUNT)];
    });
    expect(decodeRequest(nested, null)).toMatchObject({ ok: true, value: { dense: sent.dense } });
  });

  it.for<[field: string, change: (request: JsonRequest) => void]>([
    ["inputs[0].name", ({ inputs }) => (inputs[0].name = "densest")],
    ["inputs[0].name", ({ inputs }) => (inputs[0].name = "toString")],
    ["inputs[0].shape", ({ inputs }) => (inputs[0].shape = [1, DENSE_COUNT + 1])],
    ["inputs[0].shape", ({ inputs }) => (inputs[0].shape = [0, DENSE_COUNT])],
    [
      "inputs[0].shape",
      ({ inputs }) => (inputs[0].shape = [INFER_LIMITS.inferRowsMax + 1, DENSE_COUNT]),
    ],
    ["inputs[0].shape[0]", ({ inputs }) => (inputs[0].shape = [-1, DENSE_COUNT])],
    ["inputs[0].datatype", ({ inputs }) => (inputs[0].datatype = "FP64")],
    ["inputs[0].datatype", ({ inputs }) => (inputs[0].datatype = "INT32")],
    ["inputs[0].datatype", ({ inputs }) => (inputs[0].datatype = "toString")],
    ["inputs[1].datatype", ({ inputs }) => (inputs[1].datatype = "FP32")],
    ["inputs[0].data", ({ inputs }) => inputs[0].data?.pop()],
    ["inputs[0].data[3]", ({ inputs }) => inputs[0].data?.splice(3, 1, "1")],
    ["inputs[0].data[3]", ({ inputs }) => inputs[0].data?.splice(3, 1, 1e39)],
    ["inputs[1].data[2]", ({ inputs }) => inputs[1].data?.splice(2, 1, 256)],
    ["inputs[1].data[0]", ({ inputs }) => inputs[1].data?.splice(0, 1, -1)],
    ["inputs[1].data[1]", ({ inputs }) => inputs[1].data?.splice(1, 1, 1.5)],
    ["inputs[1].data[1]", ({ inputs }) => inputs[1].data?.splice(1, 1, 2 ** 32)],
    ["inputs[0]", ({ inputs }) => delete inputs[0].data],
    ["inputs", ({ inputs }) => inputs.push(inputs[0])],
    ["inputs", ({ inputs }) => (inputs[1] = inputs[0])],
    ["id", (request) => (request.id = "x".repeat(INFER_LIMITS.inferIdCharsMax + 1))],
  ])("names %s", ([field, change], { expect }) => {
    const read = decodeRequest(written(1, change), null);
    expect(read).toMatchObject({ ok: false, error: { code: "invalid_request", field } });
  });

  it("that is too large is not parsed", ({ expect }) => {
    const read = decodeRequest(new Uint8Array(INFER_LIMITS.inferBodyBytesMax + 1), null);
    expect(read).toMatchObject({ ok: false, error: { code: "too_large" } });
  });
});

describe("an answer", () => {
  it("comes back as it was, raw and as JSON", ({ expect }) => {
    const answer = { model: "v1", probabilities: probabilitiesOf(3) };
    const { body, headerBytes } = encodeAnswer(answer, "a");
    expect(decodeAnswer(body, headerBytes, 3)).toEqual({ ok: true, value: answer });
    expect(decodeAnswer(json(jsonAnswer(answer, null)), null, 3)).toEqual({
      ok: true,
      value: answer,
    });
  });

  it.for([Number.NaN, -0.01, 1.01, Number.POSITIVE_INFINITY])(
    "with %f in it is refused",
    (value, { expect }) => {
      const probabilities = probabilitiesOf(2);
      probabilities[9] = value;
      const { body, headerBytes } = encodeAnswer({ model: "v1", probabilities }, null);
      expect(decodeAnswer(body, headerBytes, 2)).toMatchObject({
        ok: false,
        error: { field: "outputs[0].data[9]" },
      });
    },
  );

  it("for another number of rows is refused", ({ expect }) => {
    const { body, headerBytes } = encodeAnswer(
      { model: "v1", probabilities: probabilitiesOf(2) },
      null,
    );
    expect(decodeAnswer(body, headerBytes, 3)).toMatchObject({
      ok: false,
      error: { field: "outputs[0].shape" },
    });
  });
});

describe("records", () => {
  it("come back as they were", ({ expect }) => {
    const requests = [rowsOf(1), rowsOf(7)];
    const warmup = decodeWarmup(encodeWarmup(requests));
    expect(warmup).toMatchObject({ ok: true, value: requests });
    const pairs = requests.map((rows, at) => ({
      rows,
      probabilities: probabilitiesOf(at === 0 ? 1 : 7),
    }));
    const golden = decodeGolden(encodeGolden("v1", pairs));
    expect(golden).toMatchObject({
      ok: true,
      value: pairs.map(({ rows, probabilities }) => ({ request: rows, probabilities })),
    });
  });

  it("that are cut anywhere are refused", ({ expect }) => {
    const file = encodeGolden("v1", [{ rows: rowsOf(1), probabilities: probabilitiesOf(1) }]);
    for (let length = 1; length < file.length; length++)
      expect(decodeGolden(file.subarray(0, length)), `${length} bytes`).toMatchObject({
        ok: false,
      });
  });
});
