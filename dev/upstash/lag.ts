import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";

export interface Lag {
  /** Where a replica is to look for its primary. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Stands between a primary and its replica, and hands on what the primary says `lagMs` later. */
export async function startLag(primaryPort: number, lagMs: number): Promise<Lag> {
  const open = new Set<Socket>();
  const server = createServer((replica) => {
    const primary = createConnection({ port: primaryPort, host: "127.0.0.1" });
    open.add(replica).add(primary);
    replica.pipe(primary);
    // Timers of one delay end in the order in which they were set.
    primary.on("data", (bytes) => setTimeout(() => replica.write(bytes), lagMs));
    const both = [replica, primary];
    for (const socket of both) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        for (const one of both) open.delete(one.destroy());
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
