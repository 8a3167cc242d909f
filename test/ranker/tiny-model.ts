import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import onnxProto, { type onnx as Onnx } from "onnx-proto";

import { DENSE_COUNT, ID_COUNT, type Rows, SCHEMA } from "../../core/ranking/features.ts";
import { HEAD_COUNT, HEADS } from "../../core/ranking/heads.ts";
import type { Manifest } from "../../core/ranking/manifest.ts";
import { encodeGolden, encodeWarmup } from "../../core/ranking/records.ts";

// The package is CommonJS: its names are on the default export.
const { onnx } = onnxProto;

const FLOAT = onnx.TensorProto.DataType.FLOAT;
const INT32 = onnx.TensorProto.DataType.INT32;

/** A model small enough to compute by hand, of which two seeds give two versions. */
export interface TinyModel {
  readonly seed: number;

  /** Last operator, `Sigmoid` unless a test wants something that gives no probabilities. */
  readonly last?: string;
  /** Layers of this width that change nothing, to make it slow. */
  readonly ballast?: { readonly layers: number; readonly width: number };
}

const weight = (seed: number, at: number): number => Math.sin(seed * 12.9898 + at * 78.233) / 8;

/** sigmoid(dense . W + ids . V / 4096), as a graph. */
export function tinyGraph({ seed, ballast, last = "Sigmoid" }: TinyModel): Uint8Array {
  const dense = matrix("W", DENSE_COUNT, HEAD_COUNT, (at) => weight(seed, at));
  const ids = matrix("V", ID_COUNT, HEAD_COUNT, (at) => weight(seed + 1, at) / 4096);
  const { layers = 0, width = DENSE_COUNT } = ballast ?? {};
  const wide = Array.from({ length: layers }, (_, layer) => [
    matrix(`up${layer}`, DENSE_COUNT, width, (at) => Number(at % width === Math.floor(at / width))),
    matrix(`down${layer}`, width, DENSE_COUNT, (at) =>
      Number(at % DENSE_COUNT === Math.floor(at / DENSE_COUNT)),
    ),
  ]).flat();
  const through = Array.from({ length: layers }, (_, layer) => [
    node("MatMul", [layer === 0 ? "dense" : `d${layer - 1}`, `up${layer}`], `u${layer}`),
    node("MatMul", [`u${layer}`, `down${layer}`], `d${layer}`),
  ]).flat();
  const model = onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    producerName: "tiny",
    graph: {
      name: "tiny",
      initializer: [dense, ids, ...wide],
      input: [value("dense", FLOAT, DENSE_COUNT), value("ids", INT32, ID_COUNT)],
      output: [value("probabilities", FLOAT, HEAD_COUNT)],
      node: [
        ...through,
        node("MatMul", [layers === 0 ? "dense" : `d${layers - 1}`, "W"], "fromDense"),
        node("Cast", ["ids"], "idNumbers", [
          { name: "to", type: onnx.AttributeProto.AttributeType.INT, i: FLOAT },
        ]),
        node("MatMul", ["idNumbers", "V"], "fromIds"),
        node("Add", ["fromDense", "fromIds"], "logits"),
        node(last, ["logits"], "probabilities"),
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

const node = (
  opType: string,
  input: string[],
  output: string,
  attribute: Onnx.IAttributeProto[] = [],
) => ({ name: output, opType, input, output: [output], attribute });

const matrix = (name: string, rows: number, columns: number, at: (at: number) => number) => ({
  name,
  dataType: FLOAT,
  dims: [rows, columns],
  rawData: new Uint8Array(Float32Array.from({ length: rows * columns }, (_, i) => at(i)).buffer),
});

const value = (name: string, elemType: number, columns: number) => ({
  name,
  type: {
    tensorType: { elemType, shape: { dim: [{ dimParam: "rows" }, { dimValue: columns }] } },
  },
});

/** What the graph gives, in plain arithmetic. */
export function tinyScores({ seed }: TinyModel, { dense, ids }: Rows): Float32Array {
  const rows = dense.length / DENSE_COUNT;
  return Float32Array.from({ length: rows * HEAD_COUNT }, (_, at) => {
    const row = Math.floor(at / HEAD_COUNT);
    const head = at % HEAD_COUNT;
    let logit = 0;
    for (let i = 0; i < DENSE_COUNT; i++)
      logit += (dense[row * DENSE_COUNT + i] ?? 0) * weight(seed, i * HEAD_COUNT + head);
    for (let i = 0; i < ID_COUNT; i++)
      logit += ((ids[row * ID_COUNT + i] ?? 0) * weight(seed + 1, i * HEAD_COUNT + head)) / 4096;
    return 1 / (1 + Math.exp(-logit));
  });
}

/** `count` rows of plausible numbers; another `from`, other rows. */
export const rowsFrom = (from: number, count: number): Rows => ({
  dense: Float32Array.from({ length: count * DENSE_COUNT }, (_, at) => Math.sin(from * 7.7 + at)),
  ids: Int32Array.from({ length: count * ID_COUNT }, (_, at) => (from * 31 + at) % 256),
});

export interface ArtifactChange {
  /** Added to every golden probability. */
  readonly goldenOff?: number;
  readonly schema?: string;
  /** Files whose bytes change after their checksums were written down. */
  readonly damaged?: readonly string[];
  readonly graph?: Uint8Array;
}

/** Writes an artifact for the tests' model, or one with something wrong. */
export function writeArtifact(
  models: string,
  version: string,
  model: TinyModel,
  change: ArtifactChange = {},
): void {
  const folder = path.join(models, version);
  mkdirSync(folder, { recursive: true });
  const pairs = [1, 5].map((count) => {
    const rows = rowsFrom(count, count);
    const probabilities = tinyScores(model, rows).map((p) => p + (change.goldenOff ?? 0));
    return { rows, probabilities };
  });
  const files: Record<string, Uint8Array> = {
    "model.onnx": change.graph ?? tinyGraph(model),
    "light.json": new TextEncoder().encode("{}"),
    "warmup.bin": encodeWarmup([1, 50, 500].map((count) => rowsFrom(0, count))),
    "golden.bin": encodeGolden(version, pairs),
  };
  const manifest: Manifest = {
    format: 1,
    version,
    createdAtMs: 0,
    schema: change.schema ?? SCHEMA,
    denseCount: DENSE_COUNT,
    idCount: ID_COUNT,
    heads: [...HEADS],
    seed: model.seed,
    data: { source: "test", fromMs: 0, splitMs: 0, toMs: 0, trainRows: 0, testRows: 0 },
    metrics: {},
    variants: [{ precision: "fp32", file: "model.onnx", goldenTolerance: 1e-5, gates: {} }],
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
      ]),
    ),
  };
  for (const [name, bytes] of Object.entries(files)) {
    const damaged = change.damaged?.includes(name) === true;
    writeFileSync(path.join(folder, name), damaged ? bytes.map((byte) => byte ^ 1) : bytes);
  }
  writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest));
}

export const setCurrent = (models: string, version: string): void =>
  writeFileSync(path.join(models, "current"), `${version}\n`);
