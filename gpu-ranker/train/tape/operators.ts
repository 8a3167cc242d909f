import { type Dim, int, ints } from "../onnx/graph.ts";
import type { Tape, Value } from "./tape.ts";

const width = ({ dims }: Value): Dim => dims.at(-1) ?? 1;

/** `a @ b` over the last two axes; any axis before is the same in both. */
export function matmul(tape: Tape, a: Value, b: Value): Value {
  const out = tape.emit("MatMul", [a.name, b.name], [...a.dims.slice(0, -1), width(b)]);
  return tape.onBackward(out, (gradient) => {
    const bT = flipped(tape, b);
    const aT = flipped(tape, a);
    tape.addGradient(a, tape.emit("MatMul", [gradient.name, bT.name], a.dims));
    tape.addGradient(b, tape.emit("MatMul", [aT.name, gradient.name], b.dims));
  });
}

/** The last two axes changed places. */
function flipped(tape: Tape, value: Value): Value {
  const order = value.dims.map((_, axis) => axis);
  const last = order.length - 1;
  [order[last - 1], order[last]] = [last, last - 1];
  return rearranged(tape, value, order);
}

const rearranged = (tape: Tape, value: Value, order: readonly number[]): Value =>
  tape.emit(
    "Transpose",
    [value.name],
    order.map((axis) => value.dims[axis] ?? 1),
    { perm: ints(order) },
  );

export function transpose(tape: Tape, x: Value, order: readonly number[]): Value {
  const back = order.map((_, axis) => order.indexOf(axis));
  return tape.onBackward(rearranged(tape, x, order), (gradient) =>
    tape.addGradient(x, rearranged(tape, gradient, back)),
  );
}

/** `x + y`, where axes of `y` that are 1 are repeated. */
export function add(tape: Tape, x: Value, y: Value): Value {
  const repeated = x.dims.flatMap((dim, axis) => (y.dims[axis] === dim ? [] : [axis]));
  return tape.onBackward(tape.emit("Add", [x.name, y.name], x.dims), (gradient) => {
    tape.addGradient(x, gradient);
    const sum = () =>
      tape.emit("ReduceSum", [gradient.name, tape.list(repeated)], y.dims, { keepdims: int(1) });
    tape.addGradient(y, repeated.length === 0 ? gradient : sum());
  });
}

/** Of two equal shapes, element by element. */
export function multiply(tape: Tape, x: Value, y: Value): Value {
  return tape.onBackward(tape.emit("Mul", [x.name, y.name], x.dims), (gradient) => {
    tape.addGradient(x, tape.emit("Mul", [gradient.name, y.name], x.dims));
    tape.addGradient(y, tape.emit("Mul", [gradient.name, x.name], y.dims));
  });
}

export function relu(tape: Tape, x: Value): Value {
  const out = tape.emit("Relu", [x.name], x.dims);
  return tape.onBackward(out, (gradient) => {
    const isOn = tape.emit("Sign", [out.name], x.dims);
    tape.addGradient(x, tape.emit("Mul", [gradient.name, isOn.name], x.dims));
  });
}

/** Over the last axis. */
export function softmax(tape: Tape, x: Value): Value {
  const out = tape.emit("Softmax", [x.name], x.dims, { axis: int(-1) });
  return tape.onBackward(out, (gradient) => {
    const part = tape.emit("Mul", [gradient.name, out.name], x.dims);
    const total = tape.emit("ReduceSum", [part.name, tape.list([-1])], [...x.dims.slice(0, -1), 1]);
    const rest = tape.emit("Sub", [gradient.name, total.name], x.dims);
    tape.addGradient(x, tape.emit("Mul", [rest.name, out.name], x.dims));
  });
}

/** Beside one another, along the last axis. */
export function concat(tape: Tape, parts: readonly Value[]): Value {
  const widths = parts.map((part) => Number(width(part)));
  const total = widths.reduce((sum, one) => sum + one, 0);
  const names = parts.map(({ name }) => name);
  const dims = [...(parts[0]?.dims.slice(0, -1) ?? []), total];
  return tape.onBackward(tape.emit("Concat", names, dims, { axis: int(-1) }), (gradient) => {
    let from = 0;
    for (const [at, part] of parts.entries()) {
      const to = from + (widths[at] ?? 0);
      const bounds = [[from], [to], [-1]].map((list) => tape.list(list));
      tape.addGradient(part, tape.emit("Slice", [gradient.name, ...bounds], part.dims));
      from = to;
    }
  });
}

/** The same elements in other axes; at most one of `dims` is known only at run time. */
export function reshape(tape: Tape, x: Value, dims: readonly Dim[]): Value {
  const out = tape.emit("Reshape", [x.name, shapeOf(tape, dims)], dims);
  return tape.onBackward(out, (gradient) =>
    tape.addGradient(x, tape.emit("Reshape", [gradient.name, shapeOf(tape, x.dims)], x.dims)),
  );
}

const shapeOf = (tape: Tape, dims: readonly Dim[]): string =>
  tape.list(dims.map((dim) => (typeof dim === "number" ? dim : -1)));

/**
 * Cross entropy of yes-or-no labels, summed over all elements and divided by the rows. The
 * differentiation of the whole tape starts here: the gradient of `logits` is (p - label) / rows.
 *
 * @param perRow 1 / rows, a scalar.
 */
export function crossEntropy(tape: Tape, logits: Value, labels: Value, perRow: Value): Value {
  const softplus = tape.emit("Softplus", [logits.name], logits.dims);
  const said = tape.emit("Mul", [logits.name, labels.name], logits.dims);
  const each = tape.emit("Sub", [softplus.name, said.name], logits.dims);
  const sum = tape.emit("ReduceSum", [each.name], [], { keepdims: int(0) });
  const loss = tape.emit("Mul", [sum.name, perRow.name], []);

  const p = tape.emit("Sigmoid", [logits.name], logits.dims);
  const off = tape.emit("Sub", [p.name, labels.name], logits.dims);
  tape.differentiate(logits, tape.emit("Mul", [off.name, perRow.name], logits.dims));
  return loss;
}
