import {
  Agent,
  createServer,
  request as ask,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { SeenRequest } from "../stub-ranker.ts";

/** What goes wrong between the ranking proxy and a real ranker. */
export type ShimFault =
  | { readonly kind: "none" }
  /** The answer comes so much later. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Of requests to infer, that share, evenly spread, is answered with 500. */
  | { readonly kind: "errors"; readonly share: number }
  /** Something else than scores, by turns. */
  | { readonly kind: "garbage" };

/** A request to infer, as the ranker got it. */
export interface Passed {
  /** Unix ms. */
  readonly atMs: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Stands in front of a real ranker, over real HTTP: passes everything on, looks at it, and fails on request. */
export interface RankerShim {
  readonly url: string;
  fault: ShimFault;
  /** Requests to infer, oldest first. */
  readonly seen: readonly SeenRequest[];
  /** Unix ms of each answer of the ranker with scores that was passed on. */
  readonly scoredMs: readonly number[];
  /** Told of each request to infer. */
  onInfer: ((passed: Passed) => void) | null;
  /** Nobody listens, and connections break: as a killed process looks from outside. */
  close(): Promise<void>;
  /** On the same port. */
  open(): Promise<void>;
}

const INFER = /\/infer$/;

/** @param upstreamPort of the ranker on 127.0.0.1. */
export async function startRankerShim(upstreamPort: number): Promise<RankerShim> {
  const seen: SeenRequest[] = [];
  const scoredMs: number[] = [];
  let underWay = 0;
  const agent = new Agent({ keepAlive: true });
  const shim = { fault: { kind: "none" } as ShimFault, onInfer: null as RankerShim["onInfer"] };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = Date.now();
    const isInfer = INFER.test(message.url ?? "");
    const place = isInfer ? seen.push({ atMs, underWay: ++underWay }) : 0;
    if (isInfer) response.on("close", () => underWay--);
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { fault } = shim;
    if (!isInfer) return pass(message, body, response);
    shim.onInfer?.({ atMs, headers: message.headers, body });
    if (fault.kind === "errors" && isHit(place, fault.share))
      return void response.writeHead(500).end("broken");
    if (fault.kind === "garbage") return garbage(response, place);
    if (fault.kind === "slow") await sleep(fault.ms);
    return pass(message, body, response);
  };
  const pass = (message: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> =>
    new Promise((resolve, reject) => {
      const { method, url, headers } = message;
      const onward = ask(
        { host: "127.0.0.1", port: upstreamPort, agent, method, path: url, headers },
        (answer) => {
          if (answer.statusCode === 200 && INFER.test(url ?? "")) scoredMs.push(Date.now());
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response).on("close", resolve);
          answer.on("error", reject);
        },
      );
      onward.on("error", reject);
      // Whoever waited is gone: the ranker is told.
      response.on("close", () => {
        if (!response.writableFinished) onward.destroy();
      });
      onward.end(body);
    });
  const server = createServer((message, response) => {
    serve(message, response).catch(() => response.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return Object.assign(shim, {
    url: `http://127.0.0.1:${port}`,
    seen,
    scoredMs,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    open: () => listen(port),
  });
}

const isHit = (place: number, share: number): boolean =>
  Math.floor(place * share) > Math.floor((place - 1) * share);

/** A page of a proxy, nothing, half of an answer, numbers that are no scores. */
function garbage(response: ServerResponse, place: number): void {
  const kinds = [
    () => response.writeHead(200, { "content-type": "text/html" }).end("<h1>It works!</h1>"),
    () => response.writeHead(200).end(),
    () => {
      response.writeHead(200, { "content-length": "5000" }).write("half");
      response.destroy();
    },
    () =>
      response
        .writeHead(200, { "content-type": "application/octet-stream" })
        .end(Buffer.alloc(2_000, 0xff)),
  ];
  kinds[place % kinds.length]?.();
}
