import { configFrom } from "./env.ts";
import { jsonLog } from "./log.ts";
import { startRanker } from "./ranker.ts";

try {
  const ranker = await startRanker(configFrom(process.env), jsonLog);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void ranker.drain().then(() => process.exit(0)));
} catch (error) {
  jsonLog("error", "not_started", {
    error: error instanceof Error ? error.message : String(error),
  });
  process.exitCode = 1;
}
