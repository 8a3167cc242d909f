import { z } from "zod";

import { startEmulator } from "./server.ts";

/**
 * The emulator as a process of its own, as the service is: what it is told comes from the
 * environment, so that no token shows in a list of processes.
 */
const env = z
  .object({
    UPSTASH_PORT: z.coerce.number().int(),
    UPSTASH_TOKEN: z.string().min(1),
    REDIS_PORT: z.coerce.number().int(),
    /** Absent: reads are answered by the primary. */
    REDIS_REPLICA_PORT: z.coerce.number().int().optional(),
    /** To try what the network between regions does: replication, and answers, this much later. */
    UPSTASH_LAG_MS: z.coerce.number().int().min(0).default(0),
    UPSTASH_DELAY_MS: z.coerce.number().int().min(0).default(0),
  })
  .parse(process.env);

const emulator = await startEmulator({
  redis: {
    primary: env.REDIS_PORT,
    replica: env.REDIS_REPLICA_PORT ?? null,
    lagMs: env.UPSTASH_LAG_MS,
  },
  token: env.UPSTASH_TOKEN,
  port: env.UPSTASH_PORT,
  delayMs: env.UPSTASH_DELAY_MS,
});
console.log(`Listening on port ${env.UPSTASH_PORT}`);
process.once("SIGTERM", () => void emulator.stop().then(() => process.exit(0)));
