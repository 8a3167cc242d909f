import { createClient, ErrorReply } from "@redis/client";

import type { Command } from "./commands.ts";
import { type Reply, TYPE_MAPPING } from "./replies.ts";

/** Soon enough that a restarted Redis is used at once, rare enough for a log. */
const RECONNECT_MS = 50;

export type Connection = Awaited<ReturnType<typeof connectTo>>;

/**
 * One connection to a Redis, made again whenever it is lost. While it is not there, commands
 * fail at once: what waits for an answer may be run, and nobody may run it a second time.
 */
export async function connectTo(port: number) {
  const client = createClient({
    RESP: 2,
    socket: { host: "127.0.0.1", port, reconnectStrategy: () => RECONNECT_MS },
    disableOfflineQueue: true,
    disableClientInfo: true,
    commandOptions: { typeMapping: TYPE_MAPPING },
  });
  client.on("error", () => {
    // Whoever asks in the meantime is told.
  });
  await client.connect();
  return client;
}

/** One after the other and without another's in between; an error is an item of what it returns. */
export function runAll(connection: Connection, commands: readonly Command[]): Promise<Reply[]> {
  // Queued in one turn of the loop, so they leave together.
  return Promise.all(
    commands.map(async (command): Promise<Reply> => {
      try {
        return (await connection.sendCommand([...command])) as unknown as Reply;
      } catch (error) {
        if (error instanceof ErrorReply) return error;
        throw error;
      }
    }),
  );
}
