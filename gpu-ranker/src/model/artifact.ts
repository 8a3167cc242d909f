import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";

import { DENSE_COUNT, ID_COUNT, SCHEMA } from "../../../core/ranking/features.ts";
import type { InferRequest } from "../../../core/ranking/infer.ts";
import {
  type Manifest,
  manifestSchema,
  type Precision,
  type Variant,
} from "../../../core/ranking/manifest.ts";
import { decodeGolden, decodeWarmup, type Golden } from "../../../core/ranking/records.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { RANKER_LIMITS } from "../limits.ts";
import type { LoadFault } from "./load-fault.ts";

/** An artifact whose files are what its manifest says, for the features of this build. */
export interface Artifact {
  readonly manifest: Manifest;
  readonly variant: Variant;
  readonly model: Uint8Array;
  readonly warmup: readonly InferRequest[];
  readonly golden: readonly Golden[];
}

/** @param precision wished for; fp32 where the artifact does not have it. */
export async function readArtifact(
  folder: string,
  version: string,
  precision: Precision,
): Promise<Result<Artifact, LoadFault>> {
  const manifest = await readManifest(folder, version);
  if (!manifest.ok) return manifest;
  const { variants } = manifest.value;
  const variant = variants.find((one) => one.precision === precision) ?? variants[0];
  if (variant === undefined) return err({ code: "bad_manifest", detail: "variants is empty" });

  const model = await readChecked(folder, variant.file, manifest.value);
  if (!model.ok) return model;
  const warmupFile = await readChecked(folder, "warmup.bin", manifest.value);
  if (!warmupFile.ok) return warmupFile;
  const goldenFile = await readChecked(folder, "golden.bin", manifest.value);
  if (!goldenFile.ok) return goldenFile;

  const warmup = decodeWarmup(warmupFile.value);
  if (!warmup.ok) return err({ code: "bad_records", detail: `warmup.bin: ${why(warmup.error)}` });
  const golden = decodeGolden(goldenFile.value);
  if (!golden.ok) return err({ code: "bad_records", detail: `golden.bin: ${why(golden.error)}` });
  if (golden.value.length === 0)
    return err({ code: "bad_records", detail: "golden.bin: is empty, so nothing can be checked" });
  return ok({
    manifest: manifest.value,
    variant,
    model: model.value,
    warmup: warmup.value,
    golden: golden.value,
  });
}

/** The manifest, if this build may serve it. */
async function readManifest(folder: string, version: string): Promise<Result<Manifest, LoadFault>> {
  const text = await readBounded(
    path.join(folder, "manifest.json"),
    RANKER_LIMITS.manifestBytesMax,
  );
  if (!text.ok) return text;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(text.value));
  } catch {
    return err({ code: "bad_manifest", detail: "is not JSON" });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") ?? "";
    return err({ code: "bad_manifest", detail: `${field}: ${issue?.message ?? "is not valid"}` });
  }
  const manifest = parsed.data;
  if (manifest.version !== version)
    return err({ code: "bad_manifest", detail: `is of ${manifest.version}, not of ${version}` });
  if (manifest.schema !== SCHEMA)
    return err({
      code: "schema_mismatch",
      detail: `was trained on features ${manifest.schema}, this build makes ${SCHEMA}`,
    });
  if (manifest.denseCount !== DENSE_COUNT || manifest.idCount !== ID_COUNT)
    return err({
      code: "schema_mismatch",
      detail: `takes ${manifest.denseCount} + ${manifest.idCount} columns, not ${DENSE_COUNT} + ${ID_COUNT}`,
    });
  return ok(manifest);
}

async function readChecked(
  folder: string,
  file: string,
  manifest: Manifest,
): Promise<Result<Uint8Array, LoadFault>> {
  const read = await readBounded(path.join(folder, file), RANKER_LIMITS.modelBytesMax);
  if (!read.ok) return read;
  const found = createHash("sha256").update(read.value).digest("hex");
  const expected = manifest.files[file]?.sha256;
  if (found !== expected)
    return err({
      code: "wrong_checksum",
      detail: `${file} is ${found}, not ${expected ?? "listed"}`,
    });
  return read;
}

async function readBounded(file: string, bytesMax: number): Promise<Result<Uint8Array, LoadFault>> {
  try {
    const { size } = await stat(file);
    if (size > bytesMax)
      return err({ code: "bad_manifest", detail: `${path.basename(file)} has ${size} bytes` });
    // A copy that owns its memory: small reads share a pool, and tensors are read where they lie.
    return ok(new Uint8Array(await readFile(file)));
  } catch (error) {
    return err({ code: "not_found", detail: `${path.basename(file)}: ${String(error)}` });
  }
}

const why = (error: { code: string; field: string; reason?: string }): string =>
  `${error.field} ${error.reason ?? error.code}`;
