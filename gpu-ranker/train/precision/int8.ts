import type { Rows } from "../../../core/ranking/features.ts";
import {
  bytesOf,
  floats,
  floatsOf,
  type Graph,
  int,
  type Node,
  type Tensor,
} from "../onnx/graph.ts";
import { type Range, rangesOf } from "./ranges.ts";

/**
 * Products whose weights become 8-bit. The experts stay exact, since products of columns and plain
 * columns enter them on one scale, and so do the last ones (`out`, `line`) and the gates, whose errors
 * reach the score undamped.
 */
const QUANTISED = /^(?:cross\d+\.[uv]|deep\.w|towers\.w)$/;
const TABLE = /^embedding\./;

/** Seven bits: AVX2 adds two products of 8 bits in 16, which would saturate with eight. */
const WEIGHT_MAX = 63;

/**
 * Static 8-bit arithmetic, as pairs of QuantizeLinear and DequantizeLinear around every input, weight
 * and output of a product. Scales are constants, found by running `rows`; so a score depends on its
 * own row only, which scales found per batch would break.
 */
export async function withInt8(graph: Graph, rows: Rows): Promise<Graph> {
  const weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const isProduct = ({ op, inputs }: Node) => op === "MatMul" && QUANTISED.test(inputs[1] ?? "");
  const activations = new Set(
    graph.nodes.filter(isProduct).flatMap(({ inputs, outputs }) => [inputs[0] ?? "", ...outputs]),
  );
  const ranges = await rangesOf(graph, [...activations], rows);

  const made = new Map<string, Tensor>();
  const nodes: Node[] = [];
  const done = new Set<string>();
  /** Puts a pair behind `from`. @returns the name of what comes out. */
  const pair = (from: string, to: string, range: Range | undefined): string => {
    if (done.has(to)) return to;
    done.add(to);
    const { scale, zero } = scaleOf(range ?? { low: 0, high: 0 });
    const names = [`${to}.scale`, `${to}.zero`] as const;
    made.set(names[0], floats(names[0], [], Float32Array.of(scale)));
    made.set(names[1], { name: names[1], type: "uint8", dims: [], bytes: Uint8Array.of(zero) });
    nodes.push(node("QuantizeLinear", [from, ...names], `${to}.q`));
    nodes.push(node("DequantizeLinear", [`${to}.q`, ...names], to));
    return to;
  };

  for (const one of graph.nodes) {
    const [first = "", second = ""] = one.inputs;
    const [out = ""] = one.outputs;
    const tensor = weights.get(one.op === "Gather" ? first : second);
    if (isProduct(one) && tensor !== undefined) {
      const input = pair(first, `${first}.dq`, ranges.get(first));
      for (const part of quantised(tensor)) made.set(part.name, part);
      const axis = { axis: int(tensor.dims.length - 1) };
      if (!done.has(second))
        nodes.push({ ...node("DequantizeLinear", weightNames(second), second), attributes: axis });
      done.add(second);
      nodes.push({ ...one, inputs: [input, second], outputs: [`${out}.exact`] });
      pair(`${out}.exact`, out, ranges.get(out));
    } else if (one.op === "Gather" && tensor !== undefined && TABLE.test(first)) {
      for (const part of quantisedTable(tensor)) made.set(part.name, part);
      const [q, scale, zero] = weightNames(first);
      nodes.push({ ...one, inputs: [q, second], outputs: [`${out}.q`] });
      nodes.push(node("DequantizeLinear", [`${out}.q`, scale, zero], out));
    } else nodes.push(one);
  }
  const kept = graph.initializers.filter(
    ({ name }) => !made.has(weightNames(name)[0]) && !made.has(name),
  );
  return { ...graph, nodes, initializers: [...kept, ...made.values()] };
}

const node = (op: string, inputs: readonly string[], output: string): Node => ({
  op,
  inputs,
  outputs: [output],
  attributes: {},
});

const weightNames = (name: string) => [`${name}.int8`, `${name}.scales`, `${name}.zeros`] as const;

/** Unsigned 8 bits over `range`. */
function scaleOf({ low, high }: Range): { readonly scale: number; readonly zero: number } {
  const scale = Math.fround(Math.max(1e-6, (high - low) / 255));
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-low / scale))) };
}

/** A scale per column, since columns of one product differ much in size; one for several products at once, where the runtime takes no more. */
function quantised(tensor: Tensor): Tensor[] {
  const [columns = 1] = tensor.dims.slice(-1);
  return tensor.dims.length === 2
    ? byScale(tensor, columns, WEIGHT_MAX, (at) => at % columns)
    : byScale(tensor, null, WEIGHT_MAX, () => 0);
}

/** One scale for a table: its rows began alike. */
const quantisedTable = (tensor: Tensor): Tensor[] => byScale(tensor, null, 127, () => 0);

function byScale(
  tensor: Tensor,
  scales: number | null,
  max: number,
  group: (at: number) => number,
): Tensor[] {
  const values = floatsOf(tensor);
  const sizes = new Float32Array(scales ?? 1);
  for (const [at, value] of values.entries())
    sizes[group(at)] = Math.max(sizes[group(at)] ?? 0, Math.abs(value));
  const steps = sizes.map((size) => Math.max(1e-8, size / max));
  const whole = Int8Array.from(values, (value, at) => Math.round(value / (steps[group(at)] ?? 1)));
  const [name, scaleName, zeroName] = weightNames(tensor.name);
  const dims = scales === null ? [] : [scales];
  return [
    { name, type: "int8", dims: tensor.dims, bytes: bytesOf(whole) },
    floats(scaleName, dims, steps),
    { name: zeroName, type: "int8", dims, bytes: new Uint8Array(scales ?? 1) },
  ];
}
