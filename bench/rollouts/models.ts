import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type Manifest, manifestSchema } from "../../core/ranking/manifest.ts";
import { decodeGolden, encodeGolden } from "../../core/ranking/records.ts";
import { ROOT } from "../../deploy/workers.ts";
import { startRanker, untilReady } from "../../dev/ranker.ts";
import { openSession, score } from "../../gpu-ranker/train/fit/runtime.ts";
import { multiplied } from "./onnx-weights.ts";

const MODELS = path.join(ROOT, "gpu-ranker/models");
/** What the last layer of the heavy model multiplies by; its bias stays, so that averages stay about the same. */
const LAST_WEIGHTS = ["out.w", "line.w"] as const;
const ADMIN_TOKEN = "of-this-bench-alone";

/** What each version multiplies the last weights of the model that is served by. */
const VERSIONS = {
  /** Whatever was likely becomes unlikely. */
  "bad-model": -1,
  /** A little surer of itself, in nearly the same order. */
  "good-model": 1.05,
} as const;
export type Version = keyof typeof VERSIONS;

export interface ModelServer {
  /** Origin. */
  readonly url: string;
  /** Brings a version into memory beside the one that serves. */
  load(version: Version): Promise<void>;
  stop(): Promise<void>;
}

/** A ranker with the model that is shipped, and the two others on its disk. */
export async function startModels(): Promise<ModelServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-models-"));
  const serving = (await readFile(path.join(MODELS, "current"), "utf8")).trim();
  const original = path.join(MODELS, serving);
  await cp(original, path.join(folder, serving), { recursive: true });
  await writeFile(path.join(folder, "current"), serving);
  for (const [version, by] of Object.entries(VERSIONS)) await make(original, folder, version, by);
  const env = { RANKER_MODELS: folder, RANKER_ADMIN_TOKEN: ADMIN_TOKEN, RANKER_POLL_MS: "0" };
  const ranker = await startRanker({ folder: path.join(folder, "log"), env });
  const stop = async () => {
    await ranker.stop();
    await rm(folder, { recursive: true });
  };
  if (await untilReady(ranker.url)) {
    const load = async (version: Version) => {
      const answer = await fetch(`${ranker.url}/admin/load`, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        body: JSON.stringify({ version }),
      });
      if (!answer.ok) throw new Error(`load: ${answer.status} ${await answer.text()}`);
      await answer.body?.cancel();
    };
    return { url: ranker.url, load, stop };
  }
  await stop();
  throw new Error(`The ranker has no model: ${ranker.log} says why`);
}

/** A whole artifact: the ranker checks its sums, and that it gives what its golden records say. */
async function make(original: string, folder: string, version: string, by: number): Promise<void> {
  const to = path.join(folder, version);
  await cp(original, to, { recursive: true });
  const file = (name: string) => path.join(to, name);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(file("manifest.json"), "utf8")));
  const model = multiplied(await readFile(file("model.onnx")), LAST_WEIGHTS, by);
  const golden = decodeGolden(await readFile(file("golden.bin")));
  if (!golden.ok) throw new Error("golden.bin of the served model cannot be read");
  const session = await openSession(model);
  const pairs = [];
  for (const { request } of golden.value) {
    const probabilities = await score(session, request.dense, request.ids);
    pairs.push({ rows: request, probabilities });
  }
  await session.release();
  const changed = new Map([
    ["model.onnx", model],
    ["golden.bin", encodeGolden(version, pairs)],
  ]);
  for (const [name, bytes] of changed) await writeFile(file(name), bytes);
  const next = { ...manifest, version, files: { ...manifest.files, ...sumsOf(changed) } };
  await writeFile(file("manifest.json"), JSON.stringify(next));
}

const sumsOf = (files: ReadonlyMap<string, Uint8Array>): Manifest["files"] =>
  Object.fromEntries(
    [...files].map(([name, bytes]) => [
      name,
      { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
    ]),
  );
