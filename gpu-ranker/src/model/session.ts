import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { env, InferenceSession, Tensor } from "onnxruntime-node";

import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Batch } from "../lane/batch.ts";
import type { LoadFault } from "./load-fault.ts";
import { nodesByProvider, type Provider, ranOn } from "./profile.ts";

// It writes what a provider lacks to stderr, in colour; the same comes back as an error, which is logged.
env.logLevel = "fatal";

/** A provider that was tried before the one that won, and why it did not. */
export interface Attempt {
  readonly provider: Provider;
  readonly reason: string;
}

export interface OpenSession {
  readonly session: InferenceSession;
  readonly provider: Provider;
  /** Nodes of the graph by the provider that ran them, from a profile of one run. */
  readonly nodes: Readonly<Record<string, number>>;
  readonly attempts: readonly Attempt[];
}

/**
 * Opens `model` with the first of `order` that loads here and, by profile, does the work. One at a time:
 * given a list, onnxruntime throws when the first cannot be loaded.
 * @param sample any valid batch, which is run once per attempt.
 */
export async function openSession(
  model: Uint8Array,
  order: readonly Provider[],
  threads: number,
  sample: Batch,
): Promise<Result<OpenSession, LoadFault>> {
  const attempts: Attempt[] = [];
  for (const provider of order) {
    const tried = await tryProvider(model, provider, threads, sample);
    if (tried.ok) return ok({ ...tried.value, attempts });
    attempts.push({ provider, reason: tried.error });
  }
  const detail = attempts.map(({ provider, reason }) => `${provider}: ${reason}`).join("; ");
  return err({ code: "no_provider", detail });
}

async function tryProvider(
  model: Uint8Array,
  provider: Provider,
  threads: number,
  sample: Batch,
): Promise<Result<Omit<OpenSession, "attempts">, string>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ranker-profile-"));
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      enableProfiling: true,
      profileFilePrefix: path.join(folder, "profile"),
      // A thread that spins for work takes the core from the one that reads requests.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
      logSeverityLevel: 3,
    });
    await score(session, sample);
    session.endProfiling();
    const [file = ""] = await readdir(folder);
    const nodes = nodesByProvider(await readFile(path.join(folder, file), "utf8"));
    if (nodes === null) return err("its profile cannot be read");
    if (!ranOn(provider, nodes)) {
      await session.release();
      return err(`did not do the work: ${JSON.stringify(nodes)}`);
    }
    return ok({ session, provider, nodes });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Probabilities of a batch, rows x `HEAD_COUNT`. @throws Error when the graph does, or gives something else. */
export async function score(session: InferenceSession, batch: Batch): Promise<Float32Array> {
  const { rows, dense, ids } = batch;
  const { probabilities } = await session.run({
    dense: new Tensor("float32", dense, [rows, DENSE_COUNT]),
    ids: new Tensor("int32", ids, [rows, ID_COUNT]),
  });
  const data = probabilities?.data;
  if (!(data instanceof Float32Array) || data.length !== rows * HEAD_COUNT)
    throw new Error(`the graph must give probabilities, float32 [${rows}, ${HEAD_COUNT}]`);
  // Inputs are finite, so a number that is no probability means a broken graph, not a bad request.
  const at = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (at !== -1) throw new Error(`the graph gave ${data[at]}, which is no probability`);
  return data;
}
