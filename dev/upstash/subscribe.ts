import type { ServerResponse } from "node:http";

import type { Connection } from "./connection.ts";

/** Writes what is published on a channel, or on those that match a pattern, as server-sent events. */
export async function listen(
  response: ServerResponse,
  connection: Connection,
  asked: { readonly kind: "subscribe" | "psubscribe"; readonly channel: string },
  token: string,
): Promise<void> {
  const { kind, channel } = asked;
  response.on("close", () => connection.destroy());
  connection.on("end", () => response.end());
  response.writeHead(200, { "content-type": "text/event-stream", "upstash-sync-token": token });
  response.write(`data: ${kind},${channel},1\n\n`);
  const message = (text: string, from: string): void => {
    const where = kind === "subscribe" ? `message,${channel}` : `pmessage,${channel},${from}`;
    response.write(`data: ${where},${text}\n\n`);
  };
  await (kind === "subscribe"
    ? connection.subscribe(channel, message)
    : connection.pSubscribe(channel, message));
}
