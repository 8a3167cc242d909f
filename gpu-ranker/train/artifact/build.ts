import { createHash } from "node:crypto";

import { DENSE_COUNT, ID_COUNT, type Rows, SCHEMA } from "../../../core/ranking/features.ts";
import { HEADS } from "../../../core/ranking/heads.ts";
import { type Manifest, manifestSchema, type Variant } from "../../../core/ranking/manifest.ts";
import { encodeGolden, encodeWarmup } from "../../../core/ranking/records.ts";
import type { WarmingModel } from "../../../core/ranking/warming.ts";
import type { Examples } from "../examples.ts";
import { openSession, score } from "../fit/runtime.ts";
import type { Metrics } from "../metrics/measure.ts";
import { servingGraph } from "../model/graphs.ts";
import { encodeModel } from "../onnx/encode.ts";
import { checkPrecision, PRECISION_GATES, type PrecisionCheck } from "../precision/gates.ts";
import { withHalfWeights } from "../precision/half.ts";
import { withInt8 } from "../precision/int8.ts";
import { lightJson } from "./light-json.ts";
import type { SeedRun, Trainer } from "../train.ts";

/** Rows of the requests in `warmup.bin` and `golden.bin`: single ones, pages, pools. */
const WARMUP_ROWS = [1, 20, 64, 200, 500] as const;
const GOLDEN_ROWS = [1, 20, 120] as const;
/** Rows whose activations set the 8-bit scales. */
const CALIBRATION_ROWS = 4_096;
/** Another build of the runtime may add in another order. */
const FP32_TOLERANCE = 1e-4;

export interface ArtifactOptions {
  readonly version: string;
  /** Unix ms. */
  readonly createdAtMs: number;
  /** By ranker, over all seeds. */
  readonly metrics: Readonly<Record<string, Metrics>>;
  readonly warming: WarmingModel;
}

export interface Artifact {
  readonly manifest: Manifest;
  /** Contents by name, without the manifest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Also of variants that failed and are not among the files. */
  readonly checks: ReadonlyMap<"fp16" | "int8", PrecisionCheck>;
}

/** The files of one version. Equal training and options give equal bytes. */
export async function buildArtifact(
  { source, split, weights }: Trainer,
  run: SeedRun,
  { version, createdAtMs, metrics, warming }: ArtifactOptions,
): Promise<Artifact> {
  const { test, train, valid } = split;
  const graph = servingGraph(run.heavy.model);
  const exact = encodeModel(graph);
  const session = await openSession(exact);
  const golden = [];
  for (const rows of cut(test, GOLDEN_ROWS))
    golden.push({ rows, probabilities: await score(session, rows.dense, rows.ids) });
  const probabilities = await score(session, test.dense, test.ids);
  await session.release();

  const files = new Map<string, Uint8Array>([
    ["model.onnx", exact],
    ["light.json", textBytes(lightJson(run.light.model, version))],
    ["warming.json", textBytes(`${JSON.stringify(warming)}\n`)],
    ["warmup.bin", encodeWarmup(cut(test, WARMUP_ROWS))],
    ["golden.bin", encodeGolden(version, golden)],
  ]);
  const variants: Variant[] = [
    { precision: "fp32", file: "model.onnx", goldenTolerance: FP32_TOLERANCE, gates: {} },
  ];
  const calibration = spreadOut(train, CALIBRATION_ROWS);
  const smaller = {
    fp16: encodeModel(withHalfWeights(graph)),
    int8: encodeModel(await withInt8(graph, calibration)),
  };
  const checks = new Map<"fp16" | "int8", PrecisionCheck>();
  for (const precision of ["fp16", "int8"] as const) {
    const check = await checkPrecision(smaller[precision], probabilities, test, weights);
    checks.set(precision, check);
    if (!check.passes) continue;
    const file = `model.${precision}.onnx`;
    files.set(file, smaller[precision]);
    const { passes: _, ...gates } = check;
    const goldenTolerance = PRECISION_GATES.probabilityErrorMax;
    variants.push({ precision, file, goldenTolerance, gates });
  }
  const manifest = manifestSchema.parse({
    format: 1,
    version,
    createdAtMs,
    schema: SCHEMA,
    denseCount: DENSE_COUNT,
    idCount: ID_COUNT,
    heads: [...HEADS],
    seed: run.seed,
    data: {
      source: source.name,
      fromMs: train.timesMs[0] ?? 0,
      splitMs: test.timesMs[0] ?? 0,
      toMs: test.timesMs.at(-1) ?? 0,
      trainRows: train.rows + valid.rows,
      testRows: test.rows,
    },
    metrics,
    variants,
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.length }]),
    ),
  } satisfies Manifest);
  return { manifest, files, checks };
}

/** Rows from the whole time: the first ones have seen little. */
function spreadOut({ rows, dense, ids }: Examples, count: number): Rows {
  const chosen = Array.from({ length: Math.min(count, rows) }, (_, at) =>
    Math.floor((at * rows) / Math.min(count, rows)),
  );
  const pick = (matrix: Float32Array | Int32Array, width: number) =>
    chosen.flatMap((row) => [...matrix.subarray(row * width, (row + 1) * width)]);
  return {
    dense: Float32Array.from(pick(dense, DENSE_COUNT)),
    ids: Int32Array.from(pick(ids, ID_COUNT)),
  };
}

/** Requests of the given sizes, one after the other, as long as there are rows. */
function cut({ dense, ids }: Rows, sizes: readonly number[]): Rows[] {
  const requests: Rows[] = [];
  let from = 0;
  for (const size of sizes) {
    const to = Math.min(from + size, ids.length / ID_COUNT);
    if (to === from) break;
    requests.push({
      dense: dense.slice(from * DENSE_COUNT, to * DENSE_COUNT),
      ids: ids.slice(from * ID_COUNT, to * ID_COUNT),
    });
    from = to;
  }
  return requests;
}

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
