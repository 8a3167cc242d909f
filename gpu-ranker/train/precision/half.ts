import {
  type Attribute,
  bytesOf,
  floatsOf,
  type Graph,
  int,
  type Node,
  type Tensor,
} from "../onnx/graph.ts";

/** Smaller tensors stay as they are: they save nothing. */
const ELEMENTS_MIN = 64;
/** `TensorProto.FLOAT`. */
const TO_FLOAT: Readonly<Record<string, Attribute>> = { to: int(1) };

/** Weights kept in 16 bits; all arithmetic stays in 32, so a score still depends on its own row only. */
export function withHalfWeights(graph: Graph): Graph {
  const large = new Set(
    graph.initializers
      .filter(({ type, dims }) => type === "float" && product(dims) >= ELEMENTS_MIN)
      .map(({ name }) => name),
  );
  const isTable = (node: Node) => node.op === "Gather" && large.has(node.inputs[0] ?? "");
  const tables = new Set(graph.nodes.filter(isTable).map(({ inputs }) => inputs[0] ?? ""));
  const casts = [...large]
    .filter((name) => !tables.has(name))
    .map((name) => cast(half(name), name));
  // Of a table, only the rows that are read become wide.
  const nodes = graph.nodes.flatMap((node) => {
    const [out = ""] = node.outputs;
    if (!isTable(node)) return [node];
    const [table = "", ...rest] = node.inputs;
    return [
      { ...node, inputs: [half(table), ...rest], outputs: [half(out)] },
      cast(half(out), out),
    ];
  });
  const initializers = graph.initializers.map((tensor) =>
    large.has(tensor.name) ? halved(tensor) : tensor,
  );
  return { ...graph, nodes: [...casts, ...nodes], initializers };
}

const half = (name: string): string => `${name}.half`;

const cast = (from: string, to: string): Node => ({
  op: "Cast",
  inputs: [from],
  outputs: [to],
  attributes: TO_FLOAT,
});

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);

const halved = (tensor: Tensor): Tensor => ({
  name: half(tensor.name),
  type: "float16",
  dims: tensor.dims,
  bytes: bytesOf(Uint16Array.from(floatsOf(tensor), halfBits)),
});

const scratch = new DataView(new ArrayBuffer(4));

/** The nearest 16-bit float (IEEE 754 binary16), ties to even; what is too large becomes infinite. */
export function halfBits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  const fraction = bits & 0x7fffff;
  if (exponent >= 31) return sign | 0x7c00 | (Number.isNaN(value) ? 0x200 : 0);
  // Below 2^-14 the leading one is written out, shifted.
  const kept = exponent > 0 ? (exponent << 23) | fraction : fraction | 0x800000;
  const shift = exponent > 0 ? 13 : 14 - exponent;
  if (shift > 24) return sign;
  const rest = kept % 2 ** shift;
  const whole = Math.floor(kept / 2 ** shift);
  const middle = 2 ** (shift - 1);
  const up = rest > middle || (rest === middle && whole % 2 === 1) ? 1 : 0;
  return sign | (whole + up);
}
