import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { HEAD_COUNT } from "../core/ranking/heads.ts";
import { decodeRequest, encodeAnswer } from "../core/ranking/infer.ts";
import { RANKER_HEADERS as H } from "../core/ranking/ranker-headers.ts";

/** What is wrong with a ranker. */
export type RankerFault =
  | { readonly kind: "none" }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  | { readonly kind: "slow"; readonly ms: number }
  /** That share of requests, evenly spread, is answered with 500. */
  | { readonly kind: "errors"; readonly share: number }
  /** Answers 200 with something else each time. */
  | { readonly kind: "garbage" }
  | { readonly kind: "shed" }
  /** Not ready, and refuses politely. */
  | { readonly kind: "drain" }
  | { readonly kind: "mismatch" };

/** Every probability that a stub gives: no light model would. */
export const STUB_PROBABILITY = 0.625;
export const STUB_MODEL = "stub";

export interface SeenRequest {
  /** Unix ms. */
  readonly atMs: number;
  /** Requests to infer under way then, with this one. */
  readonly underWay: number;
}

/** A ranker that scores nothing and fails on request, over real HTTP. */
export interface StubRanker {
  readonly url: string;
  fault: RankerFault;
  /** Each request to infer, oldest first. */
  readonly seen: readonly SeenRequest[];
  readonly healthChecks: number;
  /** As `kill -9` looks from outside: connections break, and then nobody listens. */
  kill(): Promise<void>;
  /** On the same port. */
  restart(): Promise<void>;
}

export async function startStubRanker(): Promise<StubRanker> {
  let fault: RankerFault = { kind: "none" };
  const seen: SeenRequest[] = [];
  let underWay = 0;
  let healthChecks = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === "/v2/health/ready") {
      healthChecks++;
      if (fault.kind === "hang") return;
      response.writeHead(fault.kind === "drain" ? 503 : 200).end();
      return;
    }
    underWay++;
    response.on("close", () => underWay--);
    const place = seen.push({ atMs: Date.now(), underWay });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await infer(response, Buffer.concat(chunks), headerBytesOf(request), fault, place);
  };
  const server = createServer((request, response) => {
    // A caller that goes away in the middle is no news here.
    answer(request, response).catch(() => response.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    seen,
    get healthChecks() {
      return healthChecks;
    },
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    restart: () => listen(port),
  };
}

const headerBytesOf = (request: IncomingMessage): number | null => {
  const text = request.headers[H.inferHeaderBytes];
  return typeof text === "string" ? Number(text) : null;
};

async function infer(
  response: ServerResponse,
  body: Uint8Array,
  headerBytes: number | null,
  fault: RankerFault,
  place: number,
): Promise<void> {
  const asked = decodeRequest(body, headerBytes);
  if (!asked.ok) return void response.writeHead(400).end(JSON.stringify(asked.error));
  switch (fault.kind) {
    case "hang":
      return;
    case "slow":
      await sleep(fault.ms);
      break;
    case "errors":
      if (Math.floor(place * fault.share) > Math.floor((place - 1) * fault.share))
        return void response.writeHead(500).end("broken");
      break;
    case "shed":
      return void response.writeHead(503, { [H.shed]: "queue", [H.retryAfterMs]: "50" }).end();
    case "drain":
      return void response.writeHead(503, { [H.shed]: "draining" }).end();
    case "mismatch":
      return void response.writeHead(409).end();
    case "garbage":
      return garbage(response, asked.value.rows, place);
    case "none":
      break;
  }
  const scores = new Float32Array(asked.value.rows * HEAD_COUNT).fill(STUB_PROBABILITY);
  scored(response, scores);
}

function scored(response: ServerResponse, probabilities: Float32Array): void {
  const { body, headerBytes } = encodeAnswer({ model: STUB_MODEL, probabilities }, null);
  response
    .writeHead(200, {
      "content-type": "application/octet-stream",
      [H.inferHeaderBytes]: headerBytes,
      [H.model]: STUB_MODEL,
      [H.load]: "0",
    })
    .end(body);
}

/** Too few rows, no number, more than certain, a page of a proxy, nothing, far too much, half of an answer. */
function garbage(response: ServerResponse, rows: number, place: number): void {
  const fill = (count: number, value: number) =>
    scored(response, new Float32Array(count * HEAD_COUNT).fill(value));
  const kinds = [
    () => fill(Math.max(1, rows - 1), STUB_PROBABILITY),
    () => fill(rows, Number.NaN),
    () => fill(rows, 1.5),
    () => response.writeHead(200, { "content-type": "text/html" }).end("<h1>It works!</h1>"),
    () => response.writeHead(200).end(),
    () => response.writeHead(200).end(Buffer.alloc(1_000_000, 0x20)),
    () => {
      response.writeHead(200, { "content-length": "5000" }).write("half");
      response.destroy();
    },
  ];
  kinds[place % kinds.length]?.();
}
