import { DENSE_COUNT, ID_COUNT, ID_NAMES, ID_SIZES } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { type Graph, int } from "../onnx/graph.ts";
import { concat, crossEntropy } from "../tape/operators.ts";
import { type Param, type Params, Tape, type Value } from "../tape/tape.ts";
import type { Architecture } from "./layers.ts";
import { CLIP, type Normaliser } from "./normaliser.ts";

/** Everything that a trained model consists of. */
export interface Trained {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly params: Params;
  /** One table per id column, in the order of `ID_NAMES`; none for a model that reads no ids. */
  readonly tables: readonly Param[];
}

/**
 * The graph of one training step: inputs are the batch (`dense`, `embedded`, `labels`, `per_row`) and
 * every weight; outputs are `loss` and a gradient per weight and of `embedded`, in that order.
 */
export function trainingGraph(
  architecture: Architecture,
  normaliser: Normaliser,
  params: Params,
): Graph {
  const tape = new Tape();
  const dense = tape.input("dense", ["n", DENSE_COUNT]);
  const readsIds = architecture.embedding > 0;
  const width = ID_COUNT * architecture.embedding;
  const embedded = readsIds ? tape.input("embedded", ["n", width]) : NOTHING;
  const labels = tape.input("labels", ["n", HEAD_COUNT]);
  const perRow = tape.input("per_row", []);
  const weights = new Map(
    [...params].map(([name, { dims }]) => [name, tape.input(name, dims)] as const),
  );
  const logits = architecture.logits(
    tape,
    (name) => found(weights, name),
    normalised(tape, normaliser, dense),
    embedded,
  );
  const loss = crossEntropy(tape, logits, labels, perRow);
  const gradients = [...weights.values()].map((weight) => tape.gradientOf(weight));
  return tape.graph([loss, ...gradients, ...(readsIds ? [tape.gradientOf(embedded)] : [])]);
}

/** What is served: `dense` and `ids` to `probabilities`, with normalisation, clip and embeddings inside. */
export function servingGraph({ architecture, normaliser, params, tables }: Trained): Graph {
  const tape = new Tape();
  const dense = tape.input("dense", ["n", DENSE_COUNT]);
  const ids = tape.input("ids", ["n", ID_COUNT], "int32");
  const weights = new Map(
    [...params].map(([name, param]) => [name, tape.constant(name, param)] as const),
  );
  const logits = architecture.logits(
    tape,
    (name) => found(weights, name),
    andOneRow(tape, normalised(tape, normaliser, dense)),
    tables.length === 0 ? NOTHING : andOneRow(tape, embeddedIn(tape, ids, tables)),
  );
  return tape.graph([probabilitiesOf(tape, logits)]);
}

/** Products with a single row are summed in another order than those with several: so there are always several. */
const andOneRow = (tape: Tape, value: Value): Value =>
  tape.emit("Pad", [value.name, tape.list([0, 0, 1, 0])], value.dims);

/** Of vectors, the runtime computes the last few elements in another way, one bit apart: a row as wide as whole vectors never ends in them. */
const SIGMOID_WIDTH = 16;

/** Row by row the same bits, whatever the number of rows. */
function probabilitiesOf(tape: Tape, logits: Value): Value {
  const pads = tape.list([0, 0, 0, SIGMOID_WIDTH - HEAD_COUNT]);
  const wide = tape.emit("Pad", [logits.name, pads], ["n", SIGMOID_WIDTH]);
  const all = tape.emit("Sigmoid", [wide.name], ["n", SIGMOID_WIDTH]);
  // Without the row and the columns that were added.
  const bounds = [
    [0, 0],
    [-1, HEAD_COUNT],
    [0, 1],
  ].map((list) => tape.list(list));
  return tape.emit("Slice", [all.name, ...bounds], ["n", HEAD_COUNT], {}, "probabilities");
}

/** For a model that reads no ids. */
const NOTHING: Value = { name: "", dims: [] };

function normalised(tape: Tape, { mean, scale }: Normaliser, dense: Value): Value {
  const dims = [1, DENSE_COUNT];
  const inverse = scale.map((value) => 1 / value);
  const means = tape.constant("mean", { dims, values: mean });
  const inverses = tape.constant("inverse_scale", { dims, values: inverse });
  const centred = tape.emit("Sub", [dense.name, means.name], dense.dims);
  const scaled = tape.emit("Mul", [centred.name, inverses.name], dense.dims);
  const low = tape.constant("clip_low", { dims: [], values: Float32Array.of(-CLIP) });
  const high = tape.constant("clip_high", { dims: [], values: Float32Array.of(CLIP) });
  return tape.emit("Clip", [scaled.name, low.name, high.name], dense.dims);
}

function embeddedIn(tape: Tape, ids: Value, tables: readonly Param[]): Value {
  const rows = tables.map((table, column) => {
    const name = `embedding.${ID_NAMES[column] ?? column}`;
    const held = tape.constant(name, table);
    const index = tape.emit("Gather", [ids.name, tape.scalar(column)], ["n"], { axis: int(1) });
    const width = table.dims[1] ?? 0;
    return tape.emit("Gather", [held.name, index.name], ["n", width], { axis: int(0) });
  });
  return concat(tape, rows);
}

function found(weights: ReadonlyMap<string, Value>, name: string): Value {
  const weight = weights.get(name);
  if (weight === undefined) throw new RangeError(`no weight ${name}`);
  return weight;
}

/** Rows of each id column's table. */
export const TABLE_ROWS = ID_NAMES.map((name) => ID_SIZES[name]);
