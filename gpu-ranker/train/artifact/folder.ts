import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import { SCHEMA } from "../../../core/ranking/features.ts";
import { type LightModel, parseLight } from "../../../core/ranking/light-model.ts";
import { manifestSchema, VERSION_PATTERN } from "../../../core/ranking/manifest.ts";
import type { Artifact } from "./build.ts";

/** Names the version that serves. */
const CURRENT = "current";

/** `2026-11-29-001530`: sorts by time. @param nowMs Unix ms. */
export const versionAt = (nowMs: number): string =>
  new Date(nowMs).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");

/** @returns the folder. The manifest comes last: without it, a folder is no version. */
export function writeArtifact(models: string, { manifest, files }: Artifact): string {
  const folder = path.join(models, manifest.version);
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(path.join(folder, name), bytes);
  writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

export interface Serving {
  readonly version: string;
  readonly schema: string;
  readonly model: Uint8Array;
  readonly light: LightModel;
}

/** The version that serves, or null when none does. @throws Error when it is named but cannot be read. */
export function readServing(models: string): Serving | null {
  let version: string;
  try {
    version = readFileSync(path.join(models, CURRENT), "utf8").trim();
  } catch {
    return null;
  }
  if (!VERSION_PATTERN.test(version)) throw new Error(`${CURRENT} names no version: ${version}`);
  const read = (name: string) => readFileSync(path.join(models, version, name));
  const manifest = manifestSchema.parse(JSON.parse(read("manifest.json").toString("utf8")));
  const file = manifest.variants[0]?.file ?? "model.onnx";
  const light = parseLight(JSON.parse(read("light.json").toString("utf8")));
  if (!light.ok) throw new Error(`light.json of ${version}: ${light.error}`);
  return { version, schema: manifest.schema, model: read(file), light: light.value };
}

export const isComparable = ({ schema }: Serving): boolean => schema === SCHEMA;

/** In one step: a reader sees the old name or the new one. */
export function promote(models: string, version: string): void {
  const draft = path.join(models, `.${CURRENT}-${version}`);
  writeFileSync(draft, `${version}\n`);
  renameSync(draft, path.join(models, CURRENT));
}
