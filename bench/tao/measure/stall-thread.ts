import { setTimeout as delay } from "node:timers/promises";
import { workerData } from "node:worker_threads";

import { STALL_EVERY_MS, type StallMemory } from "./stalls.ts";

const { count, latenessMs } = workerData as StallMemory;

for (let look = 0; look < latenessMs.length; look++) {
  const dueMs = performance.now() + STALL_EVERY_MS;
  await delay(STALL_EVERY_MS);
  latenessMs[look] = Math.max(0, performance.now() - dueMs);
  Atomics.store(count, 0, look + 1);
}
