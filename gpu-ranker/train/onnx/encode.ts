import type { Attribute, Dim, ElementType, Graph, Node, Tensor, ValueInfo } from "./graph.ts";
import { bytesField, type Fields, intField, joined, messageField, textField } from "./wire.ts";

/** Of the ONNX IR and its operators: https://github.com/onnx/onnx/blob/main/docs/Versioning.md */
const IR_VERSION = 8;
const OPSET = 17;

/** `TensorProto.DataType`. */
const ELEMENT = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
} as const satisfies Record<ElementType, number>;

/** The bytes of a `.onnx` file. Equal graphs give equal bytes. Field numbers are those of onnx.proto3. */
export const encodeModel = (graph: Graph): Uint8Array =>
  joined([
    intField(1, IR_VERSION),
    textField(2, "edgewise"),
    messageField(7, graphFields(graph)),
    messageField(8, [intField(2, OPSET)]),
  ]);

const graphFields = ({ nodes, initializers, inputs, outputs }: Graph): Fields => [
  ...nodes.map((node, at) => messageField(1, nodeFields(node, at))),
  textField(2, "ranker"),
  ...initializers.map((tensor) => messageField(5, tensorFields(tensor))),
  ...inputs.map((value) => messageField(11, valueFields(value))),
  ...outputs.map((value) => messageField(12, valueFields(value))),
];

const nodeFields = ({ op, inputs, outputs, attributes }: Node, at: number): Fields => [
  ...inputs.map((name) => textField(1, name)),
  ...outputs.map((name) => textField(2, name)),
  textField(3, `${op}_${at}`),
  textField(4, op),
  ...Object.entries(attributes).map(([name, value]) =>
    messageField(5, attributeFields(name, value)),
  ),
];

const attributeFields = (name: string, attribute: Attribute): Fields =>
  attribute.kind === "int"
    ? [textField(1, name), intField(3, attribute.value), intField(20, 2)]
    : [textField(1, name), ...attribute.value.map((one) => intField(8, one)), intField(20, 7)];

const tensorFields = ({ name, type, dims, bytes }: Tensor): Fields => [
  ...dims.map((dim) => intField(1, dim)),
  intField(2, ELEMENT[type]),
  textField(8, name),
  bytesField(9, bytes),
];

const valueFields = ({ name, type, dims }: ValueInfo): Fields => [
  textField(1, name),
  messageField(2, [
    messageField(1, [
      intField(1, ELEMENT[type]),
      ...(dims === null ? [] : [messageField(2, dims.map(dimField))]),
    ]),
  ]),
];

const dimField = (dim: Dim): Uint8Array =>
  messageField(1, [typeof dim === "number" ? intField(1, dim) : textField(2, dim)]);
