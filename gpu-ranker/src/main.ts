import { configFrom } from "./env.ts";
import { jsonLog } from "./log.ts";
import { startRanker } from "./ranker.ts";

const ranker = await startRanker(configFrom(process.env), jsonLog);
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void ranker.drain().then(() => process.exit(0)));
