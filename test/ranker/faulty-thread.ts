import { parentPort, workerData } from "node:worker_threads";

import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import type {
  FromThread,
  ThreadOptions,
  ToThread,
} from "../../gpu-ranker/src/model/thread-messages.ts";

/** A scoring thread without a model that misbehaves as its version says, from the row count 13 on. */
const { version } = workerData as ThreadOptions;
const send = (message: FromThread) => parentPort?.postMessage(message, []);

if (version === "dies-loading") process.exit(3);
if (version === "throws-loading") throw new Error("no memory");
parentPort?.on("message", (message: ToThread) => {
  if ("stop" in message) {
    if (version !== "stays") parentPort?.close();
    return;
  }
  const { rows } = message.batch;
  if (rows === 13 && version === "dies") process.exit(3);
  if (rows === 13 && version === "throws") throw new Error("out of memory");
  if (rows === 13 && version === "hangs") return;
  // Blocks as native code does: neither messages nor a polite end reach it.
  if (rows === 13 && version === "spins")
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const probabilities = new Float32Array(rows * HEAD_COUNT).fill(0.5);
  send({ ran: message.run, probabilities, computeMs: 1 });
});
if (version !== "never-loads")
  send({
    loaded: {
      version,
      precision: "fp32",
      provider: "cpu",
      attempts: [],
      nodes: {},
      parity: { goldenDelta: 0, batchDelta: 0 },
      loadMs: 0,
      warmupMs: 0,
    },
  });
