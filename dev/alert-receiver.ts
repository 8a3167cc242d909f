import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedAlert {
  readonly body: string;
  readonly signature: string;
  readonly delivery: string;
}

export interface AlertReceiver {
  readonly url: string;
  /** Every try, whatever it was answered. */
  readonly received: ReceivedAlert[];
  /** What the next tries are answered, one after the other; then 204. 0: nothing, the connection is cut. */
  readonly statuses: number[];
  stop(): Promise<void>;
}

/**
 * A receiver of alerts over real HTTP on this machine. From another runtime: a GET answers with what it has
 * received, as JSON; a PUT of a JSON array says what the next tries are answered.
 */
export async function startAlertReceiver(): Promise<AlertReceiver> {
  const received: ReceivedAlert[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.end(JSON.stringify(received));
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      if (request.method === "PUT") {
        statuses.push(...(JSON.parse(body) as number[]));
        response.writeHead(204).end();
        return;
      }
      const header = (name: string) => String(request.headers[name] ?? "");
      received.push({
        body,
        signature: header("edgewise-signature"),
        delivery: header("edgewise-delivery"),
      });
      const status = statuses.shift() ?? 204;
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, { location: "/elsewhere" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alerts`,
    received,
    statuses,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
