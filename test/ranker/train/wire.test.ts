import { onnx } from "onnx-proto";
import { it } from "vitest";

import { encodeModel } from "../../../gpu-ranker/train/onnx/encode.ts";
import { floats, type Graph, int, int64s, ints } from "../../../gpu-ranker/train/onnx/graph.ts";
import { floatField, intField } from "../../../gpu-ranker/train/onnx/wire.ts";

const graph: Graph = {
  nodes: [
    {
      op: "Transpose",
      inputs: ["x", "w"],
      outputs: ["y"],
      attributes: { perm: ints([1, 0, 300]), axis: int(-1) },
    },
  ],
  initializers: [floats("w", [2, 1], Float32Array.of(0.5, -3)), int64s("axes", [-1, 2 ** 40])],
  inputs: [{ name: "x", type: "int32", dims: ["n", 3] }],
  outputs: [{ name: "y", type: "float", dims: null }],
};

it("writes what another reader of the format reads", ({ expect }) => {
  const model = onnx.ModelProto.decode(encodeModel(graph));
  expect(model.opsetImport.map(({ version }) => Number(version))).toEqual([17]);
  const [node] = model.graph?.node ?? [];
  expect([node?.opType, node?.input, node?.output]).toEqual(["Transpose", ["x", "w"], ["y"]]);
  const attributes = node?.attribute?.map(({ name, i, ints: list, type }) => [
    name,
    type,
    name === "axis" ? Number(i) : list?.map(Number),
  ]);
  expect(attributes).toEqual([
    ["perm", 7, [1, 0, 300]],
    ["axis", 2, -1],
  ]);

  const [w, axes] = model.graph?.initializer ?? [];
  const raw = Uint8Array.from(w?.rawData ?? []).buffer;
  expect([w?.dims?.map(Number), [...new Float32Array(raw)]]).toEqual([
    [2, 1],
    [0.5, -3],
  ]);
  const list = Uint8Array.from(axes?.rawData ?? []).buffer;
  expect([...new BigInt64Array(list)]).toEqual([-1n, 2n ** 40n]);

  const shape = model.graph?.input?.[0]?.type?.tensorType?.shape?.dim ?? [];
  expect(shape.map(({ dimParam, dimValue }) => dimParam || Number(dimValue))).toEqual(["n", 3]);
  expect(model.graph?.output?.[0]?.type?.tensorType?.shape ?? null).toBeNull();
});

it("writes numbers as the format's own documents do", ({ expect }) => {
  // https://protobuf.dev/programming-guides/encoding/: field 1, 150.
  expect([...intField(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  expect([...intField(1, -1)]).toEqual([0x08, ...Array<number>(9).fill(0xff), 0x01]);
  expect([...floatField(2, 1)]).toEqual([0x15, 0, 0, 0x80, 0x3f]);
});
