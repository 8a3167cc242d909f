import type { IncomingMessage } from "node:http";

import { type Command, commandOf, parseJson, RequestError } from "./commands.ts";

/** What a request asks for. */
export type Asked =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "pipeline" | "transaction"; readonly commands: readonly unknown[] }
  | { readonly kind: "subscribe" | "psubscribe"; readonly channel: string };

/** @returns null when it is larger than `bytesMax`; all of it is read nevertheless. */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<{ readonly body: Buffer | null; readonly bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= bytesMax) chunks.push(chunk as Buffer);
  }
  return { body: bytes > bytesMax ? null : Buffer.concat(chunks), bytes };
}

/** @throws RequestError when it asks for nothing that the service does. */
export function askedBy(url: URL, body: Buffer): Asked {
  const [first = "", ...rest] = url.pathname.split("/").slice(1).map(bytesIn);
  const name = String(first);
  switch (name) {
    case "":
      return { kind: "command", command: commandOf(parseJson(body.toString("utf8"))) };
    case "pipeline":
      return { kind: "pipeline", commands: listIn(body) };
    case "multi-exec":
      return { kind: "transaction", commands: listIn(body) };
    case "subscribe":
    case "psubscribe":
      return { kind: name, channel: rest.join("/") };
    default: {
      // `/set/key?EX=100` with the value as the body: options come after it.
      const options = [...url.searchParams].filter(([option]) => option !== "_token");
      const after = options.flat().filter((part) => part !== "");
      const value = body.length === 0 ? [] : [body];
      return { kind: "command", command: commandOf([name, ...rest, ...value, ...after]) };
    }
  }
}

function listIn(body: Buffer): readonly unknown[] {
  const list = parseJson(body.toString("utf8"));
  if (!Array.isArray(list) || list.length === 0 || !list.every(Array.isArray))
    throw new RequestError("ERR failed to parse pipeline request");
  return list;
}

/** A path names bytes, which need not be UTF-8. */
const bytesIn = (segment: string): Buffer =>
  Buffer.from(
    segment.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    "latin1",
  );
