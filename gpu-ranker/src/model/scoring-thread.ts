import os from "node:os";
import { parentPort, workerData } from "node:worker_threads";

import type { InferenceSession } from "onnxruntime-node";

import { err, ok, type Result } from "../../../core/result.ts";
import { type Batch, merge } from "../lane/batch.ts";
import { readArtifact } from "./artifact.ts";
import { checkGolden } from "./checks.ts";
import type { LoadFault } from "./load-fault.ts";
import { openSession, score } from "./session.ts";
import type { FromThread, Loaded, ThreadOptions, ToThread } from "./thread-messages.ts";

/** The lowest priority that the kernel has. */
const BACKGROUND = 19;

/** A thread with one model: onnxruntime blocks whoever calls it, and here that is nobody else. */
if (parentPort === null) throw new Error("scoring-thread.ts is started as a worker thread");
const port = parentPort;
const send = (message: FromThread, transfer: ArrayBuffer[] = []) =>
  port.postMessage(message, transfer);
const options = workerData as ThreadOptions;

// On Linux 0 is the calling thread, and those that onnxruntime starts inherit it. Elsewhere it is the process.
if (options.inBackground && process.platform === "linux") os.setPriority(0, BACKGROUND);

const opened = await open(options);
if (opened.ok) {
  const { session, loaded } = opened.value;
  port.on("message", (message: ToThread) => {
    if ("stop" in message) void session.release().finally(() => port.close());
    else void run(session, message.run, message.batch);
  });
  send({ loaded });
} else {
  send({ refused: opened.error });
}

async function open({
  folder,
  version,
  precision,
  providers,
  threads,
}: ThreadOptions): Promise<Result<{ session: InferenceSession; loaded: Loaded }, LoadFault>> {
  const startMs = performance.now();
  const artifact = await readArtifact(folder, version, precision);
  if (!artifact.ok) return artifact;
  const { model, variant, warmup, golden } = artifact.value;
  const sample = merge(golden.map(({ request }) => request));
  const opening = await openSession(model, providers, threads, sample);
  if (!opening.ok) return opening;
  const { session, provider, attempts, nodes } = opening.value;
  const loadMs = performance.now() - startMs;

  for (const request of warmup) await score(session, merge([request]));
  const warmupMs = performance.now() - startMs - loadMs;
  const parity = await checkGolden(golden, variant.goldenTolerance, provider, (batch) =>
    score(session, batch),
  );
  if (!parity.ok) return err(parity.error);
  const loaded: Loaded = {
    version,
    precision: variant.precision,
    provider,
    attempts,
    nodes,
    parity: parity.value,
    loadMs,
    warmupMs,
  };
  return ok({ session, loaded });
}

async function run(session: InferenceSession, id: number, batch: Batch): Promise<void> {
  const startMs = performance.now();
  try {
    // The runtime keeps the memory of its outputs; a copy may be given away.
    const probabilities = new Float32Array(await score(session, batch));
    const computeMs = performance.now() - startMs;
    send({ ran: id, probabilities, computeMs }, [probabilities.buffer]);
  } catch (error) {
    send({ ran: id, failed: error instanceof Error ? error.message : String(error) });
  }
}
