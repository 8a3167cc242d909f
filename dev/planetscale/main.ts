import { z } from "zod";

import { startEmulator } from "./server.ts";

/**
 * The emulator as a process of its own, as the service is: what it is told comes from the
 * environment, so that no password shows in a list of processes.
 */
const env = z
  .object({
    EMULATOR_PORT: z.coerce.number().int(),
    MYSQL_PORT: z.coerce.number().int(),
    MYSQL_USER: z.string().min(1),
    MYSQL_PASSWORD: z.string().min(1),
  })
  .parse(process.env);

const emulator = await startEmulator({
  mysql: { port: env.MYSQL_PORT, user: env.MYSQL_USER, password: env.MYSQL_PASSWORD },
  database: env.MYSQL_USER,
  port: env.EMULATOR_PORT,
});
console.log(`Listening on port ${env.EMULATOR_PORT}`);
process.once("SIGTERM", () => void emulator.stop().then(() => process.exit(0)));
