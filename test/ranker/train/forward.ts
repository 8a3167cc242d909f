import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";

type Vector = readonly number[];

/** A model whose numbers may have 64 bits. */
export interface PlainModel {
  readonly normaliser: { readonly mean: ArrayLike<number>; readonly scale: ArrayLike<number> };
  readonly params: ReadonlyMap<string, { readonly values: ArrayLike<number> }>;
}

/** The models once more, in 64 bits, row by row, from their descriptions and not from their graphs. @returns logits. */
export const PLAIN = {
  heavy: heavyLogits,
  light: (model: PlainModel, dense: Vector): number[] =>
    affine(model, "out", normalised(model, dense)),
};

/** Probabilities of all rows. @param embeddedOf the embeddings of one row's ids. */
export function forward(
  model: PlainModel,
  dense: Float32Array,
  ids: Int32Array,
  embeddedOf: (ids: Vector) => Vector,
): number[] {
  const rows = dense.length / DENSE_COUNT;
  return Array.from({ length: rows }, (_, row) => {
    const own = [...ids.subarray(row * ID_COUNT, (row + 1) * ID_COUNT)];
    const columns = [...dense.subarray(row * DENSE_COUNT, (row + 1) * DENSE_COUNT)];
    return heavyLogits(model, columns, embeddedOf(own)).map((logit) => 1 / (1 + Math.exp(-logit)));
  }).flat();
}

function heavyLogits(model: PlainModel, dense: Vector, embedded: Vector): number[] {
  const weight = (name: string) => weightOf(model, name);
  const x0 = [...normalised(model, dense), ...embedded];

  let crossed: Vector = x0;
  for (const layer of ["cross0", "cross1"]) {
    const wide = times(times(crossed, weight(`${layer}.v`)), weight(`${layer}.u`));
    const shifted = plus(wide, weight(`${layer}.b`));
    crossed = crossed.map((value, column) => value + at(x0, column) * at(shifted, column));
  }
  const features = [...crossed, ...affine(model, "deep", x0).map(positive)];
  const experts = affine(model, "experts", features).map(positive);
  const gates = affine(model, "gates", x0);
  const count = gates.length / HEAD_COUNT;
  const size = experts.length / count;

  const towers = Array.from({ length: HEAD_COUNT }, (_, head) => {
    const opened = gates.slice(head * count, (head + 1) * count).map(Math.exp);
    const total = opened.reduce((sum, value) => sum + value, 0);
    const mixed = Array.from({ length: size }, (__, column) =>
      opened.reduce(
        (sum, gate, expert) => sum + (gate / total) * at(experts, expert * size + column),
        0,
      ),
    );
    const all = weight("towers.w");
    const own = all.slice((head * all.length) / HEAD_COUNT, ((head + 1) * all.length) / HEAD_COUNT);
    const bias = weight("towers.b");
    const tower = bias.length / HEAD_COUNT;
    return plus(times(mixed, own), bias.slice(head * tower, (head + 1) * tower)).map(positive);
  });
  return plus(affine(model, "line", x0), times(towers.flat(), weight("out.w")));
}

const normalised = ({ normaliser }: PlainModel, dense: Vector): number[] =>
  dense.map((value, column) => {
    const scaled = (value - at(normaliser.mean, column)) / at(normaliser.scale, column);
    return Math.min(5, Math.max(-5, scaled));
  });

const weightOf = ({ params }: PlainModel, name: string): number[] =>
  Array.from(params.get(name)?.values ?? []);

const affine = (model: PlainModel, name: string, x: Vector): number[] =>
  plus(times(x, weightOf(model, `${name}.w`)), weightOf(model, `${name}.b`));

const positive = (value: number): number => Math.max(0, value);
const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;
const plus = (a: Vector, b: Vector): number[] => a.map((value, index) => value + at(b, index));

/** A row times a matrix, row-major. */
function times(x: Vector, matrix: Vector): number[] {
  const columns = matrix.length / x.length;
  return Array.from({ length: columns }, (_, column) =>
    x.reduce((sum, value, row) => sum + value * at(matrix, row * columns + column), 0),
  );
}
