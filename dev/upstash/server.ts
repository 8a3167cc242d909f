import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { ErrorReply } from "@redis/client";

import { type Command, commandOf, RequestError } from "./commands.ts";
import { RedisPair, type RedisPorts } from "./redis-pair.ts";
import { jsonOf, type Reply, respOf } from "./replies.ts";
import { askedBy, readBody } from "./requests.ts";
import { listen } from "./subscribe.ts";

/** Upstash.com/docs/redis/troubleshooting/max_request_size_exceeded. */
const BODY_BYTES_MAX = 10 * 1_024 * 1_024;
const METHODS = ["HEAD", "GET", "POST", "PUT"];

export interface EmulatorOptions {
  readonly redis: RedisPorts;
  /** What clients sign in with. */
  readonly token: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long each answer is held back; default none. */
  readonly delayMs?: number;
  readonly bodyBytesMax?: number;
}

export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** Speaks Upstash's REST protocol on 127.0.0.1, over one real Redis, or two that replicate. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const redis = await RedisPair.connect(options.redis);
  const server = createServer((request, response) => {
    void answer(request, response, redis, options)
      .catch(failed)
      .then((reply) => reply !== null && send(response, reply));
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      const closed = once(server, "close");
      server.close();
      await closed;
      await redis.close();
    },
  };
}

interface HttpReply {
  readonly status: number;
  readonly body: string | Buffer;
  readonly token?: string;
}

function send(response: ServerResponse, { status, body, token }: HttpReply): void {
  response.writeHead(status, {
    "content-type": typeof body === "string" ? "application/json" : "application/octet-stream",
    ...(token !== undefined && { "upstash-sync-token": token }),
  });
  response.end(body);
}

const refuse = (status: number, error: string): HttpReply => ({
  status,
  body: JSON.stringify({ error }),
});

/** What is no fault of the request: the Redis behind is away. */
const failed = (error: unknown): HttpReply =>
  error instanceof RequestError
    ? refuse(400, error.message)
    : refuse(503, `ERR the database is not available: ${String(error)}`);

/** Null when the answer is a stream that goes on. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  redis: RedisPair,
  options: EmulatorOptions,
): Promise<HttpReply | null> {
  const bytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX;
  const url = new URL(request.url ?? "/", "http://localhost");
  const { body, bytes } = await readBody(request, bytesMax);
  await sleep(options.delayMs ?? 0);
  if (!METHODS.includes(request.method ?? "")) return refuse(405, "ERR method not allowed");
  if (!isSignedIn(request, url, options.token))
    return refuse(401, "WRONGPASS invalid or missing auth token");
  if (body === null) {
    const limits = `Limit: ${bytesMax} bytes, Actual: ${bytes} bytes`;
    return refuse(413, `ERR max request size exceeded. ${limits}`);
  }
  const asked = askedBy(url, body);
  const token = String(request.headers["upstash-sync-token"] ?? "");
  switch (asked.kind) {
    case "command":
      return run(redis, asked.command, token, formatOf(request));
    case "pipeline":
      return runEach(redis, asked.commands, token, formatOf(request));
    case "transaction":
      return transact(redis, asked.commands, isBase64(request));
    default:
      await listen(response, await redis.listener(), asked, await redis.token());
      return null;
  }
}

const isSignedIn = ({ headers }: IncomingMessage, url: URL, token: string): boolean =>
  headers.authorization === `Bearer ${token}` || url.searchParams.get("_token") === token;

type Format = "json" | "base64" | "resp2";

const isBase64 = ({ headers }: IncomingMessage): boolean =>
  headers["upstash-encoding"] === "base64";

/** @throws RequestError for a format that the service does not know, or not together. */
function formatOf(request: IncomingMessage): Format {
  const format = request.headers["upstash-response-format"] ?? "json";
  if (format === "json") return isBase64(request) ? "base64" : "json";
  if (format === "resp2" && !isBase64(request)) return "resp2";
  throw new RequestError("ERR unsupported response format");
}

async function run(
  redis: RedisPair,
  command: Command,
  token: string,
  format: Format,
): Promise<HttpReply> {
  const answered = await redis.run([command], token);
  const [reply = null] = answered.replies;
  const status = reply instanceof ErrorReply ? 400 : 200;
  const body = format === "resp2" ? respOf(reply) : itemOf(reply, format === "base64");
  return { status, body, token: answered.token };
}

/** What the service does not run is an error in its place; the others are run nevertheless. */
async function runEach(
  redis: RedisPair,
  items: readonly unknown[],
  token: string,
  format: Format,
): Promise<HttpReply> {
  const parsed = items.map(commandOrError);
  const commands = parsed.filter((item) => !(item instanceof ErrorReply)) as Command[];
  const answered = await redis.run(commands, token);
  const left = [...answered.replies];
  const replies = parsed.map((item) =>
    item instanceof ErrorReply ? item : (left.shift() ?? null),
  );
  const body =
    format === "resp2" ? Buffer.concat(replies.map(respOf)) : listOf(replies, format === "base64");
  return { status: 200, body, token: answered.token };
}

function commandOrError(item: unknown): Command | ErrorReply {
  try {
    return commandOf(item);
  } catch (error) {
    if (error instanceof RequestError) return new ErrorReply(error.message);
    throw error;
  }
}

/** One command that the service does not run discards all of it. */
async function transact(
  redis: RedisPair,
  items: readonly unknown[],
  base64: boolean,
): Promise<HttpReply> {
  const { replies, discarded, token } = await redis.transaction(items.map(commandOf));
  if (discarded !== null) return { ...refuse(400, discarded.message), token };
  return { status: 200, body: listOf(replies, base64), token };
}

const listOf = (replies: readonly Reply[], base64: boolean): string =>
  `[${replies.map((reply) => itemOf(reply, base64)).join(",")}]`;

const itemOf = (reply: Reply, base64: boolean): string =>
  reply instanceof ErrorReply
    ? JSON.stringify({ error: reply.message })
    : `{"result":${jsonOf(reply, base64)}}`;
