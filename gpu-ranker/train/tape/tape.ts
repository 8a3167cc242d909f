import {
  type Attribute,
  type Dim,
  type ElementType,
  floats,
  type Graph,
  int64s,
  type Node,
  type Tensor,
  type ValueInfo,
} from "../onnx/graph.ts";

/** A tensor of the graph, by name. */
export interface Value {
  readonly name: string;
  readonly dims: readonly Dim[];
}

/** Weights by name; they are inputs of a training graph and constants of a served one. */
export interface Param {
  readonly dims: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}
export type Params = ReadonlyMap<string, Param>;

/**
 * Records a computation as an ONNX graph, and how to differentiate it: reverse mode, so the gradient
 * is a graph, too, which the runtime that serves executes. Operators are in `operators.ts`.
 */
export class Tape {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #inputs: ValueInfo[] = [];
  /** From the last operator to the first: each hands on the gradient of its output. */
  readonly #backward: (() => void)[] = [];
  readonly #gradients = new Map<string, Value>();
  #count = 0;

  input(name: string, dims: readonly Dim[], type: ElementType = "float"): Value {
    this.#inputs.push({ name, type, dims });
    return { name, dims };
  }

  constant(name: string, { dims, values }: Param): Value {
    this.#initializers.set(name, floats(name, dims, values));
    return { name, dims };
  }

  /** A list of whole numbers, as axes and shapes are given. */
  list(values: readonly number[]): string {
    const name = `list_${values.join("_").replaceAll("-", "m")}`;
    this.#initializers.set(name, int64s(name, values));
    return name;
  }

  /** One whole number, as an index is given. */
  scalar(value: number): string {
    const name = `scalar_${value}`;
    this.#initializers.set(name, { ...int64s(name, [value]), dims: [] });
    return name;
  }

  /** Adds an operator. @returns its output, whose shape the caller knows. */
  emit(
    op: string,
    inputs: readonly string[],
    dims: readonly Dim[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name = `v${this.#count++}`,
  ): Value {
    this.#nodes.push({ op, inputs, outputs: [name], attributes });
    return { name, dims };
  }

  /** Says how the gradient of `output` reaches the inputs of its operator. */
  onBackward(output: Value, pass: (gradient: Value) => void): Value {
    this.#backward.push(() => {
      const gradient = this.#gradients.get(output.name);
      if (gradient !== undefined) pass(gradient);
    });
    return output;
  }

  /** Adds to the gradient of `value`, which may have several users. */
  addGradient(value: Value, gradient: Value): void {
    const before = this.#gradients.get(value.name);
    const sum =
      before === undefined ? gradient : this.emit("Add", [before.name, gradient.name], value.dims);
    this.#gradients.set(value.name, sum);
  }

  /** Emits the gradients of everything before; `seed` is that of `output`. */
  differentiate(output: Value, seed: Value): void {
    this.addGradient(output, seed);
    for (const pass of this.#backward.toReversed()) pass();
  }

  /** @throws RangeError when nothing depends on `value`, which is a bug in the model. */
  gradientOf(value: Value): Value {
    const gradient = this.#gradients.get(value.name);
    if (gradient === undefined) throw new RangeError(`no gradient of ${value.name}`);
    return gradient;
  }

  graph(outputs: readonly Value[]): Graph {
    return {
      nodes: this.#nodes,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: outputs.map(({ name, dims }) => ({ name, type: "float", dims })),
    };
  }
}
